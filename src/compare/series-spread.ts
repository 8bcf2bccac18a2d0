import type { RunResult } from "../result/run-result.ts";
import { coefficientOfVariation } from "../statistics/pair-spread.ts";
import { median } from "../statistics/percentile.ts";
import { resolvedValue } from "./resolved-value.ts";
import { changeKindOf } from "./change-kind.ts";
import { defaultMetrics, type MetricChoice } from "./metric-choice.ts";

/** How far one metric lay apart over the runs of a series. */
export interface MetricSpread {
  /** As in a threshold. */
  readonly name: string;
  /** As of saved thresholds: of all numbers here but the coefficient. */
  readonly unit: string;
  /** One a run, in their order; null where the run has none, or too few samples for one. */
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

/** Every primary metric of these results (metric-choice.ts) that at least one of them has. */
export function spreadOf(results: readonly RunResult[]): readonly MetricSpread[] {
  return defaultMetrics(results)
    .filter(({ isPrimary }) => isPrimary)
    .flatMap((choice) => spreadOfMetric(choice, results) ?? []);
}

function spreadOfMetric(choice: MetricChoice, results: readonly RunResult[]): MetricSpread | null {
  const values = results.map((result) => resolvedValue(result, choice.selection).value);
  const known = values.filter((value) => value !== null);
  const middle = median(known);
  if (middle === null) return null;
  const variation = changeKindOf(choice, known) === "ratio" ? coefficientOfVariation(known) : null;
  return {
    name: choice.name,
    unit: choice.unit,
    values,
    median: middle,
    min: Math.min(...known),
    max: Math.max(...known),
    coefficientOfVariation: variation,
    isRepeatable: variation === null ? null : variation < repeatableBelow,
  };
}
