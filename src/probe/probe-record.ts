import { exitCode, type ExitCode } from "../errors/exit-code.ts";
import type { AnswerOutcome } from "./judge-answer.ts";
import type { ProbeAnswer, ProbeGroup } from "./probe.ts";

/** What was found out, as it is saved and printed with --json. */
export interface ProbeRecord {
  readonly schema: "floodgate.probe/1";
  readonly startedAt: string;
  readonly durationMs: number;
  /** Without secrets. */
  readonly target: string;
  readonly neighbours: NeighbourRecord;
  readonly probes: readonly ProbeFinding[];
  readonly verdict: ProbeVerdict;
}

export interface NeighbourRecord {
  readonly count: number;
  /** `messages`: they ask and are answered; `connections`: the target answers none, so only their ends are seen. */
  readonly watchedBy: "messages" | "connections";
  /** Before the first probe. */
  readonly before: NeighbourStretch;
}

/** What became of all neighbours together in a stretch of time. */
export interface NeighbourStretch {
  readonly sent: number;
  readonly answered: number;
  readonly lost: number;
  /** Sessions that the target ended. */
  readonly closed: number;
  readonly ends: readonly string[];
  /** Null without answers. */
  readonly medianLatencyUs: number | null;
  readonly worstLatencyUs: number | null;
  /** How late our own process was at worst. */
  readonly ownLatenessUs: number;
}

export interface ProbeFinding {
  readonly name: string;
  readonly group: ProbeGroup;
  readonly sent: string;
  readonly wanted: string;
  readonly outcome: AnswerOutcome | "not-tested";
  /** Why, where that is not plain. */
  readonly note: string;
  /** Null when it was not tested. */
  readonly answer: ProbeAnswer | null;
  /** Null when it was not tested. */
  readonly neighbours: NeighbourFinding | null;
}

export interface NeighbourFinding extends NeighbourStretch {
  readonly outcome: "unharmed" | "slowed" | "harmed";
  readonly note: string;
}

export interface ProbeVerdict {
  readonly outcome: "pass" | "fail" | "interrupted";
  readonly exitCode: ExitCode;
  readonly reasons: readonly string[];
}

/** An answer to a neighbour is slow when it took so much longer than the worst one before the probes. */
const slowFactor = 4;
const slowExtraUs = 250_000;

/** Whether neighbours were harmed while something was done to the target. */
export function judgeNeighbours(stretch: NeighbourStretch, before: NeighbourStretch): NeighbourFinding {
  const { lost, closed, ends, worstLatencyUs, ownLatenessUs } = stretch;
  const harms = [
    ...(closed > 0 ? [`${closed} sessions ended (${[...new Set(ends)].join(", ")})`] : []),
    ...(lost > 0 ? [`${lost} messages were never answered`] : []),
  ];
  if (harms.length > 0) return { ...stretch, outcome: "harmed", note: harms.join(", ") };
  const usualUs = before.worstLatencyUs ?? 0;
  const limitUs = Math.max(slowFactor * usualUs, usualUs + slowExtraUs) + ownLatenessUs;
  if (worstLatencyUs === null || worstLatencyUs <= limitUs) return { ...stretch, outcome: "unharmed", note: "" };
  const note = `an answer took ${Math.round(worstLatencyUs / 1000)} ms; before the probes at most ${Math.round(usualUs / 1000)} ms`;
  return { ...stretch, outcome: "slowed", note };
}

/** What all findings come to. With `strict`, what is tolerated otherwise counts as wrong. */
export function decideProbeVerdict(
  probes: readonly ProbeFinding[],
  { strict, interrupted }: { readonly strict: boolean; readonly interrupted: ExitCode | null },
): ProbeVerdict {
  const wrong = probes.filter(({ outcome }) => outcome === "wrong" || (strict && outcome === "tolerated"));
  const harmed = probes.filter(
    ({ neighbours }) => neighbours?.outcome === "harmed" || (strict && neighbours?.outcome === "slowed"),
  );
  const reasons = [
    ...wrong.map(({ name, note }) => `${name}: ${note}`),
    ...harmed.map(({ name, neighbours }) => `${name} harmed other sessions: ${neighbours?.note ?? ""}`),
  ];
  if (interrupted !== null) return { outcome: "interrupted", exitCode: interrupted, reasons };
  if (reasons.length > 0) return { outcome: "fail", exitCode: exitCode.thresholdFailed, reasons };
  const tested = probes.filter(({ outcome }) => outcome !== "not-tested").length;
  const text = `${tested} probes were answered as they should be or without harm, and other sessions were unharmed`;
  return { outcome: "pass", exitCode: exitCode.ok, reasons: [text] };
}
