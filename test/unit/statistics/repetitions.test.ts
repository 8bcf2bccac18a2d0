import { describe, expect, it } from "vitest";
import { levelVariances, optimalRepetitions, type Nested } from "../../../src/statistics/repetitions.ts";
import { expectVector, methodVector } from "../../support/method-vectors.ts";

describe("levelVariances", () => {
  it("gives the figures of the worked example", () => {
    const { biased, own } = levelVariances((methodVector("kalibera.variances").input as { data: Nested }).data);
    expectVector("kalibera.variances", { S2: biased, T2: own });
  });
});

describe("optimalRepetitions", () => {
  it("gives the figures of the worked example", () => {
    const { data, costs } = methodVector("kalibera.optimalReps").input as { data: Nested; costs: readonly number[] };
    const [r1, r2] = optimalRepetitions(data, costs.toReversed());
    expectVector("kalibera.optimalReps", { r1, r2, rounded: [Math.ceil(r1!), Math.ceil(r2!)] });
  });

  it("asks for one repetition where a level has no variance of its own", () => {
    const same: Nested = [
      [3, 3],
      [5, 5],
    ];
    expect(optimalRepetitions(same, [1, 10])).toEqual([1]);
  });

  it("has no number for a level that has all the variance", () => {
    const alike: Nested = [
      [3, 5],
      [3, 5],
    ];
    expect(optimalRepetitions(alike, [1, 10])).toEqual([null]);
  });
});
