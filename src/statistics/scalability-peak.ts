import type { ScalabilityFit, ThroughputLevel } from "./scalability-law.ts";

/** What a fit may be made to say of a peak: that there is one, or why nothing is said. */
export type PeakJudgement =
  | { readonly kind: "peak" }
  /** Three parameters of fewer levels are a drawing, not a measurement. */
  | { readonly kind: "few-levels"; readonly levels: number }
  /** Neither contention nor coherency cost. */
  | { readonly kind: "linear" }
  /** Contention alone: throughput approaches a limit and never falls. */
  | { readonly kind: "no-fall" }
  | { readonly kind: "poor-fit"; readonly r2: number | null }
  /** The peak of the fit lies more than twice as far out as anything that was measured. */
  | { readonly kind: "out-of-range" }
  /** No level lies where the curve has visibly left its straight start. */
  | { readonly kind: "not-bent" };

/** The R package `usl` warns below this number, too. */
export const levelsForPeak = 6;
const leastR2 = 0.9;
const furthestRatio = 2;

/**
 * Whether the peak of a fit may be told. It may with six levels and more, an R^2 of 0.9, a peak no further out than twice
 * the largest level, and a level past the bend: past 1 / sigma, or past the peak itself.
 */
export function judgePeak(fit: ScalabilityFit, levels: readonly ThroughputLevel[]): PeakJudgement {
  const different = new Set(levels.map(({ n }) => n)).size;
  if (different < levelsForPeak) return { kind: "few-levels", levels: different };
  if (fit.r2 === null || fit.r2 < leastR2) return { kind: "poor-fit", r2: fit.r2 };
  if (fit.kappa === 0) return { kind: fit.sigma === 0 ? "linear" : "no-fall" };
  const most = Math.max(...levels.map(({ n }) => n));
  if (fit.peakN > furthestRatio * most) return { kind: "out-of-range" };
  return most > Math.min(fit.optimalN, fit.peakN) ? { kind: "peak" } : { kind: "not-bent" };
}
