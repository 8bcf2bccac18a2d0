import type { Stretch } from "./change-points.ts";

/**
 * How the levels of a series lie: `flat` on one level, `warm-up` worse at first, `slowdown` better at first,
 * `no steady state` when it left its level and came back, or had not settled in the last quarter.
 */
export type Stability = "flat" | "warm-up" | "slowdown" | "no steady state";

export interface StabilityRules {
  /** A level differs from the last one by more than this, and by more than the spread of the last one. */
  readonly tolerance: number;
  readonly isMoreBetter: boolean;
}

/** So much of the series must be at its last level. */
const settledShare = 0.25;

/** A series by its levels. */
export interface StabilityFinding {
  readonly class: Stability;
  /** Where its last level is reached for good: index of its first value there. */
  readonly settledAt: number;
}

/**
 * Class of a series from its stretches, the last one being what the others are held against (Barrett et al. 2017,
 * warmup_stats). Other than there, a stretch that leaves the last level after it was reached is no warm-up.
 */
export function stabilityOf(stretches: readonly Stretch[], rules: StabilityRules): StabilityFinding {
  const last = stretches.at(-1);
  if (last === undefined) return { class: "flat", settledAt: 0 };
  const reach = Math.max(rules.tolerance, last.stdev);
  const isLevel = ({ mean }: Stretch): boolean => Math.abs(mean - last.mean) <= reach;
  const others = stretches.filter((stretch) => !isLevel(stretch));
  const latest = others.at(-1);
  if (latest === undefined) return { class: "flat", settledAt: 0 };
  const settledAt = latest.to;
  const cameBack = stretches.some((stretch) => isLevel(stretch) && stretch.to <= latest.from);
  if (cameBack || settledAt > last.to * (1 - settledShare)) return { class: "no steady state", settledAt };
  const wasBetter = others.some(({ mean }) => (rules.isMoreBetter ? mean > last.mean : mean < last.mean));
  return { class: wasBetter ? "slowdown" : "warm-up", settledAt };
}
