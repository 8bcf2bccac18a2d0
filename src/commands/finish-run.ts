import type { SeriesProblem } from "../compare/series-record.ts";
import { exitCode } from "../errors/exit-code.ts";
import type { Host } from "../host/host.ts";
import type { RunResult } from "../result/run-result.ts";
import { checkWritable, writeResult } from "../result/write-result.ts";
import { annotateJob } from "./annotate-job.ts";
import { nameOfMember, type SeriesMember } from "./plan-series.ts";
import { checkReports, planReports, removeOldReports, writeReports, type ReportPlan } from "./report-files.ts";
import { reportMember, reportRun } from "./report-run.ts";
import type { FinishedRun, SavedRun } from "./run-series.ts";
import { resultPlace, type ResultPlace } from "./save-run.ts";
import { sayProblem } from "./say-problem.ts";

/** Finds the place of every file of every run, and that it can be written. The reports are in the order of the runs. */
export async function planFiles(members: readonly SeriesMember[], host: Host): Promise<readonly ReportPlan[]> {
  const kept = members.map(({ request, side }) => ({
    name: "what --output names",
    path: resultPlace(request, host, side).path,
  }));
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

/** Saves a result. Where it cannot be written is told, and a problem of the run. */
export async function saveRun(
  member: SeriesMember,
  result: RunResult,
  place: ResultPlace,
  host: Host,
): Promise<SavedRun> {
  const written = await writeResult(place.path, result, place);
  if (written.problem !== null) sayProblem(written.problem, host);
  const problems = written.problem === null ? [] : [problemOf(member, written.problem.message)];
  return { run: { member, result, place, savedPath: written.path }, problems };
}

/** Writes the reports of a run and, in a job of GitHub Actions, its annotations: once all is known that they are to say. */
export async function writeRunReports(
  { member, result }: FinishedRun,
  reports: ReportPlan,
  host: Host,
): Promise<readonly SeriesProblem[]> {
  const areWritten = await writeReports(reports, result, host);
  annotateJob(result, host);
  return areWritten ? [] : [problemOf(member, "not every report could be written")];
}

function problemOf(member: SeriesMember, reason: string): SeriesProblem {
  return { exitCode: exitCode.runFailed, reason: `${nameOfMember(member)}: ${reason}` };
}

/** A single run in full; one of several in a few lines. */
export async function tellOfRun(run: FinishedRun, reports: ReportPlan, host: Host): Promise<void> {
  const { member, result, savedPath } = run;
  const output = reports.takesStdout ? { ...member.request.output, quiet: true } : member.request.output;
  if (member.count === 1) await reportRun(output, result, savedPath, host);
  else await reportMember(output, result, { name: nameOfMember(member), savedPath }, host);
}
