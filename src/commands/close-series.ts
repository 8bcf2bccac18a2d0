import { makeSeries, type SeriesProblem } from "../compare/series-record.ts";
import { exitCode, type ExitCode } from "../errors/exit-code.ts";
import type { Host } from "../host/host.ts";
import type { RunRequest } from "../profile/run-request.ts";
import type { Comparison } from "../result/comparison.ts";
import { withComparison, type ComparisonGate } from "../verdict/with-comparison.ts";
import { compareRuns, type ComparisonSetup } from "./compare-runs.ts";
import { saveRun, writeRunReports } from "./finish-run.ts";
import { nameOfMember, type SeriesMember } from "./plan-series.ts";
import type { ReportPlan } from "./report-files.ts";
import { reportSeries } from "./report-run.ts";
import type { FinishedRun, FinishedSeries, SavedRun } from "./run-series.ts";

/** A series that is over, and what it was made for. */
export interface ClosedSeries extends FinishedSeries {
  readonly request: RunRequest;
  readonly members: readonly SeriesMember[];
  /** Null when the runs are not to be compared. */
  readonly setup: ComparisonSetup | null;
  /** By the order of the runs. */
  readonly reports: readonly ReportPlan[];
  /** The run that is to say what all of them came to, whose reports are not written yet; undefined when none is. */
  readonly awaited: SeriesMember | undefined;
}

/** Compares the runs of a series, when all were made and it was asked for, and tells what they came to together. */
export async function closeSeries(series: ClosedSeries, host: Host): Promise<ExitCode> {
  const { request, members, setup } = series;
  const askedRuns = members.length;
  const comparison = series.runs.length === askedRuns ? compareAll(series) : null;
  const { runs, problems } = await finishAwaited(series, comparison, host);
  const isToBeCompared = setup !== null;
  const isUndecided = isToBeCompared && comparison === null && request.series.failOnRegression;
  const record = makeSeries(
    runs.map(({ member, result }) => ({ name: nameOfMember(member), side: member.side, result })),
    {
      askedRuns,
      comparison,
      isToBeCompared,
      retries: series.retries,
      problems: [...problems, ...(isUndecided ? [undecided(runs.length, askedRuns)] : [])],
    },
  );
  // Interrupted before there was anything: as with a single run, nothing is to be told.
  if (runs.length > 0) await reportSeries(request.output, record, host);
  return record.verdict.exitCode;
}

/** A gate was asked for and could not be judged. What ended the series early weighs more, unless it was a limited run. */
function undecided(made: number, askedRuns: number): SeriesProblem {
  return { exitCode: exitCode.inconclusive, reason: `nothing was compared: ${made} of ${askedRuns} runs were made` };
}

function compareAll({ setup, request, runs }: ClosedSeries): Comparison | null {
  const named = runs.map(({ member, result, savedPath }) => ({ name: savedPath, result, side: member.side }));
  return setup === null ? null : compareRuns(setup, named, request.series);
}

/** The last result of the new side is saved once more when there is a comparison to say; its reports are written now. */
async function finishAwaited(
  series: ClosedSeries,
  comparison: Comparison | null,
  host: Host,
): Promise<Pick<FinishedSeries, "runs" | "problems">> {
  const awaited = series.runs.find(({ member }) => member.ordinal === series.awaited?.ordinal);
  if (awaited === undefined) return series;
  const { run, problems } =
    comparison === null
      ? { run: awaited, problems: [] }
      : await saveAgain(awaited, comparison, series.request.series, host);
  const reportProblems = await writeRunReports(run, series.reports[run.member.ordinal - 1]!, host);
  return {
    runs: series.runs.map((each) => (each === awaited ? run : each)),
    problems: [...series.problems, ...problems, ...reportProblems],
  };
}

function saveAgain(
  { member, result, savedPath }: FinishedRun,
  comparison: Comparison,
  gate: ComparisonGate,
  host: Host,
): Promise<SavedRun> {
  return saveRun(member, withComparison(result, comparison, gate), { path: savedPath, replace: true }, host);
}
