import type { ResultTimes } from "../result/result-blocks.ts";
import { percentileOfTimes } from "../result/times-of-histogram.ts";
import type { MeasuredValue } from "./metric-value.ts";
import { percentileOf } from "./threshold-metrics.ts";

/** A figure of many times, in seconds. */
export function timesValue(times: ResultTimes, stat: string): MeasuredValue {
  if (times.count === 0) return { value: null, samples: 0, detail: "no samples" };
  const percentile = percentileOf(stat);
  const us = writtenFigure(times, stat) ?? (percentile === undefined ? null : percentileOfTimes(times, percentile));
  return { value: us === null ? null : us / 1e6, samples: times.count };
}

/** What the result spells out, and no histogram has to be read for. */
function writtenFigure(times: ResultTimes, stat: string): number | null {
  const { min, mean, stdev, max, p50, p90, p95, p99, p999 } = times;
  const figures: Readonly<Record<string, number | null>> = { min, mean, stdev, max, p50, p90, p95, p99, "p99.9": p999 };
  return figures[stat] ?? null;
}
