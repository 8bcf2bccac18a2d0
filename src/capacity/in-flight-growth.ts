import { arrivalsPerMessage } from "../result/lost-messages.ts";
import type { RunResult } from "../result/run-result.ts";
import { secondsIn } from "../result/whole-seconds.ts";
import { hamedRaoFactor, mannKendall } from "../statistics/trend.ts";

/** How many messages, of a broadcast deliveries, were on their way at the end of each whole second of the measured load. */
export interface InFlightTrend {
  readonly first: number;
  readonly last: number;
  /** How many of them one message makes: 1, or in a broadcast its receivers. */
  readonly perMessage: number;
  /** Messages a second that came on their way. */
  readonly duePerSecond: number;
  /**
   * Mann-Kendall, one-sided, corrected where seconds are like those before: the chance of so much growth without a trend.
   * Exact for few seconds without equal values.
   */
  readonly pValue: number;
}

/** Instants are added up from fractions of a millisecond. */
const clockMs = 1;
/** Growth is taken for real below this. */
const significance = 0.01;
/** A handful more is on its way at one instant than at another. */
const leastGrowth = 10;
/** As much as comes in 10 ms. */
const leastGrowthSeconds = 0.01;

/**
 * The trend of messages in flight: all sent so far, as often as each is to arrive, less all delivered and all lost so far,
 * second by second (by several in a long trial). A target that keeps up has as many on the way at the end as at the start. Null when there are fewer
 * than two whole seconds, or some counts reached no second.
 */
export function inFlightTrend({ phases, intervals, generator, totals }: RunResult): InFlightTrend | null {
  const missed = Object.values(generator.missedIntervalCounts ?? {}).some((count) => count !== 0);
  const measured = phases.filter((phase) => phase.measured);
  const fromMs = Math.min(...measured.map(({ startMs }) => startMs));
  const toMs = Math.max(...measured.map(({ endMs }) => endMs));
  const perMessage = arrivalsPerMessage(totals);
  let [inFlight, due, seconds] = [0, 0, 0];
  const atEnds: number[] = [];
  for (const { tMs, lengthMs, sent, delivered, lost } of intervals) {
    inFlight += sent * perMessage - delivered - lost;
    const isWhole = lengthMs > 1000 - clockMs;
    if (!isWhole || tMs <= fromMs - clockMs || tMs + lengthMs >= toMs + clockMs) continue;
    atEnds.push(Math.round(inFlight));
    due += sent * perMessage;
    seconds += secondsIn({ lengthMs });
  }
  if (missed || atEnds.length < 2) return null;
  const factor = hamedRaoFactor([...atEnds.keys()], atEnds);
  const { pIncreasing, pIncreasingExact } = mannKendall(atEnds, factor);
  return {
    ...{ first: atEnds[0]!, last: atEnds.at(-1)!, perMessage, duePerSecond: due / seconds },
    pValue: factor === 1 && pIncreasingExact !== null ? pIncreasingExact : pIncreasing,
  };
}

/** Whether messages pile up, by enough of them to matter; a trend that is not known is none. */
export function isPilingUp(trend: InFlightTrend | null): boolean {
  if (trend === null || trend.pValue >= significance) return false;
  const { first, last, perMessage, duePerSecond } = trend;
  return last - first >= Math.max(perMessage, leastGrowth, leastGrowthSeconds * duePerSecond);
}
