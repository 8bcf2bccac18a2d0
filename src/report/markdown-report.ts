import type { RunResult } from "../result/run-result.ts";
import { oneWayUnknown } from "../verdict/measured-value.ts";
import { backpressureHeads, backpressureNotes, backpressureRows, backpressureVerdict } from "./backpressure-section.ts";
import { shownBooks } from "./books-section.ts";
import { classHeads, classNotes, classRows } from "./class-section.ts";
import { capacityNotes, trialColumns, trialRows } from "./capacity-section.ts";
import { comparisonMarkdownSections } from "./comparison-markdown.ts";
import { deliveryFigures, deliveryNotes, deliveryUnknown } from "./delivery-section.ts";
import { shownFanOut, spreadHeads } from "./fan-out-section.ts";
import { countText, cut, ratioText } from "./format.ts";
import {
  connectFigures,
  connectionFigures,
  connectionNotes,
  errorCells,
  errorsMeaning,
  explainedFailures,
  generatorFigures,
  generatorNotes,
  memoryCells,
  sortedFailures,
} from "./health-sections.ts";
import { cutMarkdown, markdownCode, markdownTable, markdownText, type MarkdownColumn } from "./markdown-text.ts";
import {
  phaseNotes,
  phaseRows,
  rateFigures,
  rateHeads,
  shownTimes,
  timesCells,
  timesHeads,
  unsentNotes,
} from "./message-sections.ts";
import { scalabilitySection } from "./scalability-section.ts";
import { faultFigures, jobFigures, jobTimeRows, orderVerdict, queueNotes } from "./queue-section.ts";
import { outageFigures, resilienceNotes, retryFigures } from "./resilience-section.ts";
import {
  evenness,
  evennessFigures,
  singleConnectionNotes,
  connectionSpreadHeads,
  connectionSpreadRows,
  worstColumns,
  worstConnections,
} from "./single-connections-section.ts";
import { streamFigures, streamNotes } from "./stream-section.ts";
import { judgedPhases, steadinessCells, steadinessColumns, steadinessNotes } from "./steadiness-section.ts";
import {
  actualOf,
  bannerSection,
  headerLines,
  isRegressionGate,
  markerOf,
  shownWarnings,
  titleOf,
  verdictMarker,
} from "./verdict-sections.ts";

/** A comment on GitHub holds 65,536 characters; this leaves room for what a script puts around it. */
const largestBytes = 60_000;
/** Rows of one table; what is more is counted. */
const mostRows = 50;
/** Connections one by one. */
const mostSingleConnections = 10;
/** A single text of others, before it is escaped. */
const longestText = 300;

type Lines = readonly string[];

/**
 * The whole result as GitHub's and GitLab's Markdown, for a comment or a job's summary: verdict, thresholds and
 * comparison first, then the figures of the terminal's summary. ASCII, at most 60,000 bytes.
 */
export function renderMarkdown(result: RunResult): string {
  const isConnect = result.config.mode === "connect";
  const sections: readonly Lines[] = [
    headSection(result),
    thresholdTable(result),
    ...(result.comparison === undefined
      ? []
      : comparisonMarkdownSections(result.comparison, isRegressionGate(result.verdict))),
    capacityTable(result),
    ...(isConnect
      ? [connectionTable(result)]
      : [
          deliveryTable(result),
          fanOutTable(result),
          jobTable(result),
          latencyTable(result),
          rateTable(result),
          streamTable(result),
          backpressureTable(result),
          classTable(result),
        ]),
    phaseTable(result),
    booksTable(result),
    steadinessTable(result),
    proseSection("Scalability", scalabilitySection(result, Infinity)),
    ...(isConnect ? [] : [connectionTable(result)]),
    singleConnectionsTable(result),
    resilienceTable(result),
    memoryTable(result),
    generatorTable(result),
    errorTable(result),
    [`Result ${code(result.id)}, floodgate ${text(result.tool.version)}.`],
  ];
  const lines = sections.filter((section) => section.length > 0).flatMap((section) => ["", ...section]);
  const whole = `${lines
    .join("\n")
    .replace(/\n{3,}/g, "\n\n")
    .trim()}\n`;
  return cutMarkdown(whole, largestBytes);
}

