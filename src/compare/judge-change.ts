import type { Judgement } from "../result/comparison.ts";

/** Which of two values is the better one. */
export type Sense = "lower" | "higher";

/** Changes that make no difference: from `low` to `high`. */
export interface Band {
  readonly low: number;
  readonly high: number;
}

/** Of a ratio new / base: within a share of 1 either way, symmetric on logarithms. */
export function ratioBand(limit: number): Band {
  return { low: 1 / (1 + limit), high: 1 + limit };
}

/** Of a difference new - base. */
export function differenceBand(limit: number): Band {
  return { low: -limit, high: limit };
}

/**
 * What an interval of the change says against the band: `same` wholly inside it, `better` or `worse` wholly beyond it on one
 * side, else `inconclusive`. With a 90 % interval these are two one-sided tests at 5 %.
 */
export function judgeInterval(
  interval: { readonly low: number; readonly high: number },
  band: Band,
  sense: Sense,
): Judgement {
  if (interval.low >= band.low && interval.high <= band.high) return "same";
  if (interval.low > band.high) return sense === "lower" ? "worse" : "better";
  if (interval.high < band.low) return sense === "lower" ? "better" : "worse";
  return "inconclusive";
}
