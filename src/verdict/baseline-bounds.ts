import { usageError } from "../errors/floodgate-error.ts";
import type { ResultThreshold, RunResult } from "../result/run-result.ts";
import { median } from "../statistics/percentile.ts";
import { measuredValue } from "./measured-value.ts";
import { parseThreshold, thresholdName, type Threshold } from "./threshold.ts";

/**
 * The thresholds with every bound against a baseline worked out: `factor` x base + `offset`, where base is the median of
 * the metric over the runs of the baseline (with `over`, of the whole runs and not of their windows). Throws a usage error
 * where there is no baseline, or it has no value of the metric.
 */
export function resolveBaselineBounds(
  thresholds: readonly Threshold[],
  baseline: readonly RunResult[],
): readonly Threshold[] {
  return thresholds.map((threshold) => {
    const { bound } = threshold;
    if (bound.kind === "value") return threshold;
    const base = baseOf(threshold, baseline);
    const value = bound.factor * base + bound.offset;
    return { ...threshold, bound: { kind: "value", value, base: { value: base, runs: baseline.length } } };
  });
}

function baseOf(threshold: Threshold, baseline: readonly RunResult[]): number {
  const start = `threshold "${threshold.text}" (${threshold.source}): `;
  if (baseline.length === 0) {
    throw usageError(
      `${start}"base" needs a baseline`,
      "add --baseline <result.json>, or write the bound as a number with its unit",
    );
  }
  const measured = baseline.map((result) => measuredValue(result, threshold));
  const base = median(measured.flatMap(({ value }) => (value === null ? [] : [value])));
  if (base !== null) return base;
  const why = measured[0]?.detail === undefined ? "" : `: ${measured[0].detail}`;
  throw usageError(
    `${start}the baseline has no ${thresholdName(threshold)}${why}`,
    "write the bound as a number with its unit, or take a baseline that has it",
  );
}

/**
 * A threshold as it was checked once, to be checked again: a bound against a baseline is the one that it came to then, and
 * it is as advisory as it was.
 */
export function thresholdOfCheck({ expression, source, bound, warnOnly }: ResultThreshold): Threshold {
  const threshold = { ...parseThreshold(expression, source), isAdvisory: warnOnly };
  if (threshold.bound.kind === "value" || bound === null) return threshold;
  return { ...threshold, bound: { kind: "value", value: bound } };
}
