import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { Histogram } from "../../../src/measure/histogram.ts";
import { isPercentileResolved } from "../../../src/statistics/percentile.ts";
import {
  exactQuantileRanks,
  normalQuantileRanks,
  quantileRanks,
  samplesForUpperBound,
} from "../../../src/statistics/quantile-interval.ts";
import { binomialCdf } from "../../../src/statistics/special-functions.ts";
import { expandValues, expectVector, methodVector } from "../../support/method-vectors.ts";

interface RankInput {
  readonly cases: readonly (readonly [n: number, q: number])[];
  readonly confidence: number;
}

describe("ranks of a quantile", () => {
  it("are exact for few samples", () => {
    const { cases, confidence } = methodVector("quantileCi.ranks").input as RankInput;
    expectVector(
      "quantileCi.ranks",
      cases.map(([n, q]) => exactQuantileRanks(n, q, confidence)),
    );
  });

  it("are approximate for many", () => {
    const { cases, confidence } = methodVector("quantileCi.ranksNormal").input as RankInput;
    expectVector(
      "quantileCi.ranksNormal",
      cases.map(([n, q]) => normalQuantileRanks(n, q, confidence)),
    );
  });

  it("give the values of a histogram that a percentile lies between", () => {
    const { values, q, confidence } = methodVector("quantileCi.hdr").input as {
      values: unknown;
      q: number;
    } & RankInput;
    const histogram = Histogram.empty();
    for (const [value, times] of expandValues(values)) histogram.record(value, times);
    const { lower, upper } = quantileRanks(histogram.count, q, confidence);
    expectVector("quantileCi.hdr", {
      p99: histogram.percentile(q * 100),
      lower: histogram.valueAtRank(lower!),
      upper: histogram.valueAtRank(upper!),
      ranks: [lower, upper],
    });
  });

  it("hold the quantile at least as often as asked, and no narrower pair of ends does", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300 }), fc.double({ min: 0.02, max: 0.98, noNaN: true }), (n, q) => {
        const { lower, upper, coverage } = exactQuantileRanks(n, q);
        const below = (rank: number) => binomialCdf(rank - 1, n, q);
        expect(coverage).toBeGreaterThanOrEqual(0.95 - 1e-9);
        if (lower !== null) expect(below(lower)).toBeLessThanOrEqual(0.025 + 1e-12);
        expect(below((lower ?? 0) + 1)).toBeGreaterThan(0.025 - 1e-12);
        if (upper !== null) expect(below(upper)).toBeGreaterThanOrEqual(0.975 - 1e-12);
        expect(below((upper ?? n + 1) - 1)).toBeLessThan(0.975 + 1e-12);
      }),
    );
  });

  it("are nearly the same either way where one takes over from the other", () => {
    const [n, q] = [100_000, 0.99];
    const exact = exactQuantileRanks(n, q);
    const [lower, upper] = normalQuantileRanks(n, q);
    expect(Math.abs(exact.lower! - lower)).toBeLessThanOrEqual(2);
    expect(Math.abs(exact.upper! - upper)).toBeLessThanOrEqual(2);
  });
});

describe("sample sizes", () => {
  it("for an upper bound are those of the reference", () => {
    const { q, confidence } = methodVector("sampleSize.oneSided").input as { q: readonly number[] } & RankInput;
    expectVector(
      "sampleSize.oneSided",
      q.map((one) => samplesForUpperBound(one, confidence)),
    );
  });

  it("for a percentile are those of the reference", () => {
    const { cases } = methodVector("sampleSize.resolution").input as RankInput;
    expectVector(
      "sampleSize.resolution",
      cases.map(([n, q]) => isPercentileResolved(n, q * 100)),
    );
  });
});
