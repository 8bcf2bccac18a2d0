import { makeSeries, type SeriesProblem } from "../compare/series-record.ts";
import { exitCode, weightiestExitCode, type ExitCode } from "../errors/exit-code.ts";
import type { Host } from "../host/host.ts";
import type { RunRequest } from "../profile/run-request.ts";
import { checkWritable } from "../result/write-result.ts";
import { annotateJob } from "./annotate-job.ts";
import { announceNotes } from "./announce-run.ts";
import { checkLocalAddresses } from "./check-local-addresses.ts";
import { planSeries, type SeriesMember } from "./plan-series.ts";
import { readThresholds } from "./read-thresholds.ts";
import { checkReports, planReports, removeOldReports, writeReports, type ReportPlan } from "./report-files.ts";
import { reportMember, reportRun, reportSeries } from "./report-run.ts";
import { nameOf, runSeries, type FinishedRun, type FinishedSeries } from "./run-series.ts";
import { leftFromLongerSeries, resultPlace } from "./save-run.ts";
import { StopRequests } from "./stop-requests.ts";

/** `floodgate run`: checks, then for each run target, load, result, verdict, report; in this order. */
export async function runTest(request: RunRequest, host: Host): Promise<ExitCode> {
  const { thresholds, notes } = readThresholds(request);
  const members = planSeries(request, host);
  await checkLocalAddresses(request.plan);
  const reports = await planFiles(members, host);
  await warnOfOlderSeries(request, host);
  const stopping = new StopRequests(host);
  try {
    const reportNotes = new Set(reports.flatMap((plan) => plan.notes));
    announceNotes(request.output, [...request.notes, ...notes, ...reportNotes], host);
    const tell = (run: FinishedRun) => tellOfRun(run, reports[run.member.ordinal - 1]!, host);
    const series = await runSeries(members, { thresholds, stopping, host, tell });
    if (members.length > 1) return await closeSeries(request, series, host);
    return exitCodeOf(series);
  } finally {
    stopping.release();
  }
}

async function warnOfOlderSeries({ output, series }: RunRequest, host: Host): Promise<void> {
  if (output.file === null || series.repeat === 1 || output.quiet) return;
  const left = await leftFromLongerSeries(output.file, series.repeat);
  if (left.length === 0) return;
  host.stderr.write(`[WARN] left from a longer series, and not of this one: ${left.join(", ")}\n`);
}

/** The place of every file of every run, found to be writable: the reports by the order of the runs. */
async function planFiles(members: readonly SeriesMember[], host: Host): Promise<readonly ReportPlan[]> {
  const kept = members.map(({ request }) => ({ name: "what --output names", path: resultPlace(request, host).path }));
  const plans: ReportPlan[] = [];
  for (const { request } of members) {
    const { reports, json } = request.output;
    plans.push(await planReports(reports, { kept, json }, host));
  }
  for (const plan of plans) await checkReports(plan);
  for (const { path } of kept) await checkWritable(path);
  for (const plan of plans) await removeOldReports(plan);
  return plans;
}

async function tellOfRun(run: FinishedRun, reports: ReportPlan, host: Host): Promise<readonly SeriesProblem[]> {
  const { member, result, written } = run;
  const areReportsWritten = await writeReports(reports, result, host);
  const output = reports.takesStdout ? { ...member.request.output, quiet: true } : member.request.output;
  if (member.count === 1) await reportRun(output, result, written.path, host);
  else await reportMember(output, result, { name: nameOf(member), savedPath: written.path }, host);
  annotateJob(result, host);
  if (areReportsWritten) return [];
  return [{ exitCode: exitCode.runFailed, reason: `${nameOf(member)}: not every report could be written` }];
}

async function closeSeries(request: RunRequest, { runs, problems }: FinishedSeries, host: Host): Promise<ExitCode> {
  const results = runs.map(({ result }) => result);
  const series = makeSeries(results, request.series.repeat, problems);
  // Interrupted before there was anything: as with a single run, nothing is to be told.
  if (runs.length > 0) await reportSeries(request.output, series, host);
  return series.verdict.exitCode;
}

/** Of a single run. */
function exitCodeOf({ runs, problems }: FinishedSeries): ExitCode {
  const codes = runs.map(({ result }) => result.verdict.exitCode as ExitCode);
  // A result that is not where it should be makes a run that went well a failed one, and no other.
  const main = weightiestExitCode(codes);
  return main === 0 ? weightiestExitCode(problems.map(({ exitCode }) => exitCode)) : main;
}
