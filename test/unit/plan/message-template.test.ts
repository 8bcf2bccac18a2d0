import { describe, expect, it } from "vitest";
import { readTemplate, smallestMessageBytes } from "../../../src/plan/message-template.ts";

describe("message templates", () => {
  it.each([
    ["{{payload}}", "", ""],
    ['{"a":{"b":"{{payload}}"}}', '{"a":{"b":"', '"}}'],
    ["{{{payload}}}", "{", "}"],
    ["42 {{payload}}\n", "42 ", "\n"],
    ['{"a":{}} {{payload}}', '{"a":{}} ', ""],
  ])("splits %j", (text, prefix, suffix) => {
    expect(readTemplate(text)).toEqual({ kind: "value", value: { prefix, suffix } });
  });

  it.each([
    "",
    "hello",
    "{payload}",
    "{{payload}}{{payload}}",
    "{{ payload }}",
    "{{payload}}{{id}}",
    "{{}}{{payload}}",
  ])("refuses %j", (text) => {
    expect(readTemplate(text).kind).toBe("problem");
  });

  it("counts bytes, not characters", () => {
    expect(smallestMessageBytes({ prefix: "\u00e4", suffix: "\u{1f600}" }, 1)).toBe(2 + 32 + 4);
  });

  it("counts the name of a room, which has one length in a run, wherever it stands", () => {
    const template = { prefix: "{{room}}:", suffix: ":{{room}}" };
    expect([1, 9, 10, 200].map((rooms) => smallestMessageBytes(template, rooms))).toEqual([38, 38, 40, 42]);
  });
});
