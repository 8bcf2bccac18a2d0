import type { RunResult } from "../result/run-result.ts";
import { median } from "../statistics/percentile.ts";
import { measuredValue } from "../verdict/measured-value.ts";
import { canonicalUnit } from "../verdict/threshold-bound.ts";
import { findMetric, type QuantityKind } from "../verdict/threshold-metrics.ts";

/** How far one metric lay apart over the runs of a series. */
export interface MetricSpread {
  /** As in a threshold. */
  readonly name: string;
  readonly kind: QuantityKind;
  /** Canonical, as of thresholds: of all numbers here but the coefficient. */
  readonly unit: string;
  /** One a run, in their order; null where the run has none. */
  readonly values: readonly (number | null)[];
  readonly median: number;
  readonly min: number;
  readonly max: number;
  /**
   * Standard deviation (n - 1) over mean; null with fewer than two values, and for what may as well be zero or negative
   * (memory growth).
   */
  readonly coefficientOfVariation: number | null;
  /** Whether the coefficient is small enough for the runs to be called repetitions; null where there is none. */
  readonly isRepeatable: boolean | null;
}

/** RFC 8239 section 1.2: the relative standard deviation of iterations should be below 10 %. */
export const repeatableBelow = 0.1;

/** What a load is judged by; those that a mode does not have are left out. */
const spreadMetrics = [
  "latency.p50",
  "latency.p99",
  "service.p50",
  "service.p99",
  "rate.delivered",
  "delivery.ratio",
  "connect.p50",
  "connect.p99",
  "memory.target.growth",
];

/** Every metric of the list that at least one of the results has. */
export function spreadOf(results: readonly RunResult[]): readonly MetricSpread[] {
  return spreadMetrics.flatMap((name) => {
    const spread = spreadOfMetric(name, results);
    return spread === null ? [] : [spread];
  });
}

function spreadOfMetric(name: string, results: readonly RunResult[]): MetricSpread | null {
  const found = findMetric(name);
  if ("faulty" in found) throw new Error(`there is no metric "${name}". This is a bug in floodgate.`);
  const { kind } = found;
  const values = results.map((result) => measuredValue(result, { ...found, selectors: {} }).value);
  const known = values.filter((value) => value !== null);
  const middle = median(known);
  if (middle === null) return null;
  const variation = kind === "size" ? null : coefficientOfVariation(known);
  return {
    name,
    kind,
    unit: canonicalUnit[kind],
    values,
    median: middle,
    min: Math.min(...known),
    max: Math.max(...known),
    coefficientOfVariation: variation,
    isRepeatable: variation === null ? null : variation < repeatableBelow,
  };
}

function coefficientOfVariation(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return mean > 0 ? Math.sqrt(variance) / mean : null;
}
