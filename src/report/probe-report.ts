import type { ProbeFinding, ProbeRecord } from "../probe/probe-record.ts";
import { colourise } from "./colourise.ts";
import { reportWidth, wrap } from "./format.ts";
import {
  answerText,
  harmMarker,
  harmText,
  neighbourLines,
  probeMarker,
  probeTitle,
  probeVerdictMarker,
  verdictReasons,
} from "./probe-figures.ts";

export interface ProbeReportOptions {
  readonly columns: number;
  readonly colour: boolean;
}

/** What probing has found out: each probe with its answer, the other sessions, the verdict. Ends in a line break. */
export function renderProbeReport(record: ProbeRecord, { columns, colour }: ProbeReportOptions): string {
  const width = reportWidth(columns);
  const lines = [
    ...wrap(probeTitle(record), width),
    ...record.probes.flatMap((finding) => findingLines(finding, record, width)),
    "",
    "Other sessions",
    ...neighbourLines(record).flatMap((line) => wrap(line, width, "  ")),
    "",
    ...verdictReasons(record).flatMap((reason) => wrap(reason, width, `${probeVerdictMarker(record)} `)),
    `exit code ${record.verdict.exitCode}`,
  ];
  const text = `${lines.join("\n")}\n`;
  return colour ? colourise(text) : text;
}

function findingLines(finding: ProbeFinding, record: ProbeRecord, width: number): readonly string[] {
  const { name, outcome, answer, note, sent, wanted } = finding;
  const head = `  ${probeMarker(finding, record)} `;
  if (answer === null) return wrap(`${name}: not tested: ${note}`, width, head);
  const harm = harmText(finding);
  const harmLines = harm === null ? [] : wrap(harm, width, `  ${harmMarker(finding, record)!} `);
  const remark = note === "" ? "" : `; ${note}`;
  const shown = wrap(`${name}: ${answerText(answer)}${outcome === "right" ? remark : ""}`, width, head);
  if (outcome === "right") return [...shown, ...harmLines];
  const indent = " ".repeat(head.length);
  return [
    ...shown,
    ...wrap(`sent ${sent}; wanted ${wanted}`, width, indent),
    ...wrap(note, width, indent),
    ...harmLines,
  ];
}
