import { isPercentileResolved } from "../statistics/percentile.ts";
import type { ResultBlock } from "./result-blocks.ts";
import type { ResultInterval } from "./run-result.ts";
import type { LatencyOffered, LossPeriods } from "./steady-schema.ts";
import { histogramOfTimes } from "./times-of-histogram.ts";
import { secondsIn } from "./whole-seconds.ts";

const percentiles = { p50: 50, p90: 90, p95: 95, p99: 99, p999: 99.9 } as const;

type OfferedBlock = Pick<ResultBlock, "latencyUs" | "messages">;

/** Messages that were expected to be answered and never were: lost or refused. */
export function undeliveredOf({ messages }: Pick<ResultBlock, "messages">): number {
  return messages.lost + messages.refused;
}

/** How often a message is to arrive: once, or in a broadcast at so many receivers. A mean, where rooms differ. */
export function arrivalsPerMessage({ fanOut }: Pick<ResultBlock, "fanOut">): number {
  return fanOut?.receiversPerMessage ?? 1;
}

/**
 * A percentile 0 .. 100 of the latency with every undelivered message as infinitely late (RFC 2681 s.4.1), microseconds:
 * a target that drops its slow messages looks fast without them. Infinity when it falls on one; null without messages.
 */
export function offeredPercentile(block: OfferedBlock, percentile: number): number | null {
  return histogramOfTimes(block.latencyUs).percentileOffered(percentile, undeliveredOf(block));
}

/** The percentiles of the saved record in that way. */
export function latencyOfferedOf(block: OfferedBlock): LatencyOffered {
  const undelivered = undeliveredOf(block);
  const count = block.latencyUs.count + undelivered;
  const said = (percentile: number): number | "lost" | null => {
    const value = offeredPercentile(block, percentile);
    return value === Infinity ? "lost" : value;
  };
  return {
    count,
    undelivered,
    p50: said(percentiles.p50),
    p90: said(percentiles.p90),
    p95: said(percentiles.p95),
    p99: said(percentiles.p99),
    p999: said(percentiles.p999),
    unresolved: Object.entries(percentiles).flatMap(([name, percentile]) =>
      count === 0 || isPercentileResolved(count, percentile) ? [] : [name],
    ),
  };
}

/**
 * The stretches of seconds in a row with losses (by intended time); null when nothing was lost. Seconds that were put
 * together count as a whole as soon as one of them has a loss: then stretches are at most so long, and may be more.
 */
export function lossPeriodsOf(intervals: readonly ResultInterval[]): LossPeriods | null {
  const periods: { fromMs: number; seconds: number; messages: number }[] = [];
  let before: ResultInterval | undefined;
  for (const interval of intervals) {
    const { lost, tMs, segment } = interval;
    if (lost > 0) {
      const period = periods.at(-1);
      if (period !== undefined && before?.segment === segment && before.lost > 0) {
        period.seconds += secondsIn(interval);
        period.messages += lost;
      } else periods.push({ fromMs: tMs, seconds: secondsIn(interval), messages: lost });
    }
    before = interval;
  }
  if (periods.length === 0) return null;
  return {
    periods: periods.length,
    longestSeconds: periods.reduce((most, { seconds }) => Math.max(most, seconds), 0),
    longestMessages: periods.reduce((most, { messages }) => Math.max(most, messages), 0),
    firstMs: periods[0]!.fromMs,
  };
}
