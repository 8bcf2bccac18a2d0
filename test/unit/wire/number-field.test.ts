import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { tooLarge, makeNumberField, type NumberPlace } from "../../../src/wire/number-field.ts";

/** Reads the message where it lies among others, as it does in a read. */
function read(place: NumberPlace, message: string, hasFraction = false): number {
  const bytes = Buffer.from(`{"seq":1}${message}{"seq":2}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const start = '{"seq":1}'.length;
  return makeNumberField(place, hasFraction).read(view, start, start + Buffer.byteLength(message));
}

const inText: NumberPlace = { kind: "text", before: '"seq":', after: "" };
const inPath: NumberPlace = { kind: "path", keys: ["data", "seq"] };

describe("a number between texts", () => {
  it.each([
    ['{"seq":12,"text":"x"}', 12],
    ['{"seq":0}', 0],
    ['{"seq":}', -1],
    ['{"text":"x"}', -1],
    ['{"seq":x,"seq":7}', 7],
    ['"seq":9007199254740991', 9_007_199_254_740_991],
    ['"seq":9007199254740992', tooLarge],
    ['"seq":18446744073709551615', tooLarge],
    // Numbers of 64 bits are often written in 20 digits.
    ['"seq":00000000000000000001', 1],
    ["", -1],
  ])("is read of %s", (message, value) => {
    expect(read(inText, message)).toBe(value);
  });

  it("is not taken from the neighbour in the same read", () => {
    expect(read({ kind: "text", before: "}{", after: "" }, '{"n":3}')).toBe(-1);
    expect(read(inText, '{"se')).toBe(-1);
  });

  it("needs what stands behind it, too", () => {
    const place: NumberPlace = { kind: "text", before: "[", after: "] " };
    expect(read(place, "[12] [13]x")).toBe(12);
    expect(read(place, "[x] [12]; [13] end")).toBe(13);
  });

  it("may have a fraction where it is asked for", () => {
    const place: NumberPlace = { kind: "text", before: '"t":', after: "" };
    expect(read(place, '{"t":1700000000.25}', true)).toBe(1_700_000_000.25);
    expect(read(place, '{"t":1700000000.25}')).toBe(1_700_000_000);
  });
});

describe("a member of a JSON object", () => {
  it.each([
    ['{"data":{"seq":12}}', 12],
    ['{ "a" : [1,{"data":{"seq":9}}] , "data" : { "x":"}", "seq" : "34" } }', 34],
    ['{"text":"\\"data\\":{\\"seq\\":5}","data":{"seq":6}}', 6],
    ['{"seq":5,"data":{"other":1}}', -1],
    ['{"data":5}', -1],
    ['{"data":{"seq":"18446744073709551615"}}', tooLarge],
    ['{"data":{"seq":18446744073709551615}}', tooLarge],
    ['{"data":{"seq":12.5}}', -1],
    ['{"data":{"seq":12e3}}', -1],
    ['{"data":{"seq":"12a"}}', -1],
    ['{"data":{"seq":-1}}', -1],
    ['[{"data":{"seq":1}}]', -1],
    ['{"data":{"seq":', -1],
    ['{"data" 5}', -1],
    ["no json", -1],
  ])("is read of %s", (message, value) => {
    expect(read(inPath, message)).toBe(value);
  });

  it("is what JSON.parse finds, whatever stands around it", () => {
    const noise = fc.object({ maxDepth: 2, key: fc.string({ maxLength: 5 }).filter((key) => key !== "data") });
    fc.assert(
      fc.property(noise, fc.nat(), noise, (before, seq, after) => {
        const message = JSON.stringify({ ...before, data: { ...after, seq } });
        expect(read(inPath, message)).toBe((JSON.parse(message) as { data: { seq: number } }).data.seq);
      }),
    );
  });

  it("never reads beyond what is cut off", () => {
    const whole = '{"a":"x\\"y","data":{"b":[1,2,{"c":3}],"seq":1234,"d":1}}';
    for (let length = 0; length < whole.length; length += 1) {
      const value = read(inPath, whole.slice(0, length));
      expect([-1, 1234]).toContain(value);
    }
  });
});

describe("a number by a regular expression", () => {
  it("is its group", () => {
    const place: NumberPlace = { kind: "regex", source: "seq[=:](?<sequence>\\d+)", flags: "i", name: "sequence" };
    expect(read(place, "SEQ=77")).toBe(77);
    expect(read(place, "SEQ 77")).toBe(-1);
    expect(read(place, "SEQ=9007199254740992")).toBe(tooLarge);
  });
});
