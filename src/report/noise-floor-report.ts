import { largestFloor } from "../compare/compare-metric.ts";
import type { MetricFloor, NoiseFloor } from "../compare/noise-floor-record.ts";
import { median } from "../statistics/percentile.ts";
import { printDecimal } from "../units/decimal.ts";
import { formatInUnit } from "../verdict/format-check.ts";
import { colourise } from "./colourise.ts";
import { countText, plain, reportWidth, wrap } from "./format.ts";
import type { TerminalReportOptions } from "./terminal-report.ts";
import { renderTable } from "./terminal-table.ts";

/** With fewer runs the floor is little more than the distance of two of them. */
const tellingRuns = 5;

/** What a machine's runs of the same differ by, metric by metric. ASCII, ending in a line break. */
export function renderNoiseFloor(record: NoiseFloor, options: TerminalReportOptions): string {
  const width = reportWidth(options.columns);
  const pairs = (record.runs.length * (record.runs.length - 1)) / 2;
  const lines = [
    "",
    `Noise floor of this machine, from ${record.runs.length} runs (${pairs} ${pairs === 1 ? "pair" : "pairs"})`,
    ...wrap(record.load, width, "  "),
    ...floorTable(record, width),
    ...wrap(
      "floor: 19 of 20 pairs of runs of the same differ by no more; compare calls no smaller change a change",
      width,
      "  ",
    ),
    ...warningsOf(record).flatMap((text) => wrap(text, width, "  [WARN] ")),
    ...(options.savedTo === null ? [] : ["", savedLine(options.savedTo, options, width)].flat()),
  ];
  const text = lines.join("\n");
  return `${options.colour ? colourise(text) : text}\n`;
}

function floorTable({ metrics }: NoiseFloor, width: number): readonly string[] {
  const columns = [
    { title: "metric", align: "left" },
    { title: "median" },
    { title: "floor" },
    { title: "CV" },
    { title: "", align: "left" },
  ] as const;
  const rows = metrics.map((metric) => [
    metric.name,
    formatInUnit(median(metric.values)!, metric.unit),
    metric.kind === "ratio" ? percent(metric.floor) : formatInUnit(metric.floor, metric.unit),
    metric.coefficientOfVariation === null ? "-" : percent(metric.coefficientOfVariation),
    isUngateable(metric) ? "ungateable" : "",
  ]);
  return renderTable(columns, rows, width);
}

function warningsOf({ metrics, runs, unresolved = [] }: NoiseFloor): readonly string[] {
  const ungateable = metrics.filter(isUngateable).map(({ name }) => name);
  const needs = unresolved.map((metric) => `${metric.name} (needs ${countText(metric.samplesNeeded)})`);
  return [
    ...(ungateable.length === 0
      ? []
      : [
          `ungateable here, as runs of the same differ by more than ${percent(largestFloor)}: ${ungateable.join(", ")}`,
        ]),
    ...(unresolved.length === 0 ? [] : [`no floor, as a run has too few samples: ${needs.join(", ")}`]),
    ...(runs.length < tellingRuns
      ? [`${runs.length} runs tell little of how far runs can lie apart; take 6 or more`]
      : []),
  ];
}

function isUngateable({ kind, floor }: MetricFloor): boolean {
  return kind === "ratio" && floor > largestFloor;
}

function savedLine(path: string, { isTerminal }: TerminalReportOptions, width: number): readonly string[] {
  const text = `saved to ${plain(path)}`;
  // Never cut where something may read it.
  return isTerminal === false ? [`[INFO] ${text}`] : wrap(text, width, "[INFO] ");
}

function percent(share: number): string {
  return `${printDecimal(share * 100, share < 0.1 ? 2 : 1)}%`;
}
