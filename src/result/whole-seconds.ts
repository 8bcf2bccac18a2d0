import type { ResultInterval, ResultPhase, RunResult } from "./run-result.ts";

/** Seconds may begin and end a little beside the phase they belong to. */
const edgeToleranceMs = 5;

/**
 * The whole seconds of load that lie in a phase, in time order: the first and the last are left out where they are partial
 * or shared with another phase. In a long run these are stretches of several seconds, all of one length: what is left at
 * the end of the phase is partial likewise.
 */
export function wholeSecondsOf(
  { intervals, mergedFrom }: Pick<RunResult, "intervals" | "mergedFrom">,
  { segment, startMs, endMs }: Pick<ResultPhase, "segment" | "startMs" | "endMs">,
): readonly ResultInterval[] {
  // Those of merged results were moved by up to half of their length, onto whole seconds of the wall clock.
  const toleranceMs = (lengthMs: number): number => (mergedFrom === undefined ? edgeToleranceMs : -lengthMs / 2);
  const whole = intervals.filter(
    ({ tMs, lengthMs, segment: own }) =>
      own === segment &&
      lengthMs >= 1000 - edgeToleranceMs &&
      tMs >= startMs - toleranceMs(lengthMs) &&
      tMs + lengthMs <= endMs + toleranceMs(lengthMs),
  );
  const length = secondsToEach(whole);
  return whole.filter((interval) => secondsIn(interval) === length);
}

/** How many seconds an interval has: at least 1. */
export function secondsIn({ lengthMs }: Pick<ResultInterval, "lengthMs">): number {
  return Math.max(1, Math.round(lengthMs / 1000));
}

/** The longest of some intervals, in seconds: the length of each where they are of one phase; 1 of none. */
export function secondsToEach(intervals: readonly Pick<ResultInterval, "lengthMs">[]): number {
  return intervals.reduce((most, interval) => Math.max(most, secondsIn(interval)), 1);
}

/** Those of all measured phases. */
export function measuredSecondsOf(
  result: Pick<RunResult, "intervals" | "mergedFrom" | "phases">,
): readonly ResultInterval[] {
  return result.phases.filter(({ measured }) => measured).flatMap((phase) => wholeSecondsOf(result, phase));
}

/** Whether every second has all that happened in it: none was overwritten before it was read. */
export function areSecondsComplete({ generator }: Pick<RunResult, "generator">): boolean {
  const { missedIntervalSamples, missedIntervalCounts: missed } = generator;
  return missedIntervalSamples === 0 && (missed === undefined || missed.sent + missed.delivered + missed.lost === 0);
}

/** Messages that came back in a second, by its own length. */
export function deliveredPerSecond({ delivered, lengthMs }: Pick<ResultInterval, "delivered" | "lengthMs">): number {
  return (delivered * 1000) / lengthMs;
}
