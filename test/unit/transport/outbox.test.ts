import { describe, expect, it } from "vitest";
import { Outbox } from "../../../src/transport/outbox.ts";

/** Puts text into the outbox as a transport does, and empties it. */
function written(outbox: Outbox, text: string): Buffer {
  outbox.usedBytes = outbox.memory.bytes.write(text);
  const contents = outbox.contents();
  outbox.clear();
  return contents;
}

describe("the outbox", () => {
  it("gives what it holds, whatever it held before", () => {
    const outbox = new Outbox();
    // Lengths that share a place among the kept ones, and lengths that come again.
    for (const length of [1, 65, 129, 65, 0, 64, 1, 40_000, 65]) {
      const text = String.fromCharCode(97 + (length % 26)).repeat(length);
      expect(written(outbox, text).toString()).toBe(text);
    }
  });

  it("gives one object for one length, so that sending makes none", () => {
    const outbox = new Outbox();
    expect(written(outbox, "first")).toBe(written(outbox, "other"));
  });

  it("leaves what it gave alone once its memory is replaced", () => {
    const outbox = new Outbox();
    const first = written(outbox, "first");
    outbox.replaceMemory();
    expect(written(outbox, "other").toString()).toBe("other");
    expect(first.toString()).toBe("first");
  });

  it("makes room for one owner by flushing the other, and refuses what never fits", () => {
    const outbox = new Outbox();
    const flushed: string[] = [];
    const owner = (name: string) => ({
      flushOutbox: () => {
        flushed.push(`${name} ${outbox.usedBytes}`);
        outbox.clear();
      },
    });
    const [a, b] = [owner("a"), owner("b")];
    expect(outbox.reserve(a, 10)).toBe(true);
    outbox.usedBytes = 10;
    expect(outbox.reserve(a, 65_526)).toBe(true);
    expect(flushed).toEqual([]);
    expect(outbox.reserve(a, 65_527)).toBe(true);
    expect(flushed).toEqual(["a 10"]);
    outbox.usedBytes = 7;
    expect(outbox.reserve(b, 1)).toBe(true);
    expect(flushed).toEqual(["a 10", "a 7"]);
    outbox.usedBytes = 1;
    expect(outbox.reserve(b, 65_537)).toBe(false);
    expect(flushed).toEqual(["a 10", "a 7", "b 1"]);
    expect([outbox.owner, outbox.usedBytes]).toEqual([undefined, 0]);
  });
});
