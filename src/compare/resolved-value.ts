import type { RunResult } from "../result/run-result.ts";
import { hasTooFewSamples } from "../verdict/evaluate-threshold.ts";
import { measuredValue } from "../verdict/measured-value.ts";
import type { AskedMetric } from "../verdict/metric-value.ts";

/** A metric of a run that may stand beside that of another one. */
export interface ResolvedValue {
  /** In the unit of its threshold; null when the run has none, or too few samples for one. */
  readonly value: number | null;
  /** Whether it is missing for want of samples: a percentile of few is little more than their largest. */
  readonly isUnresolved: boolean;
}

/** The metric over the whole run, unless it is a percentile of too few samples. */
export function resolvedValue(result: RunResult, selection: AskedMetric): ResolvedValue {
  const { value, samples } = measuredValue(result, selection);
  const isUnresolved = value !== null && hasTooFewSamples(selection.stat, samples);
  return { value: isUnresolved ? null : value, isUnresolved };
}
