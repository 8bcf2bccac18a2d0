import type { ScalabilityIntervals } from "./scalability-interval.ts";
import { predictThroughput, type ScalabilityFit, type ThroughputLevel } from "./scalability-law.ts";

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
  | { readonly kind: "not-bent" }
  /** Throughput might as well level off: the interval of what makes it fall reaches 0. */
  | { readonly kind: "unsure" }
  /** The curve falls before the last level, and the levels do not: the target has a ceiling, which the law does not know. */
  | { readonly kind: "not-seen" };

/** The R package `usl` warns below this number, too. */
export const levelsForPeak = 6;
const leastR2 = 0.9;
const furthestRatio = 2;
/** A smaller fall, as a share of the peak, would not show in the levels. */
const visibleFall = 0.03;

/**
 * Whether the peak of a fit may be told. It may with six levels and more, an R^2 of 0.9, a peak no further out than twice
 * the largest level, and a level past the bend: past 1 / sigma, or past the peak itself; if it is sure, by the intervals where there
 * are some, that throughput falls at all, and if it does so in the levels where it does in the curve.
 */
export function judgePeak(
  fit: ScalabilityFit,
  levels: readonly ThroughputLevel[],
  intervals: Pick<ScalabilityIntervals, "kappa"> | null = null,
): PeakJudgement {
  const different = new Set(levels.map(({ n }) => n)).size;
  if (different < levelsForPeak) return { kind: "few-levels", levels: different };
  if (fit.r2 === null || fit.r2 < leastR2) return { kind: "poor-fit", r2: fit.r2 };
  if (fit.kappa === 0) return { kind: fit.sigma === 0 ? "linear" : "no-fall" };
  const most = Math.max(...levels.map(({ n }) => n));
  if (fit.peakN > furthestRatio * most) return { kind: "out-of-range" };
  if (most <= Math.min(fit.optimalN, fit.peakN)) return { kind: "not-bent" };
  if (intervals !== null && intervals.kappa.low <= 0) return { kind: "unsure" };
  return isFallMissing(fit, levels, most) ? { kind: "not-seen" } : { kind: "peak" };
}

/** Whether the levels show less than half of the fall that they would, were they on the curve. */
function isFallMissing(fit: ScalabilityFit, levels: readonly ThroughputLevel[], most: number): boolean {
  const fallOf = (onCurve: boolean): number => {
    const at = ({ n, x }: ThroughputLevel): number => (onCurve ? predictThroughput(fit, n) : x);
    return Math.max(...levels.map(at)) - Math.max(...levels.filter(({ n }) => n === most).map(at));
  };
  const due = fallOf(true);
  return due > visibleFall * fit.peakX && fallOf(false) < due / 2;
}
