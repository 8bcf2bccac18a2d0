import type { ProbeAnswer } from "../probe/probe.ts";
import type { NeighbourStretch, ProbeFinding, ProbeRecord } from "../probe/probe-record.ts";
import { colourise } from "./colourise.ts";
import { amount, cut, reportWidth, timeText, wrap } from "./format.ts";

export interface ProbeReportOptions {
  readonly columns: number;
  readonly colour: boolean;
}

/** Of a message that came back. */
const shownCharacters = 40;
const markers = { right: "[PASS]", tolerated: "[WARN]", wrong: "[FAIL]", "not-tested": "[INFO]" } as const;

/** What probing has found out: each probe with its answer, the other sessions, the verdict. Ends in a line break. */
export function renderProbeReport(record: ProbeRecord, { columns, colour }: ProbeReportOptions): string {
  const width = reportWidth(columns);
  const { verdict } = record;
  const mark = verdict.outcome === "pass" ? "[PASS]" : verdict.outcome === "fail" ? "[FAIL]" : "[WARN]";
  const heads = verdict.outcome === "interrupted" ? ["interrupted", ...verdict.reasons] : verdict.reasons;
  const lines = [
    `Probes of ${record.target}`,
    ...record.probes.flatMap((finding) => findingLines(finding, width)),
    "",
    "Other sessions",
    ...neighbourLines(record, width),
    "",
    ...heads.flatMap((reason) => wrap(reason, width, `${mark} `)),
    `exit code ${verdict.exitCode}`,
  ];
  const text = `${lines.join("\n")}\n`;
  return colour ? colourise(text) : text;
}

function findingLines(finding: ProbeFinding, width: number): readonly string[] {
  const { name, outcome, answer, note, sent, wanted, neighbours } = finding;
  const head = `  ${markers[outcome]} `;
  const harm = neighbours === null || neighbours.outcome === "unharmed" ? null : neighbours;
  const harmLine =
    harm === null
      ? []
      : wrap(
          `other sessions ${harm.outcome}: ${harm.note}`,
          width,
          harm.outcome === "harmed" ? "  [FAIL] " : "  [WARN] ",
        );
  if (answer === null) return wrap(`${name}: not tested: ${note}`, width, head);
  const remark = note === "" ? "" : `; ${note}`;
  const shown = wrap(`${name}: ${answerText(answer)}${outcome === "right" ? remark : ""}`, width, head);
  if (outcome === "right") return [...shown, ...harmLine];
  const indent = " ".repeat(head.length);
  return [
    ...shown,
    ...wrap(`sent ${sent}; wanted ${wanted}`, width, indent),
    ...wrap(note, width, indent),
    ...harmLine,
  ];
}

/** What came back, in a few words. */
export function answerText(answer: ProbeAnswer): string {
  switch (answer.kind) {
    case "close":
      return `close ${answer.code}${answer.reason === "" ? "" : ` "${answer.reason}"`}`;
    case "end":
      return answer.how === "reset" ? "the connection was reset" : "the connection ended";
    case "status":
      return `HTTP ${answer.status} ${answer.reason}`.trim();
    case "upgraded":
      return "let in";
    case "pong":
      return "a pong";
    case "messages":
      return `${amount(answer.count, "message")}${answer.first === "" ? "" : `: ${cut(answer.first, shownCharacters)}`}`;
    case "silence":
      return "nothing";
    case "flood":
      return `${answer.answered} of ${amount(answer.sent, "message")} answered`;
    case "connections": {
      const refused = Object.entries(answer.refused).map(([status, count]) => `${count} refused with HTTP ${status}`);
      const failed = answer.failed === 0 ? [] : [`${answer.failed} came to nothing`];
      return [`${answer.upgraded} opened`, ...refused, ...failed].join(", ");
    }
    case "breach":
      return answer.what;
    case "unreachable":
      return "no connection";
  }
}

function neighbourLines({ neighbours, probes }: ProbeRecord, width: number): readonly string[] {
  const during = probes.flatMap((probe) => (probe.neighbours === null ? [] : [probe.neighbours]));
  const sum = (key: "sent" | "answered" | "lost" | "closed") => during.reduce((total, each) => total + each[key], 0);
  const worst = during.reduce<number | null>((most, { worstLatencyUs }) => larger(most, worstLatencyUs), null);
  const { before, count, watchedBy } = neighbours;
  const held = `${amount(count, "session")}, of which the target ended ${sum("closed")} while it was probed`;
  if (watchedBy === "connections") {
    return wrap(`${held}; it answers no messages, so that nothing else can be seen`, width, "  ");
  }
  return [
    ...wrap(held, width, "  "),
    ...wrap(`${amount(sum("sent"), "message")} while it was probed, ${sum("lost")} lost`, width, "  "),
    ...wrap(`slowest answer ${timeText(worst)}; before the probes ${beforeText(before)}`, width, "  "),
  ];
}

function beforeText({ medianLatencyUs, worstLatencyUs }: NeighbourStretch): string {
  return `${timeText(worstLatencyUs)}, median ${timeText(medianLatencyUs)}`;
}

function larger(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}
