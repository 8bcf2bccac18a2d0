import { describe, expect, it } from "vitest";
import { Xoshiro } from "../../../src/random/xoshiro.ts";
import {
  autocorrelation,
  autocorrelationTime,
  batchMeansInterval,
  designEffect,
  effectiveSampleSize,
  meanInterval,
} from "../../../src/statistics/dependence.ts";
import { expectVector, methodVector } from "../../support/method-vectors.ts";

interface SeriesInput {
  readonly y: readonly number[];
  readonly maxLag: number;
  readonly batch: number;
  readonly confidence: number;
}

const inputOf = (id: string) => methodVector(id).input as SeriesInput;

/** Each value so much of the one before as `rho` says, the rest uniform noise. */
function dependentSeries(length: number, rho: number, seed: number): readonly number[] {
  const random = new Xoshiro(seed);
  let value = 0;
  return Array.from({ length }, () => (value = rho * value + random.f53() - 0.5));
}

describe("autocorrelation", () => {
  it("is that of the reference", () => {
    const { y, maxLag } = inputOf("autocorrelation");
    expectVector("autocorrelation", autocorrelation(y, maxLag));
  });

  it("is none in a series without variance", () => {
    expect(autocorrelation([5, 5, 5], 2)).toEqual([1, 0, 0]);
  });
});

describe("effectiveSampleSize", () => {
  it("is that of the reference", () => {
    const { y } = inputOf("effectiveSampleSize");
    expectVector("effectiveSampleSize", { ess: effectiveSampleSize(y), n: y.length });
  });

  it("is the whole number of equal or alternating values, and few of a slow series", () => {
    expect(effectiveSampleSize([3, 3, 3, 3])).toBe(4);
    expect(effectiveSampleSize(Array.from({ length: 100 }, (_, i) => i % 2))).toBe(100);
    expect(autocorrelationTime(dependentSeries(1000, 0.9, 1))).toBeGreaterThan(8);
    expect(autocorrelationTime(dependentSeries(1000, 0, 1))).toBeLessThan(2);
  });
});

describe("intervals of a mean by batches", () => {
  it("are those of the reference", () => {
    const { y, batch, confidence } = inputOf("batchMeans.ci");
    const { batches, mean, stdev, half, low, high } = batchMeansInterval(y, batch, confidence)!;
    expectVector("batchMeans.ci", { k: batches, mean, s: stdev, half, lo: low, hi: high });
  });

  it("need two batches, or ten of twice the autocorrelation time", () => {
    expect(batchMeansInterval([1, 2, 3], 2)).toBeNull();
    expect(meanInterval(dependentSeries(19, 0, 3))).toBeNull();
    expect(meanInterval(dependentSeries(40, 0, 3))).not.toBeNull();
    expect(meanInterval(dependentSeries(60, 0.95, 3))).toBeNull();
  });

  it("are wider for a dependent series than independence would have it", () => {
    const values = dependentSeries(600, 0.8, 5);
    expect(meanInterval(values)!.half).toBeGreaterThan(1.5 * batchMeansInterval(values, 1)!.half);
  });
});

describe("designEffect", () => {
  const even = Array.from({ length: 30 }, () => ({ hits: 10, of: 1000 }));

  it("is nearly 1 where every stretch has its share, and 1 where there is nothing to share", () => {
    expect(designEffect(even)).toBeCloseTo(1.09, 2);
    expect(designEffect(even.map(({ of }) => ({ hits: 0, of })))).toBe(1);
    expect(designEffect([])).toBe(1);
  });

  it("grows with hits that come all at once", () => {
    // 300 of 30,000 in a single stretch: a variance of 3,000 against 1,000 x 1 % x 99 % by chance.
    const clustered = even.map(({ of }, i) => ({ hits: i === 12 ? 300 : 0, of }));
    expect(designEffect(clustered)).toBeGreaterThanOrEqual(3000 / 9.9);
  });

  it("grows further when one bad stretch follows another", () => {
    const apart = even.map(({ of }, i) => ({ hits: i % 5 === 0 ? 50 : 0, of }));
    const together = even.map(({ of }, i) => ({ hits: i < 6 ? 50 : 0, of }));
    expect(designEffect(together)!).toBeGreaterThan(2 * designEffect(apart)!);
  });

  it("cannot be told from fewer than ten stretches, unless there is nothing to tell", () => {
    const few = even.slice(0, 9);
    expect(designEffect(few)).toBeNull();
    expect(designEffect(few.map(({ of }) => ({ hits: 0, of })))).toBe(1);
    expect(designEffect([...few, { hits: 0, of: 0 }])).toBeNull();
  });
});
