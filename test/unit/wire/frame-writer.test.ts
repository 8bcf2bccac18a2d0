import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { frameMemory } from "../../../src/wire/frame-memory.ts";
import {
  closePayload,
  copyBytes,
  firstByte,
  maskedFrameBytes,
  plainFrameBytes,
  writeMaskedBytes,
  writeMaskedFrame,
  writePlainHeader,
} from "../../../src/wire/frame-writer.ts";
import { MaskKeys } from "../../../src/wire/mask-keys.ts";
import { frameBytes } from "../../support/frame-bytes.ts";
import { outgoingMessage } from "../../support/outgoing-message.ts";

const payloadSizes = [
  0, 1, 2, 3, 4, 5, 28, 31, 32, 33, 36, 63, 64, 65, 95, 96, 99, 124, 125, 126, 127, 65535, 65536, 65539, 200_001,
];
const guard = 0xa5;

function filled(size: number): Buffer {
  return Buffer.from(Uint8Array.from({ length: size }, (_item, i) => (i * 31 + 7) & 255));
}

/** Memory with guards before and behind, filled by `write`; gives what was written between them. */
function written(sizeBytes: number, write: (memory: ReturnType<typeof frameMemory>, offset: number) => number): Buffer {
  const offset = 3;
  const bytes = Buffer.alloc(offset + sizeBytes + 5, guard);
  const end = write(frameMemory(bytes), offset);
  expect(end).toBe(offset + sizeBytes);
  expect([...bytes.subarray(0, offset), ...bytes.subarray(end)].every((byte) => byte === guard)).toBe(true);
  return bytes.subarray(offset, end);
}

describe("writeMaskedFrame", () => {
  it.each(payloadSizes)("writes exactly the frame around %i bytes, and nothing beside it", (size) => {
    const { words } = outgoingMessage(filled(size));
    for (const key of [0, 1, -1, 0x12345678, -0x7edcba98]) {
      const frame = written(maskedFrameBytes(size), (memory, offset) =>
        writeMaskedFrame(memory, offset, firstByte.binary, words, size, key),
      );
      expect(frame.equals(frameBytes(2, filled(size), { maskKey: key }))).toBe(true);
    }
  });
});

describe("writeMaskedBytes", () => {
  it("writes the same from plain bytes", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 125 }), fc.integer(), (payload, key) => {
        const frame = written(maskedFrameBytes(payload.length), (memory, offset) =>
          writeMaskedBytes(memory, offset, firstByte.ping, payload, key),
        );
        expect(frame).toEqual(frameBytes(9, Buffer.from(payload), { maskKey: key }));
      }),
    );
  });
});

describe("writePlainHeader", () => {
  it.each(payloadSizes)("leaves room for exactly the %i bytes of its frame, and writes nothing beside it", (size) => {
    const source = frameMemory(Buffer.concat([Buffer.of(1), filled(size), Buffer.of(2)]));
    const frame = written(plainFrameBytes(size), (memory, offset) => {
      const at = writePlainHeader(memory, offset, firstByte.text, size);
      copyBytes(source, 1, 1 + size, memory, at);
      return at + size;
    });
    expect(frame.equals(frameBytes(1, filled(size)))).toBe(true);
  });
});

describe("copyBytes", () => {
  it("copies any range to any place", () => {
    fc.assert(
      fc.property(fc.nat(700), fc.nat(9), fc.nat(9), (size, from, to) => {
        const source = frameMemory(filled(from + size));
        const target = frameMemory(Buffer.alloc(to + size + 1, guard));
        copyBytes(source, from, from + size, target, to);
        expect(target.bytes.subarray(to, to + size)).toEqual(source.bytes.subarray(from));
        expect(target.bytes[to + size]).toBe(guard);
      }),
    );
  });
});

describe("closePayload", () => {
  it("holds the code and the reason, nothing for 1005", () => {
    expect(closePayload(1000, "bye")).toEqual(Buffer.from([3, 232, 98, 121, 101]));
    expect(closePayload(1005, "ignored")).toHaveLength(0);
  });

  it("cuts a long reason between characters", () => {
    const payload = closePayload(1001, "\u20ac".repeat(50));
    expect(payload).toHaveLength(2 + 123);
    expect(payload.subarray(2).toString()).toBe("\u20ac".repeat(41));
    expect(closePayload(1001, `a${"\u20ac".repeat(50)}`)).toHaveLength(2 + 121);
  });
});

describe("MaskKeys", () => {
  it("gives a new key each time, over several fills", () => {
    const keys = new MaskKeys();
    const seen = new Set(Array.from({ length: 10_000 }, () => keys.next()));
    // Of 10,000 draws from 2^32, about 0.01 pairs are equal; ten would be a fault.
    expect(seen.size).toBeGreaterThan(9_990);
  });
});
