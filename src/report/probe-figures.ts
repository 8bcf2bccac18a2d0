import type { NeighbourStretch, ProbeAnswer, ProbeFinding, ProbeRecord } from "../probe/probe-record.ts";
import { amount, countText, cut, timeText } from "./format.ts";
import type { Marker } from "./verdict-sections.ts";

// What all forms of a report of probes say, as texts.

/** Of a message that came back. */
const shownCharacters = 40;
const markers = { right: "[PASS]", tolerated: "[WARN]", wrong: "[FAIL]", "not-tested": "[INFO]" } as const;

/** What every report is headed with. */
export function probeTitle({ target }: ProbeRecord): string {
  return `Probes of ${target}`;
}

/** Of an answer; with --strict what is tolerated fails as well. */
export function probeMarker({ outcome }: ProbeFinding, { strict }: ProbeRecord): Marker {
  return strict && outcome === "tolerated" ? "[FAIL]" : markers[outcome];
}

/** Of what became of other sessions; null when nothing did. */
export function harmMarker({ neighbours }: ProbeFinding, { strict }: ProbeRecord): Marker | null {
  if (neighbours === null || neighbours.outcome === "unharmed") return null;
  return strict || neighbours.outcome === "harmed" ? "[FAIL]" : "[WARN]";
}

/** What became of other sessions, where something did; else null. */
export function harmText({ neighbours }: ProbeFinding): string | null {
  if (neighbours === null || neighbours.outcome === "unharmed") return null;
  return `other sessions ${neighbours.outcome}: ${neighbours.note}`;
}

export function probeVerdictMarker({ verdict }: ProbeRecord): Marker {
  if (verdict.outcome === "pass") return "[PASS]";
  return verdict.outcome === "fail" ? "[FAIL]" : "[WARN]";
}

/** Why the verdict is what it is; of one that was interrupted that it was, first. */
export function verdictReasons({ verdict }: ProbeRecord): readonly string[] {
  return verdict.outcome === "interrupted" ? ["interrupted", ...verdict.reasons] : verdict.reasons;
}

/** How many probes came to what, in the order in which a reader wants to know. */
export function probeTally({ probes }: ProbeRecord): readonly (readonly [outcome: string, count: number])[] {
  const ended = (outcome: ProbeFinding["outcome"]) => probes.filter((probe) => probe.outcome === outcome).length;
  return [
    ["wrong", ended("wrong")],
    ["harmed others", probes.filter(({ neighbours }) => neighbours?.outcome === "harmed").length],
    ["tolerated", ended("tolerated")],
    ["right", ended("right")],
    ["not tested", ended("not-tested")],
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
      return `${countText(answer.answered)} of ${amount(answer.sent, "message")} answered`;
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

/** What became of the other sessions over all probes, a sentence each. */
export function neighbourLines({ neighbours, probes }: ProbeRecord): readonly string[] {
  const during = probes.flatMap((probe) => (probe.neighbours === null ? [] : [probe.neighbours]));
  const sum = (key: "sent" | "answered" | "lost" | "closed") => during.reduce((total, each) => total + each[key], 0);
  const worst = during.reduce<number | null>((most, { worstLatencyUs }) => larger(most, worstLatencyUs), null);
  const { before, count, watchedBy } = neighbours;
  const held = `${amount(count, "session")}, of which the target ended ${sum("closed")} while it was probed`;
  if (watchedBy === "connections") return [`${held}; it answers no messages, so that nothing else can be seen`];
  return [
    held,
    `${amount(sum("sent"), "message")} while it was probed, ${countText(sum("lost"))} lost`,
    `slowest answer ${timeText(worst)}; before the probes ${beforeText(before)}`,
  ];
}

function beforeText({ medianLatencyUs, worstLatencyUs }: NeighbourStretch): string {
  return `${timeText(worstLatencyUs)}, median ${timeText(medianLatencyUs)}`;
}

function larger(a: number | null, b: number | null): number | null {
  if (a === null || b === null) return a ?? b;
  return Math.max(a, b);
}
