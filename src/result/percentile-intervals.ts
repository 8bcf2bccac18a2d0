import { designEffect } from "../statistics/dependence.ts";
import { isPercentileResolved } from "../statistics/percentile.ts";
import { quantileRanks } from "../statistics/quantile-interval.ts";
import type { ResultBlock, ResultTimes } from "./result-blocks.ts";
import type { ResultInterval } from "./run-result.ts";
import type { PercentileInterval } from "./steady-schema.ts";
import { histogramOfTimes, percentileOfTimes } from "./times-of-histogram.ts";

const confidence = 0.95;
/** Those of the saved record. */
const percentiles = [50, 90, 95, 99, 99.9];

/**
 * How sure the percentiles of a block are, from its whole seconds. Seconds hold no service times: of those there are
 * intervals in a closed loop alone, where they are the latencies.
 */
export function percentileIntervals(
  block: Pick<ResultBlock, "latencyUs" | "serviceUs" | "loop">,
  seconds: readonly ResultInterval[],
): readonly PercentileInterval[] {
  const latency = intervalsOf(block.latencyUs, percentiles, seconds);
  const isSame = ({ percentile }: { readonly percentile: number }): boolean =>
    percentileOfTimes(block.serviceUs, percentile) === percentileOfTimes(block.latencyUs, percentile);
  return [
    ...latency.map((interval) => ({ metric: "latency" as const, ...interval })),
    ...(block.loop !== "closed"
      ? []
      : latency.filter(isSame).map((interval) => ({ metric: "service" as const, ...interval }))),
  ];
}

/** The interval of one percentile; null when it has none: too few samples, or too few seconds to see how they cluster. */
export function percentileInterval(
  times: ResultTimes,
  percentile: number,
  seconds: readonly ResultInterval[],
): Omit<PercentileInterval, "metric"> | null {
  return intervalsOf(times, [percentile], seconds)[0] ?? null;
}

/**
 * By order statistics, whose ranks are those of the effective number of samples: latencies come in clusters, and what
 * counts is how the part of them above the percentile differs from second to second.
 */
function intervalsOf(
  times: ResultTimes,
  wanted: readonly number[],
  seconds: readonly ResultInterval[],
): readonly Omit<PercentileInterval, "metric">[] {
  const told = wanted.filter((percentile) => isPercentileResolved(times.count, percentile));
  if (told.length === 0) return [];
  const histogram = histogramOfTimes(times);
  const values = told.map((percentile) => percentileOfTimes(times, percentile)!);
  const above = seconds.map(({ latencyUs }) => histogramOfTimes(latencyUs).countsAbove(values));
  return told.flatMap((percentile, i) => {
    const effect = designEffect(
      above.map((counts, second) => ({ hits: counts[i]!, of: seconds[second]!.latencyUs.count })),
    );
    if (effect === null) return [];
    const effectiveSamples = times.count / effect;
    const { lower, upper } = quantileRanks(Math.floor(effectiveSamples), percentile / 100, confidence);
    return [
      {
        percentile,
        lowUs:
          lower === null ? null : Math.min(values[i]!, histogram.valueAtRank(Math.max(1, Math.floor(lower * effect)))),
        highUs:
          upper === null
            ? null
            : Math.max(values[i]!, histogram.valueAtRank(Math.min(times.count, Math.ceil(upper * effect)))),
        confidence,
        effectiveSamples,
      },
    ];
  });
}
