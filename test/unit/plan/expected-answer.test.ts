import { describe, expect, it } from "vitest";
import { readExpectedAnswer } from "../../../src/plan/expected-answer.ts";

describe("an expected answer", () => {
  it.each([
    ["close", { kind: "close", code: null }],
    ["close 1009", { kind: "close", code: 1009 }],
    [" Close  4001 ", { kind: "close", code: 4001 }],
    ["end", { kind: "end" }],
    ["HTTP 401", { kind: "status", status: 401 }],
    ["http", { kind: "status", status: null }],
    ["message", { kind: "message", sign: null }],
    ["message too large", { kind: "message", sign: { kind: "text", pattern: "too large", flags: "" } }],
    ["message /too.large/i", { kind: "message", sign: { kind: "regex", pattern: "too.large", flags: "i" } }],
    ["nothing", { kind: "nothing" }],
    ["open", { kind: "open" }],
  ])("%j is read", (text, answer) => {
    expect(readExpectedAnswer(text)).toEqual({ kind: "value", value: answer });
  });

  it.each([
    ["", "is no answer of a target"],
    ["shrugs", "is no answer of a target"],
    ["close 1009x", "has no close code"],
    ["close 999", "has no close code"],
    ["HTTP 42", "has no HTTP status"],
    ["open wide", 'has "wide" behind open'],
    ["message /(/", "is not a regular expression"],
  ])("%j is refused, with what to write", (text, problem) => {
    expect(readExpectedAnswer(text)).toMatchObject({ kind: "problem", problem });
  });
});
