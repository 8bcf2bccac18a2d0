import { groupedReasons } from "../compare/comparison-verdict.ts";
import type { ComparedMetric, Comparison } from "../result/comparison.ts";
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
  sideTitle,
  tellingColumns,
  timesHeads,
} from "./comparison-figures.ts";
import { cut } from "./format.ts";
import { cutMarkdown, markdownCode, markdownTable, markdownText, type MarkdownColumn } from "./markdown-text.ts";

/** A comment on GitHub holds 65,536 characters; this leaves room for what a script puts around it. */
const largestBytes = 60_000;
/** A single text of others, before it is escaped. */
const longestText = 300;

type Lines = readonly string[];

/**
 * A whole comparison as GitHub's and GitLab's Markdown, for a comment on a change: the verdict first, then what the terminal
 * shows. ASCII, at most 60,000 bytes.
 */
export function renderComparisonMarkdown(comparison: Comparison): string {
  const ending = `, exit code ${comparison.verdict.exitCode}`;
  const sections = [headSection("##", comparison, ending), ...figureSections(comparison)];
  const lines = sections.filter((section) => section.length > 0).flatMap((section) => ["", ...section]);
  const whole = `${lines
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim()}\n`;
  return cutMarkdown(whole, largestBytes);
}

/**
 * The same in the report of the run that was compared, in sections. Where a regression fails nothing (`isGate` is false), it
 * is a warning.
 */
export function comparisonMarkdownSections(comparison: Comparison, isGate: boolean): readonly Lines[] {
  const sections = [headSection("###", comparison, ""), ...figureSections(comparison)];
  return isGate ? sections : sections.map((lines) => lines.map((line) => line.replace("[FAIL]", "[WARN]")));
}

function figureSections(comparison: Comparison): readonly Lines[] {
  return [differenceTable(comparison), metricSection(comparison), countTable(comparison), timesTable(comparison)];
}

const text = (words: string) => markdownText(cut(words, longestText));
const code = (words: string) => markdownCode(cut(words, longestText));
const bullets = (notes: Lines): Lines => notes.map((note) => `- ${text(note)}`);
const textHeads: Lines = ["", "metric", "count", "of", "verdict"];

/** Columns of figures, with words at the left. */
function columnsOf(heads: Lines): readonly MarkdownColumn[] {
  return heads.map((title) => ({ title, ...(textHeads.includes(title) && { align: "left" }) }));
}

/** `ending` follows the outcome: the exit code, where it is that of the command. */
function headSection(level: "##" | "###", comparison: Comparison, ending: string): Lines {
  const { verdict, base, new: changed, load, warnings, isForced } = comparison;
  const [first = "", ...others] = verdict.reasons;
  return [
    `${level} ${comparisonMarker(comparison)} new against base`,
    "",
    `**${outcomeWords(comparison)}**${ending}: ${text(first)}`,
    "",
    ...bullets(others),
    ...warnings.map((warning) => `- [WARN] ${text(warning)}`),
    ...(isForced ? ["- [WARN] compared although the hosts differ, as --force asks"] : []),
    "",
    [`base: ${text(sideTitle(base))}`, `new: ${text(sideTitle(changed))}`, `load: ${text(load)}`].join("<br>\n"),
  ];
}

function differenceTable({ differences }: Comparison): Lines {
  if (differences.length === 0) return [];
  const columns = ["", "what differs", "base", "new"].map((title) => ({ title, align: "left" }) as const);
  const rows = differences.map(({ what, base, new: changed, severity }) => [
    severity === "refuse" ? "[FAIL]" : "[WARN]",
    text(what),
    code(base),
    code(changed),
  ]);
  return ["### Differences", ...markdownTable(columns, rows)];
}

function metricSection(comparison: Comparison): Lines {
  const { metrics } = comparison;
  if (metrics.length === 0) return [];
  const others = metrics.filter(({ isPrimary }) => !isPrimary);
  return [
    "### Metrics",
    ...metricTable(
      metrics.filter(({ isPrimary }) => isPrimary),
      metrics,
    ),
    ...(others.length === 0
      ? []
      : ["Other metrics (none of them makes a regression)", ...metricTable(others, metrics)]),
    ...bullets(metricNotes(comparison)),
  ];
}

function metricTable(rows: readonly ComparedMetric[], all: readonly ComparedMetric[]): Lines {
  const shown = tellingColumns(all);
  const cells = rows.map((metric) => metricCells(metric).map((cell, at) => (at === 1 ? code(cell) : cell)));
  return markdownTable(
    columnsOf(shown.map((at) => metricHeads[at]!)),
    cells.map((row) => shown.map((at) => row[at]!)),
  );
}

function countTable({ counts }: Comparison): Lines {
  if (counts.length === 0) return [];
  return [
    "### Counts",
    ...markdownTable(columnsOf(countHeads), counts.map(countCells)),
    ...bullets(groupedReasons(counts)),
  ];
}

function timesTable(comparison: Comparison): Lines {
  const { distribution } = comparison;
  if (distribution === null) return [];
  return [
    `### ${distribution.metric === "latency" ? "Latency" : "Service time"} of all runs together`,
    ...markdownTable(columnsOf(timesHeads), distributionCells(distribution)),
    ...bullets(distributionNotes(comparison)),
  ];
}
