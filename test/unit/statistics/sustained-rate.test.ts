import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { sustainedRate } from "../../../src/statistics/sustained-rate.ts";
import { expectVector, methodVector } from "../../support/method-vectors.ts";

function asVector(id: string): unknown {
  const { perSecond, steady, windowSec, level } = methodVector(id).input as {
    readonly perSecond: readonly number[];
    readonly steady: readonly [number, number];
    readonly windowSec: number;
    readonly level: number;
  };
  const { peak, sustained, ratio, longestRun } = sustainedRate(perSecond.slice(...steady), windowSec, level);
  return { peak, sustained, sustainRatio: ratio, longestRunAtLevelSec: longestRun, pass: ratio! >= level };
}

describe("sustainedRate", () => {
  it("holds what was held", () => {
    expectVector("throughput.sustained", asVector("throughput.sustained"));
  });

  it("shows a dip", () => {
    expectVector("throughput.sustained.dip", asVector("throughput.sustained.dip"));
  });

  it("says nothing of less than a window, and has no share of nothing", () => {
    expect(sustainedRate([1, 2], 3, 0.9)).toEqual({ peak: null, sustained: null, ratio: null, longestRun: 0 });
    expect(sustainedRate([0, 0, 0], 3, 0.9)).toMatchObject({ peak: 0, sustained: 0, ratio: null });
  });

  it("is never better with more seconds than with fewer", () => {
    const seconds = fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 5, maxLength: 40 });
    fc.assert(
      fc.property(seconds, fc.integer({ min: 1, max: 1000 }), (rates, more) => {
        const [fewer, all] = [sustainedRate(rates, 5, 0.9), sustainedRate([...rates, more], 5, 0.9)];
        expect(all.peak!).toBeGreaterThanOrEqual(fewer.peak!);
        expect(all.ratio!).toBeLessThanOrEqual(fewer.ratio! + 1e-12);
      }),
    );
  });
});
