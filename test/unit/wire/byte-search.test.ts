import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { findText, isAscii } from "../../../src/wire/byte-search.ts";

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
}

describe("looking for a text in bytes", () => {
  it("finds what indexOf finds", () => {
    const letters = fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 12 });
    fc.assert(
      fc.property(letters, letters, (where, what) => {
        const at = where.indexOf(what);
        const bytes = Buffer.from(where);
        expect(findText(viewOf(bytes), 0, bytes.length, Buffer.from(what))).toBe(at < 0 ? -1 : at + what.length);
      }),
    );
  });
});

describe("bytes that are ASCII", () => {
  it("are those without one above 127, wherever it stands", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 20 }), (bytes) => {
        expect(isAscii(viewOf(bytes), 0, bytes.length)).toBe(bytes.every((byte) => byte < 128));
      }),
    );
  });
});
