import type { LevelChange } from "../compare/level-changes.ts";
import type { Trend, TrendMetric, TrendSeries } from "../compare/trend-of-results.ts";
import { formatChange } from "../verdict/format-change.ts";
import { formatInUnit } from "../verdict/format-check.ts";
import { amount } from "./format.ts";

// What all forms of a trend's report say, as texts.

/** `18 runs from 2026-01-02 to 2026-02-03`. */
export function spanText({ runs }: TrendSeries): string {
  const days = [runs[0], runs.at(-1)].map((run) => run?.startedAt.slice(0, 10) ?? "-");
  return `${amount(runs.length, "run")} from ${days[0]} to ${days[1]}`;
}

/** A value of a metric; `-` for none. */
export function trendValue(value: number | null | undefined, { unit }: TrendMetric): string {
  return value === null || value === undefined ? "-" : formatInUnit(value, unit);
}

/** `+12.3%`, `+2.50 MiB`. */
export function levelChangeText({ ratio, before, after }: LevelChange, { unit }: TrendMetric): string {
  const estimate =
    ratio === null
      ? { kind: "difference" as const, estimate: after - before }
      : { kind: "ratio" as const, estimate: ratio };
  return formatChange({ ...estimate, low: null, high: null, confidence: null, method: "medians" }, unit);
}

/** `worse: +12.3%, 1.020 ms to 1.146 ms, from v1.3 on`. */
export function levelChangeSentence(change: LevelChange, metric: TrendMetric, { runs }: TrendSeries): string {
  const levels = `${trendValue(change.before, metric)} to ${trendValue(change.after, metric)}`;
  return `${change.verdict}: ${levelChangeText(change, metric)}, ${levels}, from ${runs[change.at]?.label ?? "-"} on`;
}

/** What a change of level is, and how runs became series. */
export const trendMeaning: readonly string[] = [
  "a change of level: certain (p < 0.001, Welch) and more than 5 %, between stretches of at least 4 runs",
  "results are one series only when load and host are the same: numbers of others do not compare",
];

/** `24 results in 2 series, 1 left out`. */
export function trendTitle({ series, leftOut }: Trend): string {
  const runs = series.reduce((sum, { runs: own }) => sum + own.length, 0);
  const out = leftOut.length === 0 ? "" : `, ${leftOut.length} left out`;
  return `${amount(runs, "result")} in ${series.length} series${out}`;
}
