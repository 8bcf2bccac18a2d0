import { exitCode, type ExitCode } from "../errors/exit-code.ts";
import type { NeighbourFinding, NeighbourStretch, ProbeFinding, ProbeVerdict } from "./probe-record.ts";

/** An answer to a neighbour is slow when it took so much longer than the worst one before the probes. */
const slowFactor = 4;
const slowExtraUs = 250_000;

/** Whether neighbours were harmed while something was done to the target. */
export function judgeNeighbours(stretch: NeighbourStretch, before: NeighbourStretch): NeighbourFinding {
  const { lost, closed, ends, worstLatencyUs, ownLatenessUs } = stretch;
  const harms = [
    ...(closed > 0 ? [`${count(closed, "session")} ended (${[...new Set(ends)].join(", ")})`] : []),
    ...(lost > 0 ? [`${lost} ${lost === 1 ? "message was" : "messages were"} never answered`] : []),
  ];
  if (harms.length > 0) return { ...stretch, outcome: "harmed", note: harms.join(", ") };
  const usualUs = before.worstLatencyUs ?? 0;
  const limitUs = Math.max(slowFactor * usualUs, usualUs + slowExtraUs) + ownLatenessUs;
  if (worstLatencyUs === null || worstLatencyUs <= limitUs) return { ...stretch, outcome: "unharmed", note: "" };
  const note = `an answer took ${Math.round(worstLatencyUs / 1000)} ms; before the probes at most ${Math.round(usualUs / 1000)} ms`;
  return { ...stretch, outcome: "slowed", note };
}

/** What all findings come to. With `strict`, what is tolerated otherwise counts as wrong. Nothing tested is no pass. */
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
  if (tested === 0) {
    const text = `nothing was tested: ${[...new Set(probes.map(({ note }) => note))].join("; ")}`;
    return { outcome: "inconclusive", exitCode: exitCode.inconclusive, reasons: [text] };
  }
  const slowed = probes.filter(({ neighbours }) => neighbours?.outcome === "slowed").length;
  const others = slowed === 0 ? "unharmed" : `slowed during ${count(slowed, "probe")}, and lost nothing`;
  const answered = tested === 1 ? "was answered as it should be" : "were answered as they should be";
  const text = `${count(tested, "probe")} ${answered} or without harm; other sessions were ${others}`;
  return { outcome: "pass", exitCode: exitCode.ok, reasons: [text] };
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? "" : "s"}`;
}
