import { groupedReasons } from "../compare/comparison-verdict.ts";
import type { ComparedMetric, Comparison, ComparisonSide } from "../result/comparison.ts";
import { colourise } from "./colourise.ts";
import {
  comparisonMarker,
  countCells,
  countHeads,
  distributionCells,
  distributionNotes,
  metricCells,
  metricHeads,
  metricNotes,
  outcomeWords,
  runNames,
  sideTitle,
  tellingColumns,
  timesHeads,
} from "./comparison-figures.ts";
import { cut, plain, reportWidth, wrap } from "./format.ts";
import { renderGrid, renderTable, type Column } from "./terminal-table.ts";

/** How the report is to look; it says the same in any of them. */
export interface ComparisonReportOptions {
  readonly colour: boolean;
  /** Width of the terminal. */
  readonly columns: number;
  /** Where there is no terminal the last line is never cut, as something may read it. @default true */
  readonly isTerminal?: boolean;
}

/** A whole comparison for people: ASCII, primary metrics first, ending in the exit code and a line break. */
export function renderComparisonReport(comparison: Comparison, options: ComparisonReportOptions): string {
  const width = reportWidth(options.columns);
  const sections = [
    headSection("floodgate: new against base", comparison, width),
    differenceSection(comparison, width),
    metricSection(comparison, width),
    countSection(comparison, width),
    timesSection(comparison, width),
    verdictSection("Verdict", comparison, width),
    closingLine(comparison, options.isTerminal === false ? Infinity : width),
  ];
  const text = sections
    .filter((section) => section.length > 0)
    .map((section) => section.join("\n"))
    .join("\n\n");
  return `${options.colour ? colourise(text) : text}\n`;
}

/**
 * The same after a run or a series that was made to be compared, in sections. Where a regression fails nothing (`isGate` is
 * false), it is a warning.
 */
export function comparisonSections(
  comparison: Comparison,
  width: number,
  isGate: boolean,
): readonly (readonly string[])[] {
  const sections = [
    headSection("Comparison: new against base", comparison, width),
    differenceSection(comparison, width),
    metricSection(comparison, width),
    countSection(comparison, width),
    timesSection(comparison, width),
    verdictSection("Verdict of the comparison", comparison, width),
  ];
  return isGate ? sections : sections.map((lines) => lines.map((line) => line.replace("[FAIL]", "[WARN]")));
}

function headSection(title: string, comparison: Comparison, width: number): readonly string[] {
  const side = (name: string, { runs, ...rest }: ComparisonSide) => [
    ...wrap(sideTitle({ runs, ...rest }), width, `  ${name}  `),
    ...(runs.length === 1 && runs[0]!.name === rest.label ? [] : wrap(runNames(runs), width, "        ")),
  ];
  return [
    title,
    ...side("base", comparison.base),
    ...side("new ", comparison.new),
    ...wrap(comparison.load, width, "  load  "),
  ];
}

function differenceSection({ differences, isForced }: Comparison, width: number): readonly string[] {
  if (differences.length === 0) return [];
  const columns: readonly Column[] = [
    { title: "", align: "left" },
    { title: "what differs", align: "left" },
    { title: "base", align: "left", isCutFirst: true },
    { title: "new", align: "left", isCutFirst: true },
  ];
  const rows = differences.map(({ what, base, new: changed, severity }) => [
    severity === "refuse" ? "[FAIL]" : "[WARN]",
    what,
    base,
    changed,
  ]);
  return [
    ...(isForced ? wrap("compared although the hosts differ, as --force asks", width, "[WARN] ") : []),
    "Differences",
    ...renderTable(columns, rows, width),
  ];
}

function metricSection(comparison: Comparison, width: number): readonly string[] {
  const { metrics } = comparison;
  if (metrics.length === 0) return [];
  const primary = metrics.filter(({ isPrimary }) => isPrimary);
  const others = metrics.filter(({ isPrimary }) => !isPrimary);
  return [
    "Metrics",
    ...metricTable(primary, metrics, width),
    ...(others.length === 0
      ? []
      : ["", "Other metrics (none of them makes a regression)", ...metricTable(others, metrics, width)]),
    "",
    ...metricNotes(comparison).flatMap((note) => wrap(note, width, "  ")),
  ];
}

/** What a narrow terminal does without. */
const dropRanks: Readonly<Record<string, number>> = { n: 3, p: 2, base: 1 };

function metricTable(
  rows: readonly ComparedMetric[],
  all: readonly ComparedMetric[],
  width: number,
): readonly string[] {
  const cells = rows.map(metricCells);
  const shown = tellingColumns(all).filter((at) => at > 0 || cells.some(([marker]) => marker !== ""));
  const isText: readonly string[] = ["", "metric", "verdict"];
  const columns = shown.map((at): Column => {
    const title = metricHeads[at]!;
    const dropRank = dropRanks[title];
    return { title, ...(isText.includes(title) && { align: "left" }), ...(dropRank !== undefined && { dropRank }) };
  });
  return renderTable(
    columns,
    cells.map((row) => shown.map((at) => row[at]!)),
    width,
  );
}

function countSection({ counts }: Comparison, width: number): readonly string[] {
  if (counts.length === 0) return [];
  const columns = countHeads.map((title): Column => ({
    title,
    ...(title === "base" || title === "new" ? {} : { align: "left" }),
    ...(title === "of" ? { dropRank: 1 } : {}),
  }));
  return [
    "Counts",
    ...renderTable(columns, counts.map(countCells), width),
    ...groupedReasons(counts).flatMap((note) => wrap(note, width, "  ")),
  ];
}

function timesSection(comparison: Comparison, width: number): readonly string[] {
  const { distribution } = comparison;
  if (distribution === null) return [];
  const title = distribution.metric === "latency" ? "Latency" : "Service time";
  return [
    `${title} of all runs together`,
    ...renderGrid(timesHeads, distributionCells(distribution), width),
    ...distributionNotes(comparison).flatMap((note) => wrap(note, width, "  ")),
  ];
}

function verdictSection(title: string, comparison: Comparison, width: number): readonly string[] {
  const { verdict, warnings, differences } = comparison;
  const [first = "", ...others] = verdict.reasons;
  const isHost = differences.some(({ of, severity }) => of === "host" && severity === "refuse");
  return [
    title,
    ...wrap(`${outcomeWords(comparison)}: ${first}`, width, `  ${comparisonMarker(comparison)} `),
    ...others.flatMap((reason) => wrap(reason, width, "         - ")),
    ...(isHost ? wrap("results of different hosts can be compared all the same with --force", width, "  [INFO] ") : []),
    ...warnings.flatMap((warning) => wrap(warning, width, "  [WARN] ")),
  ];
}

function closingLine(comparison: Comparison, width: number): readonly string[] {
  const { exitCode, reasons, outcome } = comparison.verdict;
  const word = outcome === "pass" ? "" : `${outcomeWords(comparison)}: `;
  const start = `${comparisonMarker(comparison)} exit code ${exitCode}: ${word}`;
  const [first = "", ...others] = reasons;
  const more = outcome === "regression" && others.length > 0 ? ` (and ${others.length} more)` : "";
  return [`${start}${cut(plain(first), width - start.length - more.length)}${more}`];
}
