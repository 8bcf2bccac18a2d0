import type { ResultInterval, RunResult } from "../../result/run-result.ts";
import { axis, type ChartAxis, type ChartBand } from "./chart-spec.ts";

// What all charts over the time of a run have in common. Times are seconds since the first connection attempt.

/** The axis of charts over the time of a run. */
export const timeAxis: ChartAxis = axis("time since the start", "elapsedSeconds");

/** Charts over the time of a run show the same second under the pointer. */
export const timeCursor = "time";

/** The middle of a stretch of seconds. */
export function middleSeconds(from: ResultInterval, to: ResultInterval = from): number {
  return (from.tMs + to.tMs + to.lengthMs) / 2000;
}

/** Points of a line over time; broken between segments, where there is no load. */
export function lineOverTime<T extends { readonly segment: number; readonly atSeconds: number }>(
  points: readonly T[],
  value: (point: T) => number | null,
): { readonly xs: readonly number[]; readonly ys: readonly (number | null)[] } {
  const xs: number[] = [];
  const ys: (number | null)[] = [];
  points.forEach((point, index) => {
    const before = points[index - 1];
    if (before !== undefined && before.segment !== point.segment) {
      xs.push((before.atSeconds + point.atSeconds) / 2);
      ys.push(null);
    }
    xs.push(point.atSeconds);
    ys.push(value(point));
  });
  return { xs, ys };
}

/** The phases of a run: the warm-up pale, those in which the generator was limited doubtful. */
export function phaseBands(phases: RunResult["phases"]): readonly ChartBand[] {
  return phases.map(({ name, measured, startMs, endMs, generatorHealth }) => ({
    from: startMs / 1000,
    to: endMs / 1000,
    label: name,
    kind: generatorHealth === "limited" ? "doubtful" : measured ? "plain" : "pale",
  }));
}
