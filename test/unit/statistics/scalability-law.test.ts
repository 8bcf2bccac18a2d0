import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fitScalability, predictThroughput } from "../../../src/statistics/scalability-law.ts";
import { Xoshiro } from "../../../src/random/xoshiro.ts";
import { scalabilityIntervals } from "../../../src/statistics/scalability-interval.ts";
import { judgePeak } from "../../../src/statistics/scalability-peak.ts";

const levelsOf = (ns: readonly number[], xs: readonly number[]) => ns.map((n, i) => ({ n, x: xs[i]! }));

/** SPEC SDM91 (Gunther 2007), as in the R package usl. */
const specSdm91 = levelsOf([1, 18, 36, 72, 108, 144, 216], [64.9, 995.9, 1652.4, 1853.2, 1828.9, 1775, 1702.2]);
/** The ray tracer of the same package. */
const rayTracer = levelsOf(
  [1, 4, 8, 12, 16, 20, 24, 28, 32, 48, 64],
  [20, 78, 130, 170, 190, 200, 210, 230, 260, 280, 310],
);

describe("fitScalability", () => {
  it("agrees with the R package usl on SPEC SDM91", () => {
    const fit = fitScalability(specSdm91)!;
    expect(fit.lambda).toBeCloseTo(89.99523, 4);
    expect(fit.sigma).toBeCloseTo(0.02772848, 7);
    expect(fit.kappa).toBeCloseTo(1.0436548e-4, 9);
    expect(fit.peakN).toBeCloseTo(96.51956, 3);
    expect(fit.amdahlLimit).toBeCloseTo(3245.589, 2);
    expect(fit.optimalN).toBeCloseTo(36.06401, 3);
    expect(fit.rse).toBeCloseTo(82.85, 2);
  });

  it("has no peak where the best coherency cost is none", () => {
    const fit = fitScalability(rayTracer)!;
    expect(fit.kappa).toBe(0);
    expect(fit.peakN).toBe(Infinity);
    expect(fit.peakX).toBe(fit.amdahlLimit);
  });

  it("gives back the law that made the levels, whatever the unit of n", () => {
    fc.assert(
      fc.property(
        fc.double({ min: 1, max: 1e4, noNaN: true }),
        fc.double({ min: 0.001, max: 0.3, noNaN: true }),
        fc.double({ min: 1e-5, max: 1e-2, noNaN: true }),
        (lambda, sigma, kappa) => {
          const law = { lambda, sigma, kappa };
          const levels = [1, 2, 4, 8, 16, 32, 64, 128].map((n) => ({ n, x: predictThroughput(law, n) }));
          const fit = fitScalability(levels)!;
          expect(fit.sigma / sigma).toBeCloseTo(1, 3);
          expect(fit.kappa / kappa).toBeCloseTo(1, 3);
          expect(fit.peakX / predictThroughput(law, Math.sqrt((1 - sigma) / kappa))).toBeCloseTo(1, 3);
        },
      ),
      { numRuns: 30 },
    );
  });

  it("finds no worse a curve than any other within its bounds", () => {
    const squares = (law: Parameters<typeof predictThroughput>[0], levels: typeof specSdm91) =>
      levels.reduce((sum, { n, x }) => sum + (x - predictThroughput(law, n)) ** 2, 0);
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1000 }), { minLength: 6, maxLength: 6 }),
        fc.double({ min: 0.5, max: 2, noNaN: true }),
        fc.double({ min: 0, max: 1, noNaN: true }),
        fc.double({ min: 0, max: 0.5, noNaN: true }),
        (xs, scale, sigma, kappa) => {
          const levels = levelsOf([1, 2, 4, 8, 16, 32], xs);
          const fit = fitScalability(levels)!;
          const other = { lambda: fit.lambda * scale, sigma, kappa };
          expect(squares(fit, levels)).toBeLessThanOrEqual(squares(other, levels) * (1 + 1e-6));
        },
      ),
      { numRuns: 100 },
    );
  });

  it("says nothing of too few levels, or where nothing was delivered", () => {
    expect(fitScalability(levelsOf([1, 2], [10, 20]))).toBeNull();
    expect(fitScalability(levelsOf([1, 2, 2, 2], [10, 20, 21, 19]))).toBeNull();
    expect(fitScalability(levelsOf([1, 2, 4, 8], [0, 0, 0, 0]))).toBeNull();
    expect(fitScalability([])).toBeNull();
  });

  it("has no standard error of three levels, and explains nothing of equal ones", () => {
    expect(fitScalability(levelsOf([1, 2, 4], [10, 19, 30]))?.rse).toBeNull();
    expect(fitScalability(levelsOf([1, 2, 4, 8], [7, 7, 7, 7]))?.r2).toBeNull();
  });
});

