import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Xoshiro } from "../../../src/random/xoshiro.ts";
import { median, percentileNearestRank } from "../../../src/statistics/percentile.ts";
import { hamedRaoFactor, mannKendall, theilSen } from "../../../src/statistics/trend.ts";

const values = fc.array(fc.integer({ min: -1000, max: 1000 }), { minLength: 2, maxLength: 30 });

describe("theilSen", () => {
  it("finds the line through points of a line, with an interval around the slope", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: -50, max: 50 }),
        fc.integer({ min: -50, max: 50 }),
        fc.integer({ min: 2, max: 40 }),
        (a, b, n) => {
          const t = Array.from({ length: n }, (_, i) => i);
          const line = theilSen(
            t,
            t.map((x) => a + b * x),
          )!;
          expect(line.slope).toBeCloseTo(b, 9);
          expect(line.intercept).toBeCloseTo(a, 9);
          expect(line.low).toBeLessThanOrEqual(line.slope);
          expect(line.high).toBeGreaterThanOrEqual(line.slope);
        },
      ),
    );
  });

  it("has no slope when all points are at one time", () => {
    expect(theilSen([1, 1], [2, 3])).toBeNull();
    expect(theilSen([], [])).toBeNull();
  });
});

describe("mannKendall", () => {
  it("turns its sign with the order of the values", () => {
    fc.assert(
      fc.property(values, (y) => {
        const forward = mannKendall(y);
        const backward = mannKendall(y.toReversed());
        expect(backward.score).toBe(-forward.score || 0);
        expect(forward.variance).toBe(backward.variance);
        expect(forward.pIncreasing + backward.pIncreasing).toBeCloseTo(1, 12);
        expect(Math.abs(forward.tau)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("counts orders exactly for few different values", () => {
    expect(mannKendall([1, 2, 3]).pIncreasingExact).toBeCloseTo(1 / 6, 12);
    expect(mannKendall([3, 2, 1]).pIncreasingExact).toBe(1);
    expect(mannKendall([1, 2, 3, 4]).pIncreasingExact).toBeCloseTo(1 / 24, 12);
    expect(mannKendall([1, 1, 2]).pIncreasingExact).toBeNull();
    expect(mannKendall(Array.from({ length: 11 }, (_, i) => i)).pIncreasingExact).toBeNull();
  });

  it("says nothing about fewer than two values", () => {
    expect(mannKendall([])).toMatchObject({ score: 0, z: 0, pTwoSided: 1, tau: 0, pIncreasingExact: null });
  });
});

describe("hamedRaoFactor", () => {
  it("widens the variance for correlated noise, and never narrows it", () => {
    const t = Array.from({ length: 100 }, (_, i) => i);
    const random = new Xoshiro(1);
    const noise = (rho: number): number[] => {
      let value = 0;
      return t.map(() => (value = rho * value + random.normal()));
    };
    const factors = (rho: number): number[] => Array.from({ length: 20 }, () => hamedRaoFactor(t, noise(rho)));
    expect(median(factors(0.8))!).toBeGreaterThan(2);
    expect(median(factors(0))!).toBeLessThan(1.2);
    expect(Math.min(...factors(-0.8))).toBe(1);
  });

  it("is 1 where there is nothing to correlate", () => {
    const t = [0, 1, 2, 3, 4];
    expect([hamedRaoFactor(t, [5, 5, 5, 5, 5]), hamedRaoFactor([1, 2, 3], [1, 2, 3]), hamedRaoFactor(t, t)]).toEqual([
      1, 1, 1,
    ]);
  });
});

describe("median and percentileNearestRank", () => {
  it("answer null for no values", () => {
    expect([median([]), percentileNearestRank([], 50)]).toEqual([null, null]);
  });

  it("take the middle, or the mean of the two middle ones", () => {
    expect([median([3, 1, 2]), median([4, 1, 3, 2]), median([-0.5])]).toEqual([2, 2.5, -0.5]);
  });

  it("give rank 55 for 55 % of a hundred values, in spite of doubles", () => {
    const hundred = Array.from({ length: 100 }, (_, i) => i + 1);
    for (let p = 1; p <= 100; p++) expect(percentileNearestRank(hundred, p)).toBe(p);
    expect(percentileNearestRank(hundred, 0)).toBe(1);
  });
});
