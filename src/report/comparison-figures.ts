import { groupedReasons } from "../compare/comparison-verdict.ts";
import type { ComparedCount, ComparedMetric, Comparison, ComparisonSide, Judgement } from "../result/comparison.ts";
import { formatChange, formatLimit } from "../verdict/format-change.ts";
import { formatInUnit } from "../verdict/format-check.ts";
import { amount, countText, timeText } from "./format.ts";
import type { Marker } from "./verdict-sections.ts";

// What all forms of a comparison's report say, as texts.

/** Heads of the table of metrics. */
export const metricHeads = ["", "metric", "base", "new", "change", "verdict", "p", "n"] as const;

/** The row of a metric under these heads. */
export function metricCells(metric: ComparedMetric): readonly string[] {
  const { name, unit, base, new: changed, change, verdict, test } = metric;
  const value = (number: number | null) => (number === null ? "-" : formatInUnit(number, unit));
  return [
    metricMarker(metric),
    name,
    value(base.median),
    value(changed.median),
    change === null ? "-" : formatChange(change, unit),
    verdict,
    test === null ? "-" : probabilityText(test.pAdjusted),
    runsOf(metric),
  ];
}

/** Columns of that table that say something: p where something was tested, n where it differs from metric to metric. */
export function tellingColumns(metrics: readonly ComparedMetric[]): readonly number[] {
  const isTested = metrics.some(({ test }) => test !== null);
  const isUneven = new Set(metrics.map(runsOf)).size > 1;
  return metricHeads.flatMap((head, at) => {
    const isLeftOut = (head === "p" && !isTested) || (head === "n" && !isUneven);
    return isLeftOut ? [] : [at];
  });
}

/** Runs with a value, `5+5`. */
function runsOf({ base, new: changed }: ComparedMetric): string {
  return [base, changed].map(({ values }) => values.filter((value) => value !== null).length).join("+");
}

/** Never 0: chance is never ruled out. */
function probabilityText(p: number): string {
  return p < 0.001 ? "<0.001" : p.toFixed(3);
}

/** What a row means for the outcome: only primary metrics fail. */
function metricMarker({ isPrimary, verdict }: ComparedMetric): Marker | "" {
  if (isPrimary) return markerOfJudgement(verdict);
  return verdict === "worse" ? "[WARN]" : "";
}

/** Worse fails, undecided warns. */
export function markerOfJudgement(verdict: Judgement): Marker {
  if (verdict === "worse") return "[FAIL]";
  return verdict === "inconclusive" ? "[WARN]" : "[PASS]";
}

/** The marker of the whole comparison. */
export function comparisonMarker({ verdict }: Pick<Comparison, "verdict">): Marker {
  if (verdict.outcome === "pass") return "[PASS]";
  return verdict.outcome === "inconclusive" ? "[WARN]" : "[FAIL]";
}

/** Heads of the table of counts. */
export const countHeads = ["", "count", "base", "new", "of", "verdict"] as const;

/** The row of a count under these heads. */
export function countCells({ name, base, new: changed, of, verdict }: ComparedCount): readonly string[] {
  const outOf = (side: ComparedCount["base"]) => `${countText(side.total)} of ${countText(side.of)}`;
  return [markerOfJudgement(verdict), name, outOf(base), outOf(changed), of, verdict];
}

/** Heads of the table of all times together. */
export const timesHeads = ["", "count", "p50", "p90", "p99", "p99.9", "max", "mean"] as const;

/** Both sides under these heads. */
export function distributionCells(
  distribution: NonNullable<Comparison["distribution"]>,
): readonly (readonly string[])[] {
  return (["base", "new"] as const).map((side) => {
    const times = distribution[side];
    const told = (["p50", "p90", "p99", "p999"] as const).map((name) =>
      times.unresolved.includes(name) ? "-" : timeText(times[name]),
    );
    return [side, countText(times.count), ...told, timeText(times.max), timeText(times.mean)];
  });
}

/** `branch=main, 5 runs`. */
export function sideTitle({ label, runs }: ComparisonSide): string {
  return `${label}, ${amount(runs.length, "run")}`;
}

/** The files of a side, or as many as one can take in. */
export function runNames(runs: ComparisonSide["runs"]): string {
  const names = runs.map(({ name }) => name);
  return names.length <= 6 ? names.join(", ") : `${names.slice(0, 5).join(", ")} and ${names.length - 5} more`;
}

/** `regression`, `not comparable`. */
export function outcomeWords({ verdict }: Comparison): string {
  return verdict.outcome === "not-comparable" ? "not comparable" : verdict.outcome;
}

/** What the columns mean and what was held against what. */
export function metricNotes({
  metrics,
  base,
  new: changed,
  noiseThreshold,
  noiseFloor,
}: Comparison): readonly string[] {
  const isTested = metrics.some(({ test }) => test !== null);
  const hasInterval = metrics.some(({ change }) => change !== null && change.low !== null);
  const limit = formatLimit(noiseThreshold, "ratio", "");
  const n = `n = ${base.runs.length}+${changed.runs.length} runs`;
  return [
    ...groupedReasons(metrics),
    `${n}, medians of them${hasInterval ? "; change with its 90 % interval" : ""}; same = within ${limit} either way${otherLimits(metrics, noiseThreshold)}`,
    ...(isTested
      ? [
          "p: Mann-Whitney over runs, exact; adjusted by Holm, of other metrics by Benjamini-Hochberg; no verdict depends on it",
        ]
      : []),
    ...(noiseFloor === null
      ? []
      : [`noise floor of ${noiseFloor.createdAt.slice(0, 10)}, ${amount(noiseFloor.runs, "run")}: ${noiseFloor.file}`]),
  ];
}

/** Other limits, each with the metrics that were held against it. */
function otherLimits(metrics: readonly ComparedMetric[], noiseThreshold: number): string {
  const byLimit = new Map<string, string[]>();
  for (const { name, unit, change, limit, noiseFloor } of metrics) {
    if (limit === null || change === null || (change.kind === "ratio" && limit === noiseThreshold)) continue;
    const text = `${formatLimit(limit, change.kind, unit)}${noiseFloor === null ? "" : " (noise floor)"}`;
    byLimit.set(text, [...(byLimit.get(text) ?? []), name]);
  }
  return [...byLimit].map(([text, names]) => `; ${text} of ${names.join(", ")}`).join("");
}

/** How far apart all times of both sides lie, and their mean change. */
export function distributionNotes({ distribution, geomean }: Comparison): readonly string[] {
  const mean =
    geomean === null
      ? []
      : [
          `geometric mean of the changes of ${geomean.metrics.join(", ")}: ${formatChange(
            { kind: "ratio", estimate: geomean.ratio, low: null, high: null, confidence: null, method: "medians" },
            "s",
          )}`,
        ];
  if (distribution === null) return mean;
  const { ksDistance, ksAtUs } = distribution;
  const apart =
    ksDistance === 0
      ? "the distributions are equal"
      : `largest distance of the two distributions (Kolmogorov-Smirnov): ${(ksDistance * 100).toFixed(1)}%, at ${timeText(ksAtUs)}`;
  return [apart, ...mean];
}
