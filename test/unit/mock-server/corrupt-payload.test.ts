import { isUtf8 } from "node:buffer";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { corruptPayload } from "../../../src/mock-server/corrupt-payload.ts";

/** Of every length in UTF-8, with and without anything that could be replaced. */
const characters = fc.constantFrom("a", "7", " ", '"', "\\", "\u0000", "\u00fc", "\u20ac", "\u{1f600}");
const bits = fc.integer({ min: 0, max: 2 ** 32 - 1 });

describe("corruptPayload", () => {
  it("changes exactly one byte of any payload that is not empty", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 64 }), bits, (payload, random) => {
        const before = Uint8Array.from(payload);
        expect(corruptPayload(payload, random)).toBe(true);
        expect(payload.filter((byte, index) => byte !== before[index]).length).toBe(1);
      }),
    );
  });

  it("keeps text valid UTF-8", () => {
    fc.assert(
      fc.property(fc.string({ unit: characters, minLength: 1, maxLength: 20 }), bits, (text, random) => {
        const payload = Buffer.from(text, "utf8");
        corruptPayload(payload, random);
        expect(isUtf8(payload)).toBe(true);
      }),
    );
  });

  it("keeps JSON text readable", () => {
    fc.assert(
      fc.property(fc.array(fc.string(), { minLength: 1 }), bits, (words, random) => {
        const payload = Buffer.from(JSON.stringify(words.map((word) => `a${word}`)));
        corruptPayload(payload, random);
        expect(() => JSON.parse(payload.toString()) as unknown).not.toThrow();
      }),
    );
  });

  it("leaves an empty payload alone and says so", () => {
    expect(corruptPayload(new Uint8Array(0), 5)).toBe(false);
  });

  it("reaches every place of a payload of letters", () => {
    const places = new Set<number>();
    for (let index = 0; index < 2000; index++) {
      const payload = Buffer.alloc(16, "m");
      corruptPayload(payload, Math.floor((index / 2000) * 2 ** 32));
      places.add(payload.findIndex((byte) => byte !== 0x6d));
    }
    expect(places.size).toBe(16);
  });
});
