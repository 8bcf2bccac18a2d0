import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { describeMix, meanBytes, MessageMix } from "../../../src/plan/message-mix.ts";
import type { MixPlan } from "../../../src/plan/plan.ts";

const mix: MixPlan = {
  sizes: [
    { name: "128", sizeBytes: 128, share: 0.6 },
    { name: "1KiB", sizeBytes: 1024, share: 0.3 },
    { name: "16KiB", sizeBytes: 16_384, share: 0.1 },
  ],
  binaryRatio: 0.25,
};

const connections = fc.integer({ min: 0, max: 2 ** 24 - 1 });
const sequences = fc.integer({ min: 1, max: 2 ** 36 - 1 });

describe("a mix of messages", () => {
  it("says of a message the same however often, in whatever order and by whomever it is asked", () => {
    fc.assert(
      fc.property(fc.nat(2 ** 32 - 1), fc.array(fc.tuple(connections, sequences)), (seed, messages) => {
        const tell = (of: MessageMix, all: typeof messages) =>
          all.map(([connection, sequence]) => [of.sizeOf(connection, sequence), of.isBinary(connection, sequence)]);
        const backwards = tell(new MessageMix(mix, seed), [...messages].reverse());
        expect(tell(new MessageMix(mix, seed), messages)).toEqual(backwards.reverse());
      }),
    );
  });

  it("gives each size, and each kind of frame within a size, its share of the messages", () => {
    const drawn = new MessageMix(mix, 7);
    const counts = [0, 0, 0];
    const binary = [0, 0, 0];
    const all = 200_000;
    for (let index = 0; index < all; index += 1) {
      const [connection, sequence] = [index % 50, Math.floor(index / 50) + 1];
      const size = drawn.sizeOf(connection, sequence);
      counts[size]! += 1;
      if (drawn.isBinary(connection, sequence)) binary[size]! += 1;
    }
    // Five standard deviations of a share.
    const bound = (share: number, of: number) => 5 * Math.sqrt((share * (1 - share)) / of);
    for (const [size, { share }] of mix.sizes.entries()) {
      expect(Math.abs(counts[size]! / all - share)).toBeLessThan(bound(share, all));
      expect(Math.abs(binary[size]! / counts[size]! - 0.25)).toBeLessThan(bound(0.25, counts[size]!));
    }
  });

  it("draws other messages for another seed, connection or place on it", () => {
    const sizesOf = (seed: number, connection: number, first: number) =>
      Array.from({ length: 200 }, (_, index) => new MessageMix(mix, seed).sizeOf(connection, first + index)).join("");
    const all = [sizesOf(1, 0, 1), sizesOf(2, 0, 1), sizesOf(1, 1, 1), sizesOf(1, 0, 201)];
    expect(new Set(all).size).toBe(4);
  });

  it("has all messages or none of a kind where the share is whole, and never a size without a share", () => {
    const sizes = [
      { name: "64", sizeBytes: 64, share: 0 },
      { name: "65", sizeBytes: 65, share: 1 },
    ];
    fc.assert(
      fc.property(connections, sequences, (connection, sequence) => {
        expect(new MessageMix({ sizes, binaryRatio: 0 }, 1).isBinary(connection, sequence)).toBe(false);
        expect(new MessageMix({ sizes, binaryRatio: 1 }, 1).isBinary(connection, sequence)).toBe(true);
        expect(new MessageMix({ sizes, binaryRatio: 0 }, 1).sizeOf(connection, sequence)).toBe(1);
      }),
    );
  });

  it("is told in one line", () => {
    expect(meanBytes(mix)).toBeCloseTo(0.6 * 128 + 0.3 * 1024 + 0.1 * 16_384);
    expect(describeMix(mix)).toBe("60% of 128 B, 30% of 1KiB, 10% of 16KiB (1.98 KiB on average), 25% binary");
    expect(describeMix({ ...mix, binaryRatio: 1 })).toMatch(/on average\), binary$/);
    expect(describeMix({ sizes: mix.sizes.slice(1, 2), binaryRatio: 0.1 })).toBe("1KiB each, 10% binary");
  });
});
