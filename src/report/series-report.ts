import { repeatableBelow, type MetricSpread } from "../compare/series-spread.ts";
import type { RunSeries, SideSpread } from "../compare/series-record.ts";
import { exitCode } from "../errors/exit-code.ts";
import type { ResultTimes } from "../result/result-blocks.ts";
import type { RunResult } from "../result/run-result.ts";
import { formatRatio } from "../units/ratio.ts";
import { formatInUnit } from "../verdict/format-check.ts";
import { colourise } from "./colourise.ts";
import { comparisonSections } from "./comparison-report.ts";
import { plain, rateText, ratioText, reportWidth, timeText, wrap } from "./format.ts";
import type { TerminalReportOptions } from "./terminal-report.ts";
import { renderTable } from "./terminal-table.ts";
import { isRegressionGate, verdictMarker, type Marker } from "./verdict-sections.ts";

/** How the report of a series is to look. */
export type SeriesReportOptions = Omit<TerminalReportOptions, "savedTo">;

/** One run of a series in a few lines: what came of it, its main numbers, and where it was saved. Ends in a line break. */
export function renderSeriesMember(
  result: RunResult,
  name: string,
  savedTo: string,
  options: SeriesReportOptions,
): string {
  const width = reportWidth(options.columns);
  const marker = memberMarker(result);
  const [reason = result.verdict.outcome, ...others] = result.verdict.reasons;
  const more = others.length === 0 || marker === "[PASS]" ? "" : ` (and ${others.length} more)`;
  const indent = " ".repeat(marker.length + 1);
  const lines = [
    ...wrap(`${name}: ${reason}${more}`, width, `${marker} `),
    ...wrap(mainNumbers(result), width, indent),
    ...(result.verdict.outcome === "pass" && isLimited(result)
      ? wrap(`the generator was limited: ${result.generator.reasons.join("; ")}`, width, indent)
      : []),
    // Never cut where something may read it.
    ...(options.isTerminal === false
      ? [`${indent}saved to ${plain(savedTo)}`]
      : wrap(`saved to ${savedTo}`, width, indent)),
  ];
  return finish(lines, options);
}

/** Numbers of which nothing was asked are no good news where they say nothing of the target. */
function memberMarker(result: RunResult): Marker {
  const marker = verdictMarker(result);
  return marker === "[PASS]" && isLimited(result) ? "[WARN]" : marker;
}

function isLimited({ generator }: RunResult): boolean {
  return generator.health === "limited";
}

/** What the runs of a series came to together: how far apart they lay, and the exit code. Ends in a line break. */
export function renderSeriesEnd(series: RunSeries, options: SeriesReportOptions): string {
  const width = reportWidth(options.columns);
  return finish(
    [
      "",
      `Series of ${series.askedRuns} runs${series.runs.length < series.askedRuns ? `, of which ${series.runs.length} ${series.runs.length === 1 ? "was" : "were"} made` : ""}`,
      ...series.spreads.flatMap((spread) => spreadLines(spread, width)),
      ...series.warnings.flatMap((reason) => wrap(reason, width, "  [WARN] ")),
      ...comparisonLines(series, width),
      "",
      ...closing(series, width),
    ],
    options,
  );
}

function comparisonLines({ comparison, runs }: RunSeries, width: number): readonly string[] {
  if (comparison === null) return [];
  const isGate = runs.some(({ verdict }) => isRegressionGate(verdict));
  const sections = comparisonSections(comparison, width, isGate).filter((section) => section.length > 0);
  return sections.flatMap((section) => ["", ...section]);
}

function mainNumbers({ totals, config }: RunResult): string {
  const { latencyUs, serviceUs, rate, deliveryRatio, connections } = totals;
  if (config.mode === "connect") {
    return `${connections.opened} of ${connections.attempted} connections opened, connect ${middleAndTail(connections.connectUs)}`;
  }
  const [word, times] =
    totals.loop === "closed" ? (["service", serviceUs] as const) : (["latency", latencyUs] as const);
  const latency = times.count === 0 ? [] : [`${word} ${middleAndTail(times)}`];
  if (config.mode === "push") {
    return [...latency, `seen ${rateText(rate.deliveredPerSecond)}/s (${ratioText(deliveryRatio)})`].join("; ");
  }
  return [
    ...latency,
    `sent ${rateText(rate.sentPerSecond)}/s, delivered ${rateText(rate.deliveredPerSecond)}/s (${ratioText(deliveryRatio)})`,
  ].join("; ");
}

/** `-` for a percentile of too few samples. */
function middleAndTail(times: ResultTimes): string {
  const [p50, p99] = (["p50", "p99"] as const).map((name) =>
    times.unresolved.includes(name) ? "-" : timeText(times[name]),
  );
  return `p50 ${p50}, p99 ${p99}`;
}

function spreadLines({ side, metrics }: SideSpread, width: number): readonly string[] {
  return [
    ...(side === null ? [] : [`  ${side}`]),
    ...spreadTable(metrics, width),
    ...repeatability(metrics).flatMap((reason) => wrap(reason, width, "  [WARN] ")),
  ];
}

function spreadTable(spread: readonly MetricSpread[], width: number): readonly string[] {
  if (spread.length === 0) return ["  fewer than two runs can be held against each other, so there is no spread"];
  const columns = [
    { title: "metric", align: "left" },
    { title: "median" },
    { title: "min" },
    { title: "max" },
    { title: "CV" },
    { title: "runs", dropRank: 1 },
  ] as const;
  const rows = spread.map(({ name, unit, median, min, max, coefficientOfVariation, values }) => [
    name,
    ...[median, min, max].map((value) => formatInUnit(value, unit)),
    coefficientOfVariation === null ? "-" : `${(coefficientOfVariation * 100).toFixed(1)}%`,
    String(values.filter((value) => value !== null).length),
  ]);
  return renderTable(columns, rows, width);
}

function repeatability(spread: readonly MetricSpread[]): readonly string[] {
  return spread.flatMap(({ name, isRepeatable, coefficientOfVariation }) =>
    isRepeatable === false && coefficientOfVariation !== null
      ? [
          `${name} is not repeatable here: its standard deviation over the runs is ${(coefficientOfVariation * 100).toFixed(1)}% of the mean, not below ${formatRatio(repeatableBelow)}`,
        ]
      : [],
  );
}

function closing({ verdict }: RunSeries, width: number): readonly string[] {
  const [first = "", ...others] = verdict.reasons;
  return [
    ...wrap(`exit code ${verdict.exitCode}: ${first}`, width, `${seriesMarker(verdict.exitCode)} `),
    ...others.flatMap((reason) => wrap(reason, width, "       - ")),
  ];
}

function seriesMarker(code: number): Marker {
  if (code === exitCode.ok) return "[PASS]";
  const isBadNews = code === exitCode.runFailed || code === exitCode.thresholdFailed || code === exitCode.regression;
  return isBadNews ? "[FAIL]" : "[WARN]";
}

function finish(lines: readonly string[], { colour }: SeriesReportOptions): string {
  const text = lines.join("\n");
  return `${colour ? colourise(text) : text}\n`;
}
