import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { batchMeansOf, mser5 } from "../../../src/statistics/warm-up.ts";
import { expectVector, methodVector } from "../../support/method-vectors.ts";

function asVector(id: string): unknown {
  const { y, batch } = methodVector(id).input as { y: readonly number[]; batch?: number };
  const found = mser5(y, batch)!;
  const { batches, cutBatches, cutValues, statistic, isValid, mean } = found;
  return { batches, d: cutBatches, truncate: cutValues, stat: statistic, valid: isValid, mean };
}

describe("mser5", () => {
  it("cuts a decay where it has become noise", () => {
    expectVector("steady.mser5.decay", asVector("steady.mser5.decay"));
  });

  it("finds no end to a ramp", () => {
    expectVector("steady.mser5.ramp", asVector("steady.mser5.ramp"));
  });

  it("cuts nothing off equal values, and says nothing of fewer than ten batches", () => {
    expect(mser5(new Array<number>(50).fill(7))).toMatchObject({ cutValues: 0, isValid: true, mean: 7 });
    expect(mser5(new Array<number>(49).fill(7))).toBeNull();
  });

  it("cuts a jump at the front exactly, whatever the levels", () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 8 }),
        fc.integer({ min: -50, max: 50 }),
        fc.integer({ min: 1, max: 90 }),
        (batches, level, step) => {
          const values = Array.from({ length: 100 }, (_, i) => (i < batches * 5 ? level + step : level));
          expect(mser5(values)).toMatchObject({ cutValues: batches * 5, statistic: 0, mean: level, isValid: true });
        },
      ),
    );
  });
});

describe("batchMeansOf", () => {
  it("leaves a remainder out", () => {
    expect(batchMeansOf([1, 3, 5, 7, 100], 2)).toEqual([2, 6]);
    expect(batchMeansOf([1], 2)).toEqual([]);
  });
});
