import type { Collected } from "../engine/collected.ts";
import type { CollectedStreams } from "../engine/collected-streams.ts";
import type { OneWayPlan, StreamPlan } from "../plan/plan.ts";
import { median } from "../statistics/percentile.ts";
import { formatDurationMs } from "../units/time.ts";
import { sumOfHistograms } from "./build-block.ts";
import type { ResultStreams } from "./run-result.ts";
import { histogramOfTimes, timesOfHistogram } from "./times-of-histogram.ts";

/** A stream that gives less than this part of its promise does not keep it. */
const keptShare = 0.95;

/** What was seen of the streams of a run. */
export function buildStreams(
  plan: StreamPlan,
  { phases }: Pick<Collected, "phases">,
  seen: CollectedStreams,
  encode: boolean,
): ResultStreams {
  const rates = seen.seen.map((messages, index) => (messages * 1000) / seen.windowMs[index]!);
  const interArrival = sumOfHistograms(
    phases.filter((phase) => phase.plan.measured).map(({ interArrivalUs }) => interArrivalUs),
  );
  const promised = plan.promisedPerSecond;
  // What is asked to read slowly keeps no target to its word.
  const isSlow = (index: number): boolean => seen.slow?.isSlow[index] === true;
  const slowest = indexOfLeast(rates.map((rate, index) => (isSlow(index) ? Infinity : rate)));
  const silentest = indexOfLeast(seen.longestSilenceMs.map((ms, index) => (isSlow(index) ? Infinity : -ms)));
  return {
    count: seen.streams.length,
    promisedPerSecond: promised,
    seenPerSecond:
      rates.length === 0 ? null : { min: Math.min(...rates), median: median(rates), max: Math.max(...rates) },
    slowest: slowest === null ? null : { stream: seen.streams[slowest]!, seenPerSecond: rates[slowest]! },
    belowPromise:
      promised === null ? null : rates.filter((rate, index) => rate < promised * keptShare && !isSlow(index)).length,
    gaps: seen.gaps,
    longestGapMessages: seen.longestGap,
    longestSilenceMs: silentest === null ? null : seen.longestSilenceMs[silentest]!,
    longestSilenceStream: silentest === null ? null : seen.streams[silentest]!,
    restarts: seen.restarts,
    ...(seen.repeated > 0 && { repeatedMessages: seen.repeated }),
    ...(seen.tooLarge > 0 && { tooLargeNumbers: seen.tooLarge }),
    outsideMessages: seen.outside,
    endsTold: seen.endsTold,
    ...((plan.priority?.givenUp.length ?? 0) > 0 && { overtold: seen.overtold }),
    ...(seen.faulty.length > 0 && {
      faulty: seen.faulty.map(({ stream, priority, lost }) => ({
        stream,
        priority: priority === null ? null : (plan.priority?.names[priority] ?? null),
        lost,
      })),
    }),
    oneWay: oneWayOf(plan.oneWay),
    interArrivalUs: timesOfHistogram(interArrival, encode),
  };
}

/** The streams of several generators together; a median cannot be had from medians. Undefined as soon as one has none. */
export function addStreams(all: readonly (ResultStreams | undefined)[]): ResultStreams | undefined {
  const told = all.filter((streams) => streams !== undefined);
  const [first] = told;
  if (first === undefined || told.length < all.length) return undefined;
  const sum = (read: (streams: ResultStreams) => number): number => told.reduce((total, each) => total + read(each), 0);
  const rates = told.flatMap(({ seenPerSecond }) => seenPerSecond ?? []);
  const [slowest] = told.flatMap((each) => each.slowest ?? []).sort((a, b) => a.seenPerSecond - b.seenPerSecond);
  const silentest = [...told].sort((a, b) => (b.longestSilenceMs ?? -1) - (a.longestSilenceMs ?? -1))[0]!;
  return {
    ...first,
    count: sum(({ count }) => count),
    seenPerSecond:
      rates.length === 0
        ? null
        : {
            min: Math.min(...rates.map(({ min }) => min)),
            median: null,
            max: Math.max(...rates.map(({ max }) => max)),
          },
    slowest: slowest ?? null,
    belowPromise: first.belowPromise === null ? null : sum(({ belowPromise }) => belowPromise ?? 0),
    gaps: sum(({ gaps }) => gaps),
    longestGapMessages: Math.max(...told.map(({ longestGapMessages }) => longestGapMessages)),
    longestSilenceMs: silentest.longestSilenceMs,
    longestSilenceStream: silentest.longestSilenceStream,
    restarts: sum(({ restarts }) => restarts),
    ...(told.some(({ repeatedMessages }) => repeatedMessages !== undefined) && {
      repeatedMessages: sum(({ repeatedMessages }) => repeatedMessages ?? 0),
    }),
    ...(told.some(({ tooLargeNumbers }) => tooLargeNumbers !== undefined) && {
      tooLargeNumbers: sum(({ tooLargeNumbers }) => tooLargeNumbers ?? 0),
    }),
    outsideMessages: sum(({ outsideMessages }) => outsideMessages),
    endsTold: sum(({ endsTold }) => endsTold),
    ...(told.some(({ overtold }) => overtold !== undefined) && { overtold: sum(({ overtold }) => overtold ?? 0) }),
    interArrivalUs: timesOfHistogram(sumOfHistograms(told.map((each) => histogramOfTimes(each.interArrivalUs))), true),
  };
}

function indexOfLeast(values: readonly number[]): number | null {
  if (values.length === 0) return null;
  return values.reduce((least, value, index) => (value < values[least]! ? index : least), 0);
}

function oneWayOf(plan: OneWayPlan): ResultStreams["oneWay"] {
  if (plan.kind === "unknown") return { isMeasured: false, note: plan.reason };
  const resolution = plan.clock.startsWith("epoch") ? ", in whole milliseconds" : "";
  const note =
    plan.clockBoundMs === null
      ? `from the target's stamp to receipt, both by the clock of this machine${resolution}`
      : `from the target's stamp to receipt, by two clocks that are stated to be within ${formatDurationMs(plan.clockBoundMs)} of each other${resolution}; a stamp that is ahead by no more than that counts as no time`;
  return { isMeasured: true, note, ...(plan.clockBoundMs !== null && { clocksWithinUs: plan.clockBoundMs * 1000 }) };
}
