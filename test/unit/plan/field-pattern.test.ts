import { describe, expect, it } from "vitest";
import { readFieldPattern } from "../../../src/plan/field-pattern.ts";

describe("the place of a number in a message", () => {
  it.each([
    ['"seq":(?<sequence>\\d+)', { kind: "text", before: '"seq":', after: "" }],
    ["[line (?<sequence>\\d+)]", { kind: "text", before: "[line ", after: "]" }],
    ["$.data.seq", { kind: "path", keys: ["data", "seq"] }],
    ['/"seq":(?<sequence>\\d+)/', { kind: "text", before: '"seq":', after: "" }],
    ["/\\[(?<sequence>\\d+)\\]/", { kind: "text", before: "[", after: "]" }],
    ["/seq[=:](?<sequence>\\d+)/", { kind: "regex", source: "seq[=:](?<sequence>\\d+)", flags: "", name: "sequence" }],
    ["/SEQ(?<sequence>\\d+)/i", { kind: "regex", source: "SEQ(?<sequence>\\d+)", flags: "i", name: "sequence" }],
    ["/\\t(?<sequence>\\d+)/", { kind: "regex", source: "\\t(?<sequence>\\d+)", flags: "", name: "sequence" }],
  ])("reads %s; an expression of plain letters becomes a text", (text, value) => {
    expect(readFieldPattern(text, "sequence")).toEqual({ kind: "value", value });
  });

  it.each([
    ['"seq":', "has no (?<sequence>\\d+)"],
    ["/seq(\\d+)/", 'has no group "sequence"'],
    ["/(?<sequence>\\d+/", "is not a regular expression"],
    ["/(?<sequence>\\d+)/g", "has the flag g or y"],
    ["$", "is not a JSON path of names"],
    ["$.data[0].seq", "is not a JSON path of names"],
    ["(?<sequence>\\d+) (?<sequence>\\d+)", "has (?<sequence>\\d+) twice"],
  ])("refuses %s and says why", (text, problem) => {
    expect(readFieldPattern(text, "sequence")).toMatchObject({ kind: "problem", problem });
  });

  it("knows checks by their eight digits", () => {
    expect(readFieldPattern('"check":"(?<check>[0-9a-f]{8})"', "check", "check")).toEqual({
      kind: "value",
      value: { kind: "text", before: '"check":"', after: '"' },
    });
  });
});
