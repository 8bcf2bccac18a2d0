import { incompleteBetaQuantile, normalQuantile } from "./special-functions.ts";

/** An interval of a share, 0 <= low <= high <= 1. */
export interface RatioInterval {
  readonly low: number;
  readonly high: number;
}

/** Exact (Clopper and Pearson 1934) interval of a share of which k of n were seen; for gates, never too narrow. */
export function clopperPearson(k: number, n: number, confidence = 0.95): RatioInterval {
  const tail = (1 - confidence) / 2;
  return {
    low: k === 0 ? 0 : incompleteBetaQuantile(tail, k, n - k + 1),
    high: k === n ? 1 : incompleteBetaQuantile(1 - tail, k + 1, n - k),
  };
}

/** Wilson's score interval (1927): closer to the stated confidence on average; for display. */
export function wilson(k: number, n: number, confidence = 0.95): RatioInterval {
  const z = normalQuantile(1 - (1 - confidence) / 2);
  const share = k / n;
  const scale = 1 + (z * z) / n;
  const centre = (share + (z * z) / (2 * n)) / scale;
  const half = (z / scale) * Math.sqrt((share * (1 - share)) / n + (z * z) / (4 * n * n));
  return { low: k === 0 ? 0 : centre - half, high: k === n ? 1 : centre + half };
}

/**
 * What can be said when none of n was lost: with this confidence the share lost is below the result, 1 - alpha^(1/n);
 * about 3/n for 95 % (rule of three).
 */
export function zeroLossUpperBound(n: number, confidence = 0.95): number {
  return -Math.expm1(Math.log(1 - confidence) / n);
}
