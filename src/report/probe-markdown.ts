import { probeGroups } from "../probe/probe.ts";
import type { ProbeFinding, ProbeRecord } from "../probe/probe-record.ts";
import { cut } from "./format.ts";
import { cutMarkdown, markdownCode, markdownTable, markdownText } from "./markdown-text.ts";
import {
  answerText,
  harmMarker,
  harmText,
  neighbourLines,
  probeMarker,
  probeTally,
  probeTitle,
  probeVerdictMarker,
  verdictReasons,
} from "./probe-figures.ts";

/** A comment on GitHub holds 65,536 characters; this leaves room for what a script puts around it. */
const largestBytes = 60_000;
/** A single text of others, before it is escaped. */
const longestText = 300;

const text = (words: string) => markdownText(cut(words, longestText));

/** What probing has found out as GitHub's and GitLab's Markdown: the verdict first. ASCII, at most 60,000 bytes. */
export function renderProbeMarkdown(record: ProbeRecord): string {
  const { verdict, toolVersion } = record;
  const tally = probeTally(record).map(([outcome, count]) => `${count} ${outcome}`);
  const lines = [
    `## ${probeVerdictMarker(record)} ${text(probeTitle(record))}`,
    "",
    `**${verdict.outcome}**, exit code ${verdict.exitCode}: ${tally.join(", ")}`,
    "",
    ...verdictReasons(record).map((reason) => `- ${text(reason)}`),
    ...probeGroups.flatMap((group) => groupSection(group, record)),
    "",
    "### Other sessions",
    "",
    ...neighbourLines(record).map((line) => `- ${text(line)}`),
    "",
    `<sub>${record.startedAt.slice(0, 19).replace("T", " ")} UTC, floodgate ${text(toolVersion)}</sub>`,
  ];
  return cutMarkdown(`${lines.join("\n").replace(/\n{3,}/g, "\n\n")}\n`, largestBytes);
}

function groupSection(group: ProbeFinding["group"], record: ProbeRecord): readonly string[] {
  const ofGroup = record.probes.filter((probe) => probe.group === group);
  if (ofGroup.length === 0) return [];
  const columns = ["", "probe", "sent", "answer", "remark"].map((title) => ({ title, align: "left" }) as const);
  const rows = ofGroup.map((probe) => [
    probeMarker(probe, record),
    markdownCode(probe.name),
    text(probe.sent),
    probe.answer === null ? "not tested" : text(answerText(probe.answer)),
    remarkOf(probe, record),
  ]);
  return ["", `### ${group}`, ...markdownTable(columns, rows)];
}

/** Markdown already. */
function remarkOf(probe: ProbeFinding, record: ProbeRecord): string {
  const wanted = probe.outcome === "wrong" || probe.outcome === "tolerated" ? [`wanted ${probe.wanted}`] : [];
  const said = [...wanted, probe.note].filter((part) => part !== "").join("; ");
  const harm = harmText(probe);
  return [text(said), harm === null ? "" : `${harmMarker(probe, record)!} ${text(harm)}`].join(" ").trim();
}
