import { describe, expect, it } from "vitest";
import {
  chanceDistance,
  coefficientOfVariation,
  pairDistance,
  pairRatioSpread,
} from "../../../src/statistics/pair-spread.ts";
import { expectVector, methodVector } from "../../support/method-vectors.ts";

describe("pairRatioSpread", () => {
  it("gives the noise floor of its vector", () => {
    const { runs } = methodVector("aa.noiseFloor").input as { runs: number[] };
    const spread = pairRatioSpread(runs)!;
    expectVector("aa.noiseFloor", {
      ...{ pairs: (runs.length * (runs.length - 1)) / 2, logRatio: Math.log1p(spread), percent: spread * 100 },
      cv: coefficientOfVariation(runs),
    });
  });

  it("has none below two values, nor with values that are not above 0", () => {
    expect(pairRatioSpread([5])).toBeNull();
    expect(pairRatioSpread([5, 0])).toBeNull();
    expect(pairRatioSpread([5, -5])).toBeNull();
  });
});

describe("pairDistance", () => {
  it("is the distance that one pair in twenty exceeds, of negative values too", () => {
    expect(pairDistance([-3, 1])).toBe(4);
    expect(pairDistance([])).toBeNull();
  });
});

describe("chanceDistance", () => {
  it("is t s sqrt(1/n1 + 1/n2): of few values far more than any of them lie apart", () => {
    // s = 1, t(0.95; 2) = 2.9200 and t(0.99; 2) = 6.9646
    expect(chanceDistance([1, 2, 3], [1, 1], 0.05)).toBeCloseTo(2.92 * Math.SQRT2, 3);
    expect(chanceDistance([1, 2, 3], [2, 2], 0.01)).toBeCloseTo(6.9646, 3);
    expect(chanceDistance([1], [1, 1], 0.01)).toBeNull();
  });
});

describe("coefficientOfVariation", () => {
  it("has none where the mean is not above 0", () => {
    expect(coefficientOfVariation([-1, 1])).toBeNull();
    expect(coefficientOfVariation([1])).toBeNull();
  });
});
