import type { ResultInterval, ResultPhase, RunResult } from "./run-result.ts";

/** Seconds may begin and end a little beside the phase they belong to. */
const edgeToleranceMs = 5;
/** Those of merged results were moved by up to half a second, onto whole seconds of the wall clock. */
const mergedToleranceMs = -500;

/**
 * The whole seconds of load that lie in a phase, in time order: the first and the last are left out where they are partial
 * or shared with another phase.
 */
export function wholeSecondsOf(
  { intervals, mergedFrom }: Pick<RunResult, "intervals" | "mergedFrom">,
  { segment, startMs, endMs }: Pick<ResultPhase, "segment" | "startMs" | "endMs">,
): readonly ResultInterval[] {
  const toleranceMs = mergedFrom === undefined ? edgeToleranceMs : mergedToleranceMs;
  return intervals.filter(
    (interval) =>
      interval.segment === segment &&
      interval.lengthMs >= 1000 - edgeToleranceMs &&
      interval.tMs >= startMs - toleranceMs &&
      interval.tMs + interval.lengthMs <= endMs + toleranceMs,
  );
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
