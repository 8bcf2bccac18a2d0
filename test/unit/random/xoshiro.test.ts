import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { deriveSeed, Xoshiro } from "../../../src/random/xoshiro.ts";

describe("Xoshiro", () => {
  it("gives the same draws for the same seed and others for another", () => {
    const draw = (seed: number): number[] => {
      const random = new Xoshiro(seed);
      return Array.from({ length: 8 }, () => random.u32());
    };
    expect(draw(7)).toEqual(draw(7));
    expect(draw(7)).not.toEqual(draw(8));
  });

  it("draws below n, from the whole range", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 32 - 1 }), fc.integer({ min: 1, max: 2 ** 32 }), (seed, n) => {
        const random = new Xoshiro(seed);
        for (let i = 0; i < 20; i++) {
          const value = random.below(n);
          expect(Number.isInteger(value) && value >= 0 && value < n).toBe(true);
        }
      }),
    );
    const random = new Xoshiro(3);
    expect(new Set(Array.from({ length: 200 }, () => random.below(7))).size).toBe(7);
  });

  it("draws normals with mean 0, standard deviation 1 and the right share beyond 1.96", () => {
    const random = new Xoshiro(42);
    const n = 40_000;
    const values = Array.from({ length: n }, () => random.normal());
    const mean = values.reduce((sum, value) => sum + value, 0) / n;
    const variance = values.reduce((sum, value) => sum + value * value, 0) / n - mean * mean;
    // Bounds of five standard errors; the seed is fixed, so this cannot fail by chance.
    expect(Math.abs(mean)).toBeLessThan(5 / Math.sqrt(n));
    expect(Math.abs(variance - 1)).toBeLessThan(5 * Math.sqrt(2 / n));
    const beyond = values.filter((value) => Math.abs(value) > 1.96).length / n;
    expect(Math.abs(beyond - 0.05)).toBeLessThan(5 * Math.sqrt((0.05 * 0.95) / n));
  });
});

describe("deriveSeed", () => {
  it("gives every list of stream numbers a seed of its own", () => {
    const seeds = new Set<number>([deriveSeed(1), deriveSeed(2)]);
    for (let a = 0; a < 50; a++) {
      seeds.add(deriveSeed(1, a));
      for (let b = 0; b < 50; b++) seeds.add(deriveSeed(1, a, b));
    }
    expect(seeds.size).toBe(2 + 50 + 2500);
    expect(deriveSeed(1, 2, 3)).toBe(deriveSeed(1, 2, 3));
    expect(deriveSeed(1, 2, 3)).not.toBe(deriveSeed(1, 3, 2));
  });
});