const text = (words: string) => markdownText(cut(words, longestText));
const code = (words: string) => markdownCode(cut(words, longestText));
/** A note that begins with a dash says what dashes in the table mean. */
const bullets = (notes: Lines): Lines =>
  notes.map((note) => (note.startsWith("- ") ? `- \`-\` ${text(note.slice(2))}` : `- ${text(note)}`));

/** A table of one row, and notes below it. */
function figuresTable(figures: readonly (readonly [name: string, value: string])[]): Lines {
  return markdownTable(
    figures.map(([name]) => ({ title: name })),
    [figures.map(([, value]) => value)],
  );
}

/** As many rows as are read, and how many there are more. */
function rowsTable(columns: readonly MarkdownColumn[], rows: readonly Lines[]): Lines {
  const more = rows.length - mostRows;
  return [
    ...markdownTable(columns, rows.slice(0, mostRows)),
    ...(more > 0 ? [`- and ${countText(more)} more, which the result file lists`] : []),
  ];
}

function headSection(result: RunResult): Lines {
  const { verdict } = result;
  const [first = verdict.outcome, ...others] = verdict.reasons;
  return [
    `## ${verdictMarker(result)} ${text(titleOf(result))}`,
    "",
    `**${verdict.outcome}**, exit code ${verdict.exitCode}: ${text(first)}`,
    "",
    ...bullets(others.slice(0, mostRows)),
    ...shownWarnings(result).map((warning) => `- [WARN] ${text(warning.text)}`),
    "",
    ...bannerSection(result, Infinity).map((line) => `> ${quoted(line)}`),
    "",
    headerLines(result).map(text).join("<br>\n"),
  ];
}

/** A line of the banner: its marker stays as it is, a reason becomes an item. */
function quoted(line: string): string {
  const [, lead = "", words = line] = /^(\[WARN\] | *- )?(.*)$/.exec(line) ?? [];
  return `${lead.trim() === "-" ? "- " : lead}${text(words)}`;
}

function thresholdTable({ thresholds, verdict }: RunResult): Lines {
  if (thresholds.length === 0) return ["### Thresholds", "", "none"];
  const left = { align: "left" } as const;
  const columns = [
    { title: "", ...left },
    { title: "threshold", ...left },
    { title: "actual" },
    { title: "", ...left },
  ];
  const rows = thresholds.map((check) => [
    markerOf(check, verdict.reasons),
    code(check.expression),
    actualOf(check),
    text([check.detail, check.source === "--threshold" ? "" : check.source].filter(Boolean).join("; ")),
  ]);
  return ["### Thresholds", ...rowsTable(columns, rows)];
}

function capacityTable(result: RunResult): Lines {
  const { capacity } = result;
  if (capacity === undefined) return [];
  const columns = trialColumns(capacity).map(({ title, align }) => (align === "left" ? { title, align } : { title }));
  const rows = trialRows(capacity).map((cells) => [...cells.slice(0, -1), text(cells.at(-1) ?? "")]);
  return [
    "### Capacity",
    "",
    text(capacity.statement),
    ...(rows.length === 0 ? [] : rowsTable(columns, rows)),
    ...bullets(capacityNotes(result)),
  ];
}

function deliveryTable(result: RunResult): Lines {
  const { totals } = result;
  if (totals.messages.expected === 0) return ["### Delivery", "", text(deliveryUnknown(result))];
  return [
    `### Delivery ${ratioText(totals.deliveryRatio)}`,
    ...figuresTable(deliveryFigures(totals)),
    ...bullets(deliveryNotes(result)),
  ];
}

function fanOutTable(result: RunResult): Lines {
  const shown = shownFanOut(result);
  if (shown === null) return [];
  const { reach, figures, rows, notes } = shown;
  const columns = [{ title: "", align: "left" } as const, ...spreadHeads.map((head) => ({ title: head }))];
  return [
    `### Fan-out  ${reach} reach`,
    ...figuresTable(figures),
    ...(rows.length === 0 ? [] : markdownTable(columns, rows)),
    ...bullets(notes),
  ];
}