describe("scalabilityIntervals", () => {
  const fit = fitScalability(specSdm91)!;

  it("holds the fit, and is the same for the same seed", () => {
    const intervals = scalabilityIntervals(fit, specSdm91, { seed: 7 })!;
    for (const key of ["lambda", "sigma", "kappa", "peakN", "peakX"] as const) {
      expect(intervals[key].low).toBeLessThanOrEqual(fit[key]);
      expect(intervals[key].high).toBeGreaterThanOrEqual(fit[key]);
    }
    expect(scalabilityIntervals(fit, specSdm91, { seed: 7 })).toEqual(intervals);
    expect(scalabilityIntervals(fit, specSdm91, { seed: 8 })).not.toEqual(intervals);
  });

  it("holds the true peak nearly as often as it says", () => {
    const random = new Xoshiro(4);
    const law = { lambda: 100, sigma: 0.03, kappa: 0.002 };
    const peak = Math.sqrt((1 - law.sigma) / law.kappa);
    let held = 0;
    for (let run = 0; run < 12; run++) {
      const levels = [1, 2, 4, 8, 12, 16, 20, 24, 28, 32].map((n) => {
        const noise = 1 + 0.03 * 2 * (random.f53() + random.f53() + random.f53() - 1.5);
        return { n, x: noise * predictThroughput(law, n) };
      });
      const { peakN } = scalabilityIntervals(fitScalability(levels)!, levels, { seed: run, replicates: 80 })!;
      held += peakN.low <= peak && peak <= peakN.high ? 1 : 0;
    }
    expect(held).toBeGreaterThanOrEqual(11);
  });

  it("is as narrow as the levels are exact", () => {
    const exact = specSdm91.map(({ n }) => ({ n, x: predictThroughput(fit, n) }));
    const { peakN } = scalabilityIntervals(fitScalability(exact)!, exact, { seed: 7, replicates: 50 })!;
    expect(peakN.high - peakN.low).toBeLessThan(0.01);
    const { peakN: wide } = scalabilityIntervals(fit, specSdm91, { seed: 7, replicates: 50 })!;
    expect(wide.high - wide.low).toBeGreaterThan(1);
  });

  it("is not to be had of a curve through all its levels", () => {
    const three = specSdm91.slice(0, 3);
    expect(scalabilityIntervals(fitScalability(three)!, three, { seed: 1 })).toBeNull();
  });
});

describe("judgePeak", () => {
  const judge = (ns: readonly number[], xs: readonly number[]) => {
    const levels = levelsOf(ns, xs);
    return judgePeak(fitScalability(levels)!, levels).kind;
  };
  const law = (sigma: number, kappa: number, ns: readonly number[]) =>
    judge(
      ns,
      ns.map((n) => predictThroughput({ lambda: 100, sigma, kappa }, n)),
    );
  const doubling = [1, 2, 4, 8, 16, 32, 64];

  it("tells a peak that the levels reach", () => {
    expect(law(0.03, 0.0005, doubling)).toBe("peak");
    // The curve falls long before 1 / sigma.
    expect(law(0.02, 0.02, doubling)).toBe("peak");
  });

  it("tells none of five levels, of a line, of a curve that only levels off", () => {
    expect(law(0.03, 0.0005, doubling.slice(0, 5))).toBe("few-levels");
    expect(law(0, 0, doubling)).toBe("linear");
    expect(law(0.1, 0, doubling)).toBe("no-fall");
  });

  it("tells none that lies far beyond the last level, or before any bend was seen", () => {
    expect(law(0.03, 0.00001, doubling)).toBe("out-of-range");
    expect(law(0.001, 0.0001, doubling)).toBe("not-bent");
  });

  it("tells none where throughput reaches a ceiling and stays there, though the curve falls", () => {
    const ns = [1, 2, 4, 8, 12, 16, 20, 24, 28, 32];
    const ceiling = ns.map((n) => Math.min(100 * n, 1200));
    expect(judge(ns, ceiling)).toBe("not-seen");
  });

  it("seldom tells one of a target that only levels off, and mostly that of one that falls, in noise", () => {
    const random = new Xoshiro(9);
    const ns = [1, 2, 4, 8, 12, 16, 20, 24, 28, 32];
    const toldOf = (kappa: number) => {
      let told = 0;
      for (let run = 0; run < 12; run++) {
        const levels = ns.map((n) => {
          const noise = 1 + 0.03 * 2 * (random.f53() + random.f53() + random.f53() - 1.5);
          return { n, x: noise * predictThroughput({ lambda: 100, sigma: 0.05, kappa }, n) };
        });
        const fit = fitScalability(levels)!;
        const intervals = scalabilityIntervals(fit, levels, { seed: run, replicates: 40 });
        told += judgePeak(fit, levels, intervals).kind === "peak" ? 1 : 0;
      }
      return told;
    };
    expect(toldOf(0)).toBeLessThanOrEqual(1);
    expect(toldOf(0.003)).toBeGreaterThanOrEqual(11);
  });

  it("tells none of a cloud", () => {
    expect(judge(doubling, [900, 100, 800, 50, 1000, 20, 700])).toBe("poor-fit");
    expect(judge(doubling, [7, 7, 7, 7, 7, 7, 7])).toBe("poor-fit");
  });
});
