import { percentileOf } from "./threshold-metrics.ts";
import type { Threshold, ThresholdOp } from "./threshold.ts";

/** `not-evaluated` is never found here: it is said of a run that the generator itself has spoiled. */
export type Evaluated = "pass" | "fail" | "no-data" | "unresolved";

/** Values that differ by less than this part are equal: what is left of reading decimals into doubles. */
const roundingError = 1e-12;
/** So many samples must lie beyond a percentile before it is told (a value for p99 needs 1000 of them). */
const samplesBeyond = 10;

/**
 * One value against a threshold. `value` is in the threshold's unit, null when there is none; `samples` are those
 * behind it, null when it is no statistic of samples. No data never passes, and neither does a percentile of too few
 * samples; but where it breaks its bound it fails, however few they are.
 */
export function evaluateThreshold(threshold: Threshold, value: number | null, samples: number | null): Evaluated {
  if (value === null || threshold.bound.kind !== "value") return "no-data";
  if (samples === 0) return "no-data";
  if (!compare(value, threshold.op, threshold.bound.value)) return "fail";
  return hasTooFewSamples(threshold.stat, samples) ? "unresolved" : "pass";
}

/** Whether a statistic of so many samples (null: of none) is but a hint. */
export function hasTooFewSamples(stat: string, samples: number | null): boolean {
  return samples !== null && samples < samplesNeeded(stat);
}

/** Samples that a statistic needs to be told: 10/(1-q) for a percentile, 1 for any other. */
export function samplesNeeded(stat: string): number {
  const percentile = percentileOf(stat);
  if (percentile === undefined || percentile === 100) return 1;
  return Math.max(1, Math.ceil((samplesBeyond * 100) / (100 - percentile) - 1e-6));
}

/** `value op bound`, taking values as equal when they differ by a rounding error only. */
export function compare(value: number, op: ThresholdOp, bound: number): boolean {
  const near = roundingError * Math.max(Math.abs(value), Math.abs(bound));
  const equal = value === bound || (near < Infinity && Math.abs(value - bound) <= near);
  switch (op) {
    case "<":
      return !equal && value < bound;
    case "<=":
      return equal || value < bound;
    case ">":
      return !equal && value > bound;
    case ">=":
      return equal || value > bound;
    case "==":
      return equal;
    case "!=":
      return !equal;
  }
}