function jobTable({ queue }: RunResult): Lines {
  if (queue === undefined) return [];
  const rows = jobTimeRows(queue);
  const columns = [{ title: "", align: "left" } as const, ...timesHeads.map((head) => ({ title: head }))];
  return [
    `### Jobs  ${orderVerdict(queue)}`,
    ...figuresTable(jobFigures(queue)),
    ...figuresTable(faultFigures(queue)),
    ...(rows.length === 0 ? [] : markdownTable(columns, rows)),
    ...bullets(queueNotes(queue)),
  ];
}

function latencyTable(result: RunResult): Lines {
  const { title, times, notes } = shownTimes(result);
  if (times.length === 0) {
    const why = result.config.mode === "push" ? oneWayUnknown(result) : "no samples";
    return [`### ${title}`, "", text(why)];
  }
  const columns = [{ title: "", align: "left" } as const, ...timesHeads.map((head) => ({ title: head }))];
  const rows = times.map(([name, each]) => [name, ...timesCells(each)]);
  return [`### ${title}`, ...markdownTable(columns, rows), ...bullets(notes)];
}

function rateTable(result: RunResult): Lines {
  return ["### Rate", ...figuresTable(rateFigures(result.totals, result.config)), ...bullets(unsentNotes(result))];
}

function backpressureTable({ backpressure }: RunResult): Lines {
  if (backpressure === undefined) return [];
  const columns = [{ title: "", align: "left" } as const, ...backpressureHeads.map((head) => ({ title: head }))];
  return [
    `### Backpressure ${backpressureVerdict(backpressure)}`,
    ...markdownTable(columns, backpressureRows(backpressure)),
    ...bullets(backpressureNotes(backpressure)),
  ];
}

function classTable(result: RunResult): Lines {
  const rows = classRows(result);
  if (rows.length === 0) return [];
  const columns = [{ title: "", align: "left" } as const, ...classHeads(result).map((head) => ({ title: head }))];
  return [
    "### Classes of messages",
    ...markdownTable(
      columns,
      rows.map((row) => row.map(text)),
    ),
    ...bullets(classNotes(result)),
  ];
}

function streamTable({ streams, backpressure }: RunResult): Lines {
  if (streams === undefined) return [];
  const { interArrivalUs } = streams;
  const columns = [{ title: "", align: "left" } as const, ...timesHeads.map((head) => ({ title: head }))];
  return [
    "### Streams",
    ...figuresTable(streamFigures(streams)),
    ...(interArrivalUs.count === 0 ? [] : markdownTable(columns, [["interval", ...timesCells(interArrivalUs)]])),
    ...bullets(streamNotes(streams, backpressure !== undefined)),
  ];
}

function singleConnectionsTable({ connectionFigures }: RunResult): Lines {
  if (connectionFigures === undefined) return [];
  const { marker, verdict } = evenness(connectionFigures);
  const [name, ...values] = connectionSpreadHeads;
  const spreadColumns = [{ title: name, align: "left" } as const, ...values.map((title) => ({ title }))];
  const worst = worstConnections(connectionFigures, mostSingleConnections);
  const columns = worstColumns.map(({ title, align }): MarkdownColumn =>
    align === "left" ? { title, align } : { title },
  );
  return [
    `### Single connections ${marker} ${verdict}`,
    ...figuresTable(evennessFigures(connectionFigures)),
    ...markdownTable(spreadColumns, connectionSpreadRows(connectionFigures)),
    ...(worst.length === 0 ? [] : markdownTable(columns, worst)),
    ...bullets(singleConnectionNotes(connectionFigures)),
  ];
}

function resilienceTable({ resilience }: RunResult): Lines {
  if (resilience === undefined) return [];
  const { recoveryUs } = resilience;
  const columns = [{ title: "", align: "left" } as const, ...timesHeads.map((head) => ({ title: head }))];
  return [
    "### Resilience",
    ...figuresTable(outageFigures(resilience)),
    ...(recoveryUs.count === 0 ? [] : markdownTable(columns, [["recovery", ...timesCells(recoveryUs)]])),
    ...retryFigures(resilience).flatMap(figuresTable),
    ...bullets(resilienceNotes(resilience)),
  ];
}

