import { describe, expect, it } from "vitest";
import { makeTextPattern, type PatternWords } from "../../../src/wire/text-pattern.ts";

function finds(words: PatternWords, text: string): boolean {
  const bytes = Buffer.from(`before ${text} after`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  return makeTextPattern(words).test(view, 7, 7 + Buffer.byteLength(text));
}

describe("a pattern", () => {
  it.each([
    [{ kind: "text", pattern: "done", flags: "" }, "job done", true],
    [{ kind: "text", pattern: "done", flags: "" }, "job begun", false],
    [{ kind: "text", pattern: "after", flags: "" }, "job", false],
    [{ kind: "regex", pattern: "^job d.ne$", flags: "i" }, "JOB DONE", true],
    [{ kind: "regex", pattern: "^before", flags: "" }, "job", false],
  ] as const)("%o in %s: %s", (words, text, found) => {
    expect(finds(words, text)).toBe(found);
  });

  it("remembers nothing from one message to the next", () => {
    const pattern = makeTextPattern({ kind: "regex", pattern: "a", flags: "g" });
    const view = new DataView(new Uint8Array([0x61]).buffer);
    expect([pattern.test(view, 0, 1), pattern.test(view, 0, 1)]).toEqual([true, true]);
  });
});
