import type { ResultInterval, RunResult } from "../../result/run-result.ts";
import { sumOfTimes } from "../../result/times-of-histogram.ts";
import { phaseOfInterval } from "../interval-phase.ts";
import { middleSeconds } from "./run-time.ts";

/** A percentile of a stretch of whole seconds of one phase. */
export interface PercentileWindow {
  readonly segment: number;
  readonly atSeconds: number;
  /** Microseconds. */
  readonly value: number | null;
}

const saved = { 50: "p50", 95: "p95", 99: "p99" } as const;

/** Samples a percentile needs: 10 beyond it, n(1-q) >= 10. */
export function samplesFor(percent: keyof typeof saved): number {
  return Math.round(1000 / (100 - percent));
}

/**
 * One percentile of latency over time, never finer than its samples allow: each value is of as many seconds as it takes
 * to have enough of them (`samplesFor`), their histograms added. Seconds of different phases are never put together; a
 * phase with too few for a single value has none.
 */
export function percentileOverTime(
  { intervals, phases }: RunResult,
  percent: keyof typeof saved,
): readonly PercentileWindow[] {
  const needed = samplesFor(percent);
  return byPhase(intervals, phases).flatMap((seconds) =>
    windowsOf(seconds, needed).map((window): PercentileWindow => {
      const [first, last] = [window[0]!, window.at(-1)!];
      const value = window.length === 1 ? first.latencyUs[saved[percent]] : percentileOfAll(window, percent);
      return { segment: first.segment, atSeconds: middleSeconds(first, last), value };
    }),
  );
}

/** Null where a second has lost its histogram. */
function percentileOfAll(window: readonly ResultInterval[], percent: number): number | null {
  const times = window.map(({ latencyUs }) => latencyUs);
  return times.some(({ count, hdr }) => count > 0 && hdr === null) ? null : sumOfTimes(times).percentile(percent);
}

/** Stretches of seconds of one phase. */
function byPhase(
  intervals: readonly ResultInterval[],
  phases: RunResult["phases"],
): readonly (readonly ResultInterval[])[] {
  const stretches: ResultInterval[][] = [];
  let before: RunResult["phases"][number] | null | undefined = null;
  for (const interval of intervals) {
    const phase = phaseOfInterval(interval, phases);
    if (phase === before) stretches.at(-1)!.push(interval);
    else stretches.push([interval]);
    before = phase;
  }
  return stretches;
}

/** As short as possible with `needed` samples each; what is left over at the end joins the last one. */
function windowsOf(seconds: readonly ResultInterval[], needed: number): readonly (readonly ResultInterval[])[] {
  const windows: (readonly ResultInterval[])[] = [];
  let open: ResultInterval[] = [];
  let samples = 0;
  for (const second of seconds) {
    open.push(second);
    samples += second.latencyUs.count;
    if (samples < needed) continue;
    windows.push(open);
    [open, samples] = [[], 0];
  }
  if (open.length > 0 && windows.length > 0) windows.push([...windows.pop()!, ...open]);
  return windows;
}
