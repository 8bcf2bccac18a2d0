import { exitCode, weightiestExitCode, type ExitCode } from "../errors/exit-code.ts";
import type { Comparison } from "../result/comparison.ts";
import type { RunResult } from "../result/run-result.ts";
import { spreadOf, type MetricSpread } from "./series-spread.ts";

/** Which of two targets that take turns a run was aimed at; null where there is but one. */
export type SeriesSide = "base" | "new" | null;

/** One run of a series, with the name it is told by: `run 2 of 5`. */
export interface SeriesRun {
  readonly name: string;
  readonly side: SeriesSide;
  readonly result: RunResult;
}

/** Several runs of the same, and what they came to together. What `run --repeat n --json` prints. */
export interface RunSeries {
  readonly schema: "floodgate.series/1";
  /** How many runs were asked for; fewer when one of them ended the series. */
  readonly askedRuns: number;
  /** In the order they were made. */
  readonly runs: readonly RunResult[];
  /** Of each side, over the runs that can be held against each other. */
  readonly spreads: readonly SideSpread[];
  /** Which runs were made again or are in no spread, and why; why there is no comparison; one sentence each. */
  readonly warnings: readonly string[];
  /** With the baseline, or of the two targets; null when none was asked for, or not all runs were made. */
  readonly comparison: Comparison | null;
  readonly verdict: SeriesVerdict;
}

/** How far the runs of a side lay apart. */
export interface SideSpread {
  readonly side: SeriesSide;
  /** Empty with fewer than two runs. */
  readonly metrics: readonly MetricSpread[];
}

/** What became of a series as a whole. */
export interface SeriesVerdict {
  readonly exitCode: ExitCode;
  /** At least one. */
  readonly reasons: readonly string[];
}

/** Something that went wrong in a series and is in no result. */
export interface SeriesProblem {
  readonly exitCode: ExitCode;
  readonly reason: string;
}

/** What is known of a series beside its runs. */
export interface SeriesFacts {
  readonly askedRuns: number;
  readonly comparison?: Comparison | null;
  /** Whether one was asked for. @default false */
  readonly isToBeCompared?: boolean;
  /** Which runs were made again, and why. @default [] */
  readonly retries?: readonly string[];
  /** What beside the verdicts of the runs went wrong. @default [] */
  readonly problems?: readonly SeriesProblem[];
}

/** The series of these runs. */
export function makeSeries(runs: readonly SeriesRun[], facts: SeriesFacts): RunSeries {
  const { askedRuns, comparison = null, isToBeCompared = false, retries = [] } = facts;
  const sides = [...new Set(runs.map(({ side }) => side))].sort();
  const isUncompared = isToBeCompared && comparison === null;
  return {
    schema: "floodgate.series/1",
    askedRuns,
    runs: runs.map(({ result }) => result),
    spreads: sides.map((side) => ({ side, metrics: spreadOfSide(runs.filter((run) => run.side === side)) })),
    warnings: [
      ...retries,
      ...runs.flatMap(leftOutWarning),
      ...(isUncompared ? [`nothing was compared: ${runs.length} of ${askedRuns} runs were made`] : []),
    ],
    comparison,
    verdict: seriesVerdict(runs, facts),
  };
}

function leftOutWarning({ name, result }: SeriesRun): readonly string[] {
  const reason = whyLeftOut(result);
  return reason === null ? [] : [`${name} is not in the spread: ${reason}`];
}

function spreadOfSide(runs: readonly SeriesRun[]): readonly MetricSpread[] {
  const sound = runs.filter(({ result }) => whyLeftOut(result) === null);
  return sound.length < 2 ? [] : spreadOf(sound.map(({ result }) => result));
}

function seriesVerdict(runs: readonly SeriesRun[], { askedRuns, problems = [] }: SeriesFacts): SeriesVerdict {
  const codeOf = ({ result }: SeriesRun) => result.verdict.exitCode as ExitCode;
  const code = weightiestExitCode([...runs.map(codeOf), ...problems.map((problem) => problem.exitCode)]);
  const passed = runs.filter((run) => codeOf(run) === exitCode.ok).length;
  const reasons = [
    ...problems.map(({ reason }) => reason),
    ...runs
      .filter((run) => codeOf(run) !== exitCode.ok)
      .sort((a, b) => Number(codeOf(b) === code) - Number(codeOf(a) === code))
      .map(reasonOf),
  ];
  return { exitCode: code, reasons: reasons.length === 0 ? [`${passed} of ${askedRuns} runs passed`] : reasons };
}

/** A regression is one of all runs together, though the last of them carries it. */
function reasonOf({ result, name }: SeriesRun): string {
  const [first = result.verdict.outcome] = result.verdict.reasons;
  return result.verdict.exitCode === exitCode.regression ? first : `${name}: ${first}`;
}

/** Why the numbers of a run cannot be held against those of another; null when they can. */
export function whyLeftOut({ end, generator, verdict }: RunResult): string | null {
  if (end.kind !== "completed") return `it was ${end.kind === "failed" ? "cut off by a failure" : end.kind}`;
  // A run that came to nothing says so, whatever its generator was like.
  if (verdict.outcome === "failed") return "the run failed";
  return generator.health === "limited" ? "the generator was limited" : null;
}
