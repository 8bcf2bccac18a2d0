import { describe, expect, it } from "vitest";
import { fiellerRatio, welchDifference, welchRatio } from "../../../src/statistics/mean-ratio.ts";
import { expectVector, methodVector } from "../../support/method-vectors.ts";

interface FiellerInput {
  readonly old: readonly number[];
  readonly new: readonly number[];
  readonly confidence: number;
}

describe("fiellerRatio", () => {
  it("gives the figures of its vector", () => {
    const { old, new: changed, confidence } = methodVector("ratio.fieller").input as FiellerInput;
    const found = fiellerRatio(old, changed, confidence)!;
    expectVector("ratio.fieller", {
      ...{ ratio: found.value, lo: found.low, hi: found.high, h: found.halfOfA, hp: found.halfOfB },
    });
  });

  it("is undefined where the first mean cannot be told from 0", () => {
    expect(fiellerRatio([-1, 2, 1], [5, 6, 7], 0.95)).toBeNull();
  });
});

describe("welchDifference", () => {
  it("gives the interval of scipy's ttest_ind with unequal variances", () => {
    // ttest_ind([11, 13, 12], [10, 12, 9, 11.5], equal_var=False).confidence_interval(0.9), scipy 1.17.1
    const { value, low, high } = welchDifference([10, 12, 9, 11.5], [11, 13, 12], 0.9);
    expect(value).toBeCloseTo(1.375, 12);
    expect(low).toBeCloseTo(-0.4357865788, 9);
    expect(high).toBeCloseTo(3.1857865788, 9);
  });

  it("comes to an end for values so small that their squares are nothing", () => {
    const tiny = welchDifference([1e-100, 2e-100, 3e-100], [4e-100, 5e-100, 7e-100], 0.9);
    const large = welchDifference([1, 2, 3], [4, 5, 7], 0.9);
    expect(tiny.low / 1e-100).toBeCloseTo(large.low, 9);
    expect(tiny.high / 1e-100).toBeCloseTo(large.high, 9);
  });

  it("does not doubt values that are all equal", () => {
    expect(welchDifference([4, 4, 4], [6, 6, 6], 0.9)).toEqual({ value: 2, low: 2, high: 2 });
  });
});

describe("welchRatio", () => {
  it("gives the ratio of the geometric means, with an interval symmetric on logarithms", () => {
    const { value, low, high } = welchRatio([1, 2, 4], [2, 4, 8], 0.9);
    expect(value).toBeCloseTo(2, 12);
    expect(low * high).toBeCloseTo(4, 9);
  });
});
