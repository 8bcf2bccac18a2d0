import { describe, expect, it } from "vitest";
import { makeWordField } from "../../../src/wire/word-field.ts";
import type { NumberPlace } from "../../../src/wire/number-field.ts";

const names = ["high", "higher", "low", "0"];

function wordIn(place: NumberPlace, message: string): string | null {
  // Behind other bytes, as in a read that holds more.
  const bytes = Buffer.from(`"priority":"low" ${message} "priority":"low"`);
  const [start, end] = [17, 17 + Buffer.byteLength(message)];
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  return names[makeWordField(place, names).read(view, start, end)] ?? null;
}

describe("a word at a place of a message", () => {
  const text: NumberPlace = { kind: "text", before: '"priority":"', after: '"' };

  it.each([
    ['{"priority":"low"}', "low"],
    ['{"priority":"high"}', "high"],
    ['{"priority":"higher"}', "higher"],
    ['{"priority":"none","priority":"low"}', "low"],
    ['{"priority":"none"}', null],
    ['{"priority":"lower"}', null],
    ['{"priority":"lo', null],
    ["{}", null],
  ])("between two texts: in %s it is %s", (message, word) => {
    expect(wordIn(text, message)).toBe(word);
  });

  const path: NumberPlace = { kind: "path", keys: ["meta", "class"] };

  it.each([
    ['{"class":"high","meta":{"class":"low"}}', "low"],
    ['{"meta":{"class":0}}', "0"],
    ['{"meta":{"class":0.5}}', null],
    ['{"meta":{"class":10}}', null],
    ['{"meta":{"class":"lower"}}', null],
    ['{"meta":{}}', null],
    ["no JSON", null],
  ])("as a member of JSON: in %s it is %s", (message, word) => {
    expect(wordIn(path, message)).toBe(word);
  });

  it("where an expression says", () => {
    const regex: NumberPlace = { kind: "regex", source: "^\\[(?<priority>\\w+)\\]", flags: "i", name: "priority" };
    expect(wordIn(regex, "[low] disk is full")).toBe("low");
    expect(wordIn(regex, "[debug] disk is full")).toBeNull();
    expect(wordIn(regex, "disk is full [low]")).toBeNull();
  });
});
