import { inStretchesOf, sumOfIntervals } from "./join-intervals.ts";
import type { ResultInterval, RunResult } from "./run-result.ts";
import { secondsIn } from "./whole-seconds.ts";

/** What is needed of each of the results. */
export type IntervalSource = Pick<RunResult, "startedAt" | "intervals" | "phases" | "mergedFrom">;

/** An interval and the instant it begins at, milliseconds since the epoch. */
interface DatedInterval {
  readonly atMs: number;
  readonly interval: ResultInterval;
}

/** Seconds may begin and end a little beside their phase; those of merged results were moved. */
const toleranceMs = { own: 5, merged: 500 } as const;

/**
 * The seconds of several generators laid over each other: each goes to the whole second of the wall clock nearest to its
 * start, so that up to half a second of alignment is lost, and the clocks of the machines are taken as they are.
 * The same segment of two generators stays together. Where one of them has put seconds of a phase together, those of all
 * are put together as far, and go to the stretch, counted from the first, that is nearest: then up to half a stretch is
 * lost. `tMs` of what comes out counts from `startedAtEpochMs`.
 */
export function addIntervals(sources: readonly IntervalSource[], startedAtEpochMs: number): readonly ResultInterval[] {
  const lengths = lengthsOf(sources);
  const sums = [...addSeconds(sources.flatMap((source) => singleSecondsOf(source, lengths)))];
  for (const [phase, seconds] of lengths) {
    if (seconds === 1) continue;
    const stretches = sources.flatMap((source) => stretchesOf(source, phase, seconds));
    sums.push(...addStretches(stretches, seconds));
  }
  return sums
    .map(({ atMs, interval }) => ({ ...interval, tMs: atMs - startedAtEpochMs }))
    .sort((a, b) => a.segment - b.segment || a.tMs - b.tMs);
}

/** By index of the phase: the most seconds that one of its intervals has. */
function lengthsOf(sources: readonly IntervalSource[]): ReadonlyMap<number, number> {
  const lengths = new Map<number, number>();
  for (const source of sources) {
    for (const interval of source.intervals) {
      const phase = phaseOf(source, interval);
      if (phase !== null) lengths.set(phase, Math.max(lengths.get(phase) ?? 1, secondsIn(interval)));
    }
  }
  return lengths;
}

/** Index of the phase that an interval lies in as a whole; null when two share it. */
function phaseOf({ phases, mergedFrom }: IntervalSource, { segment, tMs, lengthMs }: ResultInterval): number | null {
  const tolerance = mergedFrom === undefined ? toleranceMs.own : toleranceMs.merged;
  const index = phases.findIndex(
    (phase) =>
      phase.segment === segment && tMs >= phase.startMs - tolerance && tMs + lengthMs <= phase.endMs + tolerance,
  );
  return index < 0 ? null : index;
}

function singleSecondsOf(source: IntervalSource, lengths: ReadonlyMap<number, number>): readonly DatedInterval[] {
  const alone = source.intervals.filter((interval) => {
    const phase = phaseOf(source, interval);
    return phase === null || lengths.get(phase) === 1;
  });
  return alone.map((interval) => dated(source, interval));
}

function dated({ startedAt }: IntervalSource, interval: ResultInterval): DatedInterval {
  return { atMs: Date.parse(startedAt) + interval.tMs, interval };
}

function addSeconds(all: readonly DatedInterval[]): readonly DatedInterval[] {
  const seconds = new Map<string, { readonly second: number; readonly intervals: ResultInterval[] }>();
  for (const { atMs, interval } of all) {
    const second = Math.round(atMs / 1000);
    const key = `${interval.segment} ${second}`;
    const group = seconds.get(key) ?? { second, intervals: [] };
    group.intervals.push(interval);
    seconds.set(key, group);
  }
  return [...seconds.values()].map(({ second, intervals }) => ({
    atMs: second * 1000,
    interval: addSimultaneous(intervals),
  }));
}

function stretchesOf(source: IntervalSource, phase: number, seconds: number): readonly DatedInterval[] {
  const own = source.intervals.filter((interval) => phaseOf(source, interval) === phase);
  return inStretchesOf(seconds, own, false).map((interval) => dated(source, interval));
}

/** Stretches of one phase, of all sources. */
function addStretches(all: readonly DatedInterval[], seconds: number): readonly DatedInterval[] {
  const originMs = all.reduce((least, { atMs }) => Math.min(least, atMs), Infinity);
  const stretches = new Map<number, ResultInterval[]>();
  for (const { atMs, interval } of all) {
    const place = Math.round((atMs - originMs) / (seconds * 1000));
    stretches.set(place, [...(stretches.get(place) ?? []), interval]);
  }
  return [...stretches].map(([place, intervals]) => ({
    atMs: originMs + place * seconds * 1000,
    interval: addSimultaneous(intervals),
  }));
}

/** Several processes, one target. The worst second of all together is not known. */
function addSimultaneous(all: readonly ResultInterval[]): ResultInterval {
  const rss = all.map(({ generatorRssBytes }) => generatorRssBytes).filter((bytes) => bytes !== null);
  return {
    ...sumOfIntervals(all, true),
    tMs: 0,
    lengthMs: Math.max(...all.map(({ lengthMs }) => lengthMs)),
    generatorRssBytes: rss.length === 0 ? null : rss.reduce((total, bytes) => total + bytes, 0),
  };
}
