import { exitCode, weightiestExitCode, type ExitCode } from "../errors/exit-code.ts";
import type { Host } from "../host/host.ts";
import type { RunRequest } from "../profile/run-request.ts";
import type { RunResult } from "../result/run-result.ts";
import { withComparison } from "../verdict/with-comparison.ts";
import { announceNotes } from "./announce-run.ts";
import { checkLocalAddresses } from "./check-local-addresses.ts";
import { closeSeries } from "./close-series.ts";
import { compareRuns, prepareComparison, type ComparisonSetup } from "./compare-runs.ts";
import { planFiles, saveRun, tellOfRun, writeRunReports } from "./finish-run.ts";
import { planSeries, type SeriesMember } from "./plan-series.ts";
import { readThresholds } from "./read-thresholds.ts";
import { runSeries, type FinishedSeries } from "./run-series.ts";
import { warnOfLongerSeries, type ResultPlace } from "./save-run.ts";
import { StopRequests } from "./stop-requests.ts";

/** `floodgate run`: checks, then for each run target, load, result, verdict, report; then what the runs come to together. */
export async function runTest(request: RunRequest, host: Host): Promise<ExitCode> {
  const setup = await prepareComparison(request, host);
  const { thresholds, notes } = readThresholds(request, setup?.baseline);
  const members = planSeries(request, host);
  await checkLocalAddresses(request.plan);
  const reports = await planFiles(members, host);
  await warnOfLongerSeries(request.output.file, members, host);
  const stopping = new StopRequests(host);
  try {
    const reportNotes = new Set(reports.flatMap((plan) => plan.notes));
    announceNotes(request.output, [...request.notes, ...notes, ...reportNotes], host);
    const isSeries = members.length > 1;
    // Its reports have to wait for what all runs come to.
    const awaited = isSeries && setup !== null ? members.findLast(({ side }) => side !== "base") : undefined;
    const finish = async (member: SeriesMember, measured: RunResult, place: ResultPlace) => {
      const own = reports[member.ordinal - 1]!;
      const result = isSeries || setup === null ? measured : compared(request, setup, measured, place);
      const { run, problems } = await saveRun(member, result, place, host);
      const isAwaited = member.ordinal === awaited?.ordinal;
      const reportProblems = isAwaited ? [] : await writeRunReports(run, own, host);
      await tellOfRun(run, own, host);
      return { run, problems: [...problems, ...reportProblems] };
    };
    const needsEveryRun = awaited !== undefined;
    const made = await runSeries(members, { thresholds, stopping, host, finish, needsEveryRun });
    return isSeries
      ? await closeSeries({ ...made, request, members, setup, reports, awaited }, host)
      : exitCodeOf(made, stopping.exitCode);
  } finally {
    stopping.release();
  }
}

/** A single run is all there is to be compared, so its result says what that came to. */
function compared(request: RunRequest, setup: ComparisonSetup, result: RunResult, { path }: ResultPlace): RunResult {
  const comparison = compareRuns(setup, [{ name: path, result, side: null }], request.series);
  return withComparison(result, comparison, request.series);
}

/** Of a single run. A result that is not where it should be makes a run that went well a failed one, and no other. */
function exitCodeOf({ runs, problems }: FinishedSeries, whenStopped: ExitCode): ExitCode {
  const [run] = runs;
  if (run === undefined) return whenStopped;
  const code = run.result.verdict.exitCode as ExitCode;
  return code === exitCode.ok ? weightiestExitCode(problems.map((problem) => problem.exitCode)) : code;
}
