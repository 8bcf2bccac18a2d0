import type { FanOutCounts } from "../engine/collected-phase.ts";
import { Histogram } from "../measure/histogram.ts";
import type { ResultFanOut, ResultMessages } from "./result-blocks.ts";
import { histogramOfTimes, timesOfHistogram } from "./times-of-histogram.ts";

interface WithFanOut {
  readonly fanOut: FanOutCounts | null;
}

/** Messages and times of the measured phases, joins and leaves of all; null when none of them fans out. */
export function sumOfFanOuts(measured: readonly WithFanOut[], all: readonly WithFanOut[]): FanOutCounts | null {
  const every = all.flatMap(({ fanOut }) => fanOut ?? []);
  if (every.length === 0) return null;
  const own = measured.flatMap(({ fanOut }) => fanOut ?? []);
  return {
    presentAtSend: sumOf(own, (each) => each.presentAtSend),
    indeterminate: sumOf(own, (each) => each.indeterminate),
    indeterminateDelivered: sumOf(own, (each) => each.indeterminateDelivered),
    misrouted: sumOf(own, (each) => each.misrouted),
    timed: sumOf(own, (each) => each.timed),
    incomplete: sumOf(own, (each) => each.incomplete),
    unsettled: sumOf(own, (each) => each.unsettled),
    // As with connections: most come before the first message, in a warm-up.
    joins: sumOf(every, (each) => each.joins),
    leaves: sumOf(every, (each) => each.leaves),
    firstUs: addUp(own.map((each) => each.firstUs)),
    medianUs: addUp(own.map((each) => each.medianUs)),
    nearlyAllUs: addUp(own.map((each) => each.nearlyAllUs)),
    lastUs: addUp(own.map((each) => each.lastUs)),
    spreadUs: addUp(own.map((each) => each.spreadUs)),
  };
}

/** As the saved record has it. */
export function fanOutBlock(fanOut: FanOutCounts, messages: ResultMessages, encode: boolean): ResultFanOut {
  const decided = messages.expected - messages.pending;
  return {
    ...fanOut,
    reach: decided > 0 ? messages.delivered / decided : null,
    receiversPerMessage: messages.sent > 0 ? fanOut.presentAtSend / messages.sent : null,
    firstUs: timesOfHistogram(fanOut.firstUs, encode),
    medianUs: timesOfHistogram(fanOut.medianUs, encode),
    nearlyAllUs: timesOfHistogram(fanOut.nearlyAllUs, encode),
    lastUs: timesOfHistogram(fanOut.lastUs, encode),
    spreadUs: timesOfHistogram(fanOut.spreadUs, encode),
  };
}

/** What a saved block was made of; null when it has none. Throws when one of its histograms cannot be read. */
export function fanOutOfBlock(saved: ResultFanOut | undefined): FanOutCounts | null {
  if (saved === undefined) return null;
  return {
    ...saved,
    firstUs: histogramOfTimes(saved.firstUs),
    medianUs: histogramOfTimes(saved.medianUs),
    nearlyAllUs: histogramOfTimes(saved.nearlyAllUs),
    lastUs: histogramOfTimes(saved.lastUs),
    spreadUs: histogramOfTimes(saved.spreadUs),
  };
}

function sumOf(all: readonly FanOutCounts[], read: (each: FanOutCounts) => number): number {
  return all.reduce((sum, each) => sum + read(each), 0);
}

function addUp(histograms: readonly Histogram[]): Histogram {
  const sum = Histogram.empty();
  for (const histogram of histograms) sum.add(histogram);
  return sum;
}
