import { batchMeansOf } from "../statistics/warm-up.ts";
import { hamedRaoFactor, mannKendall } from "../statistics/trend.ts";
import type { ResultInterval } from "./run-result.ts";

/** Whether more and more messages are on their way. */
export interface BacklogTrend {
  /** Level at the end less that at the start, messages. */
  readonly growthMessages: number;
  /** Chance of such a rise without a trend, one-sided. */
  readonly pValue: number;
}

const fewestBatches = 10;
const longestBatchSeconds = 5;
/** More would cost the square of their number. */
const mostBatches = 300;

/**
 * Mann-Kendall on the messages on their way at the end of each second, as means over some seconds, corrected for their
 * dependence. Messages that were never answered are left out: they are lost, not waited for. Null for fewer than ten
 * seconds. Each message is to arrive `arrivalsPerMessage` times.
 */
export function backlogTrend(seconds: readonly ResultInterval[], arrivalsPerMessage = 1): BacklogTrend | null {
  const size = Math.max(
    Math.min(longestBatchSeconds, Math.floor(seconds.length / fewestBatches)),
    Math.ceil(seconds.length / mostBatches),
  );
  if (seconds.length < fewestBatches) return null;
  let onTheirWay = 0;
  const levels = seconds.map(
    ({ sent, delivered, lost }) => (onTheirWay += sent * arrivalsPerMessage - delivered - lost),
  );
  const means = batchMeansOf(levels, size);
  const factor = hamedRaoFactor(
    means.map((_, i) => i),
    means,
  );
  const test = mannKendall(means, factor);
  const pValue = factor === 1 && test.pIncreasingExact !== null ? test.pIncreasingExact : test.pIncreasing;
  return { growthMessages: means.at(-1)! - means[0]!, pValue };
}

/** A rise by chance alone is less likely than this. */
const significance = 0.01;
/** Fewer are no sign of anything: a handful is always on its way. */
const leastGrowth = 10;
/** As much as comes in 50 ms. */
const leastGrowthSeconds = 0.05;

/** Whether the rise is no chance and large enough to matter, at `sentPerSecond` messages a second. */
export function isBacklogGrowing({ growthMessages, pValue }: BacklogTrend, sentPerSecond: number): boolean {
  return pValue < significance && growthMessages >= Math.max(leastGrowth, leastGrowthSeconds * sentPerSecond);
}
