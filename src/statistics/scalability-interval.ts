import { Xoshiro } from "../random/xoshiro.ts";
import { percentileNearestRank } from "./percentile.ts";
import { normalQuantile, studentQuantile } from "./special-functions.ts";
import {
  fewestLevels,
  fitScalability,
  predictThroughput,
  type ScalabilityFit,
  type ThroughputLevel,
} from "./scalability-law.ts";

/** Lower and upper end; an end of Infinity says that the data put no limit to it. */
export interface Interval {
  readonly low: number;
  readonly high: number;
}

/** How sure the figures of a fit are. */
export interface ScalabilityIntervals {
  readonly lambda: Interval;
  readonly sigma: Interval;
  readonly kappa: Interval;
  readonly peakN: Interval;
  readonly peakX: Interval;
}

/** How the intervals are drawn. */
export interface BootstrapOptions {
  readonly seed: number;
  /** @default 500 */
  readonly replicates?: number;
  /** @default 0.95 */
  readonly confidence?: number;
}

/**
 * Intervals of a fit by the residual bootstrap (Efron 1979): the fitted curve with its own residuals put back in random
 * order, with repetition, is fitted again and again; the intervals are percentiles (nearest rank) of those fits. Three
 * parameters take up a part of the residuals, which sqrt(n / (n - 3)) gives back, and few residuals do not tell their own size:
 * they are widened as Student's t is. Null for three levels: a curve through
 * all points leaves no residual to draw from.
 */
export function scalabilityIntervals(
  fit: ScalabilityFit,
  levels: readonly ThroughputLevel[],
  { seed, replicates = 500, confidence = 0.95 }: BootstrapOptions,
): ScalabilityIntervals | null {
  if (levels.length <= fewestLevels) return null;
  const random = new Xoshiro(seed);
  const fitted = levels.map(({ n }) => predictThroughput(fit, n));
  const freedom = levels.length - fewestLevels;
  const level = (1 + confidence) / 2;
  const scale = Math.sqrt(levels.length / freedom) * (studentQuantile(level, freedom) / normalQuantile(level));
  const residuals = levels.map(({ x }, i) => (x - fitted[i]!) * scale);
  const fits: ScalabilityFit[] = [];
  for (let replicate = 0; replicate < replicates; replicate++) {
    const drawn = levels.map(({ n }, i) => ({ n, x: fitted[i]! + residuals[random.below(residuals.length)]! }));
    const refitted = fitScalability(drawn, fit);
    if (refitted !== null) fits.push(refitted);
  }
  if (fits.length === 0) return null;
  const of = (key: keyof ScalabilityIntervals): Interval => {
    const values = fits.map((one) => one[key]);
    const tail = (1 - confidence) * 50;
    return { low: percentileNearestRank(values, tail)!, high: percentileNearestRank(values, 100 - tail)! };
  };
  return { lambda: of("lambda"), sigma: of("sigma"), kappa: of("kappa"), peakN: of("peakN"), peakX: of("peakX") };
}
