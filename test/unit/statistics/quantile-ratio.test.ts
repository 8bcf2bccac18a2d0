import { describe, expect, it } from "vitest";
import { Xoshiro } from "../../../src/random/xoshiro.ts";
import { quantileRatio, type RunCells } from "../../../src/statistics/quantile-ratio.ts";
import { expectVector, methodVector } from "../../support/method-vectors.ts";

interface BootstrapInput {
  readonly bucketValues: readonly number[];
  readonly a: readonly RunCells[];
  readonly b: readonly RunCells[];
  readonly q: number;
  readonly block: number;
  readonly replicates: number;
  readonly seed: number;
  readonly confidence: number;
}

describe("quantileRatio", () => {
  it("repeats the bootstrap of its vector draw by draw", () => {
    const input = methodVector("bootstrap.ratioOfQuantiles").input as BootstrapInput;
    const { q: quantile, block, replicates, confidence } = input;
    const random = new Xoshiro(input.seed);
    const found = quantileRatio(input.a, input.b, input.bucketValues, {
      ...{ quantile, block, replicates, confidence, random },
    })!;
    const times = new Map<number, number>();
    for (const ratio of found.replicates) times.set(ratio, (times.get(ratio) ?? 0) + 1);
    expectVector("bootstrap.ratioOfQuantiles", {
      ...{ ratio: found.value, lo: found.low, hi: found.high },
      sum: found.replicates.reduce((sum, ratio) => sum + ratio, 0),
      distinct: [...times].sort(([a], [b]) => a - b),
    });
  });

  it("has no ratio of nothing, nor of a quantile that is 0", () => {
    const options = { quantile: 0.5, block: 9, replicates: 5, confidence: 0.9, random: new Xoshiro(1) };
    expect(quantileRatio([[[0, 0]]], [[[1, 0]]], [1, 2], options)).toBeNull();
    expect(quantileRatio([[[1, 0]]], [[[1, 0]]], [0, 2], options)).toBeNull();
    expect(quantileRatio([[[1, 0]]], [[[0, 1]]], [1, 2], options)).toMatchObject({ value: 2, low: 2, high: 2 });
  });
});
