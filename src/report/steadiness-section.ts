import type { ResultPhase, RunResult } from "../result/run-result.ts";
import type { SteadyState } from "../result/steady-schema.ts";
import { countText, plain, rateText, ratioText, secondsText, wrap } from "./format.ts";
import { renderTable, type Column } from "./terminal-table.ts";

/** A phase whose steadiness was judged. */
export type JudgedPhase = ResultPhase & { readonly steady: SteadyState };

const outcomeWords = { steady: "steady", "not-steady": "not steady", unresolved: "unresolved" } as const;

/** The phases of an even load, which alone can be steady; empty when there is none. */
export function judgedPhases({ phases }: RunResult): readonly JudgedPhase[] {
  return phases.flatMap((phase) => (phase.steady === undefined ? [] : [{ ...phase, steady: phase.steady }]));
}

/** Whether each phase of an even load held one level, and what it held. */
export function steadinessSection(result: RunResult, width: number): readonly string[] {
  const judged = judgedPhases(result);
  const [first] = judged;
  if (first === undefined) return [];
  // Where nothing can be said one line says so.
  if (judged.every(isTooShort)) {
    const phases = judged.length === 1 ? "" : `${countText(judged.length)} phases, the first: `;
    return [...wrap(`unresolved: ${phases}${first.steady.reason}`, width, "Steadiness  ")];
  }
  return [
    `Steadiness  ${headline(judged)}`,
    ...renderTable(steadinessColumns, judged.map(steadinessCells), width),
    ...steadinessNotes(judged).flatMap((note) => wrap(note, width, "  ")),
  ];
}

function isTooShort({ steady }: JudgedPhase): boolean {
  return steady.outcome === "unresolved" && steady.sustained.outcome === "unresolved";
}

function headline(judged: readonly JudgedPhase[]): string {
  const outcomes = judged.map(({ steady }) => steady.outcome);
  if (outcomes.includes("not-steady")) return "[WARN] not steady";
  return outcomes.includes("unresolved") ? "[INFO] unresolved" : "[PASS] steady";
}

/** The headings of `steadinessCells`. */
export const steadinessColumns: readonly Column[] = [
  { title: "phase", align: "left" },
  { title: "is", align: "left" },
  { title: "from", dropRank: 2 },
  { title: "mean/s" },
  { title: "worst s", dropRank: 3 },
  { title: "best s", dropRank: 3 },
  { title: "variation", dropRank: 4 },
  { title: "worst 10 s" },
  { title: "best 10 s" },
  { title: "sustained" },
];

/** What one phase held: messages delivered in its seconds, and in windows of ten of them. */
export function steadinessCells({ name, startMs, steady }: JudgedPhase): readonly string[] {
  const { delivered, sustained } = steady;
  return [
    plain(name),
    outcomeWords[steady.outcome],
    secondsText(steady.fromMs - startMs),
    rateText(delivered?.meanPerSecond),
    rateText(delivered?.minPerSecond),
    rateText(delivered?.maxPerSecond),
    ratioText(rounded(delivered?.variationRatio)),
    rateText(sustained.sustainedPerSecond),
    rateText(sustained.peakPerSecond),
    ratioText(rounded(sustained.ratio)),
  ];
}

/** Why each phase is what it is said to be, what a warm-up had to do with it, and what the figures mean. */
export function steadinessNotes(judged: readonly JudgedPhase[]): readonly string[] {
  const named = (phase: JudgedPhase, text: string): string =>
    judged.length === 1 ? text : `${plain(phase.name)}: ${text}`;
  return [
    ...judged.map((phase) => named(phase, phase.steady.reason)),
    ...judged.flatMap((phase) => warmupNotes(phase).map((note) => named(phase, note))),
    ...judged.flatMap((phase) =>
      phase.steady.sustained.outcome === "pass" ? [] : [named(phase, `sustained: ${phase.steady.sustained.reason}`)],
    ),
    `delivered messages of whole seconds of the steady part; sustained = worst / best ${windowsOf(judged)} s; latency, delivery and rates above are of the whole phase`,
  ];
}

/** Ten; merged results of long runs do not tell of so short ones. */
function windowsOf(judged: readonly JudgedPhase[]): number {
  return Math.max(...judged.map(({ steady }) => steady.sustained.windowSeconds));
}

function warmupNotes({ steady }: JudgedPhase): readonly string[] {
  const { mserCutMs, mserIsValid, explicitMs } = steady.warmup;
  if (explicitMs === 0 || mserCutMs === null || mserIsValid === false || mserCutMs <= explicitMs) return [];
  return [`the warm-up of ${secondsText(explicitMs)} was short: MSER-5 would cut ${secondsText(mserCutMs)}`];
}

/** Four digits are more than it is worth. */
function rounded(ratio: number | null | undefined): number | null {
  return ratio == null ? null : Number(ratio.toPrecision(3));
}