function phaseTable(result: RunResult): Lines {
  const rows = phaseRows(result);
  if (rows.length === 0) return [];
  const heads = ["conns", ...rateHeads(result.config), "delivery", "p50", "p99"];
  const columns: readonly MarkdownColumn[] = [
    { title: "phase", align: "left" },
    ...heads.map((title) => ({ title })),
    ...(result.config.scaling === null ? [] : [{ title: "efficiency" }]),
    { title: "schedule", align: "left" },
  ];
  const named = rows.map(([name = "", ...cells]) => [code(name), ...cells]);
  return ["### Phases", ...rowsTable(columns, named), ...bullets(phaseNotes(result))];
}

function booksTable(result: RunResult): Lines {
  const shown = shownBooks(result);
  if (shown === null) return [];
  const columns = shown.columns.map(({ title, align }): MarkdownColumn =>
    align === "left" ? { title, align } : { title },
  );
  const named = shown.rows.map(([name = "", ...cells]) => [code(name), ...cells]);
  return [
    `### Target's books by phase  ${shown.marker} ${shown.verdict}`,
    ...rowsTable(columns, named),
    ...bullets(shown.notes),
  ];
}

/** A section of the summary that is nothing but sentences below a heading. */
function proseSection(title: string, [heading, ...sentences]: Lines): Lines {
  return heading === undefined ? [] : [`### ${title}`, "", ...bullets(sentences.map((sentence) => sentence.trim()))];
}

function connectionTable(result: RunResult): Lines {
  const isTimed = result.totals.connections.connectUs.count > 0;
  return [
    "### Connections",
    ...figuresTable(connectionFigures(result)),
    ...(isTimed ? figuresTable(connectFigures(result)) : []),
    ...bullets(connectionNotes(result)),
  ];
}

function memoryTable({ memory }: RunResult): Lines {
  const sides = [
    { name: "generator", figures: memory.generator, reason: memory.generatorReason },
    { name: "target", figures: memory.target, reason: memory.targetReason },
  ];
  const heads = ["start", "peak", "end", "growth", "slope/min", "p value", "per message", "per conn"];
  const columns = [{ title: "", align: "left" } as const, ...heads.map((title) => ({ title }))];
  const rows = sides.flatMap(({ name, figures }) => (figures === null ? [] : [[name, ...memoryCells(figures)]]));
  const notes = sides.map(({ name, figures, reason }) =>
    figures === null
      ? `${name}: unknown; ${reason ?? "not measured"}`
      : `${name}: ${figures.verdict}; ${figures.verdictReason}`,
  );
  return ["### Memory", ...(rows.length === 0 ? [""] : markdownTable(columns, rows)), ...bullets(notes)];
}

function steadinessTable(result: RunResult): Lines {
  const judged = judgedPhases(result);
  if (judged.length === 0) return [];
  const columns = steadinessColumns.map(({ title, align }): MarkdownColumn =>
    align === "left" ? { title, align } : { title },
  );
  const rows = judged.map(steadinessCells).map(([name = "", ...cells]) => [code(name), ...cells]);
  return ["### Steadiness", ...rowsTable(columns, rows), ...bullets(steadinessNotes(judged))];
}

function generatorTable(result: RunResult): Lines {
  const { health } = result.generator;
  return [
    `### Generator ${health === "ok" ? "[PASS]" : "[WARN]"} ${health}`,
    ...figuresTable(generatorFigures(result)),
    ...bullets(generatorNotes(result)),
  ];
}

function errorTable(result: RunResult): Lines {
  const failures = sortedFailures(result);
  if (failures.length === 0) return ["### Errors", "", "none"];
  const left = { align: "left" } as const;
  const columns = [
    { title: "error", ...left },
    { title: "count" },
    { title: "per 1000" },
    { title: "blame", ...left },
    { title: "when, s" },
    { title: "example", ...left },
  ];
  const rows = failures.map((failure) => {
    const [name = "", count = "", share = "", blame = "", when = "", example = ""] = errorCells(failure, result);
    return [code(name), count, share, blame, when.replace(" s", ""), code(example)];
  });
  return ["### Errors", ...rowsTable(columns, rows), ...bullets([...explainedFailures(failures), errorsMeaning])];
}
