import { weightiestExitCode, type ExitCode } from "../errors/exit-code.ts";
import type { RunResult } from "../result/run-result.ts";
import { spreadOf, type MetricSpread } from "./series-spread.ts";

/** Several runs of the same, and what they came to together. What `run --repeat n --json` prints. */
export interface RunSeries {
  readonly schema: "floodgate.series/1";
  /** How many runs were asked for; fewer when one of them ended the series. */
  readonly askedRuns: number;
  /** In the order they were made. */
  readonly runs: readonly RunResult[];
  /** Over the runs that can be held against each other; empty with fewer than two of those. */
  readonly spread: readonly MetricSpread[];
  /** Which runs are not in the spread, and why, one sentence each. */
  readonly leftOut: readonly string[];
  readonly verdict: SeriesVerdict;
}

/** What became of a series as a whole. */
export interface SeriesVerdict {
  readonly exitCode: ExitCode;
  /** At least one. */
  readonly reasons: readonly string[];
}

/** The series of these runs. `problems`: what beside their verdicts went wrong, with the exit code it means. */
export function makeSeries(
  runs: readonly RunResult[],
  askedRuns: number,
  problems: readonly SeriesProblem[] = [],
): RunSeries {
  const judged = runs.map((result, index) => ({ result, name: `run ${index + 1} of ${askedRuns}` }));
  const sound = judged.filter(({ result }) => whyLeftOut(result) === null);
  return {
    schema: "floodgate.series/1",
    askedRuns,
    runs,
    spread: sound.length < 2 ? [] : spreadOf(sound.map(({ result }) => result)),
    leftOut: judged.flatMap(({ result, name }) => {
      const reason = whyLeftOut(result);
      return reason === null ? [] : [`${name} is not in the spread: ${reason}`];
    }),
    verdict: seriesVerdict(judged, askedRuns, problems),
  };
}

/** Something that went wrong in a series and is in no result. */
export interface SeriesProblem {
  readonly exitCode: ExitCode;
  readonly reason: string;
}

function seriesVerdict(
  judged: readonly { readonly result: RunResult; readonly name: string }[],
  askedRuns: number,
  problems: readonly SeriesProblem[],
): SeriesVerdict {
  const codes = judged.map(({ result }) => result.verdict.exitCode as ExitCode);
  const code = weightiestExitCode([...codes, ...problems.map(({ exitCode }) => exitCode)]);
  const passed = codes.filter((each) => each === 0).length;
  const reasons = [
    ...problems.map(({ reason }) => reason),
    ...judged
      .filter(({ result }) => result.verdict.exitCode !== 0)
      .sort((a, b) => Number(b.result.verdict.exitCode === code) - Number(a.result.verdict.exitCode === code))
      .map(({ result, name }) => `${name}: ${result.verdict.reasons[0] ?? result.verdict.outcome}`),
  ];
  return { exitCode: code, reasons: reasons.length === 0 ? [`${passed} of ${askedRuns} runs passed`] : reasons };
}

/** Why the numbers of a run cannot be held against those of another; null when they can. */
export function whyLeftOut({ end, generator, verdict }: RunResult): string | null {
  if (end.kind !== "completed") return `it was ${end.kind === "failed" ? "cut off by a failure" : end.kind}`;
  if (generator.health === "limited") return "the generator was limited";
  return verdict.outcome === "failed" ? "the run failed" : null;
}
