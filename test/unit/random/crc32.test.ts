import { crc32 as zlibCrc32 } from "node:zlib";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { crc32, crc32Table } from "../../../src/random/crc32.ts";

describe("crc32", () => {
  it("agrees with zlib on any bytes and any part of them", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 100 }), fc.nat(20), (bytes, start) => {
        const from = Math.min(start, bytes.length);
        expect(crc32(bytes, from)).toBe(zlibCrc32(bytes.subarray(from)));
      }),
    );
  });

  it("continues an earlier sum", () => {
    const bytes = Buffer.from("a message in two parts, the second longer than eight bytes");
    expect(crc32(bytes, 5, bytes.length, crc32(bytes, 0, 5))).toBe(crc32(bytes));
  });

  it("offers the table for sums taken byte by byte", () => {
    let crc = -1;
    for (const byte of Buffer.from("123456789")) crc = (crc >>> 8) ^ crc32Table[(crc ^ byte) & 255]!;
    expect(~crc >>> 0).toBe(0xcbf43926);
  });
});
