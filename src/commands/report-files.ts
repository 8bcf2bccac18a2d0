import { realpath, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { runError, usageError, type FloodgateError } from "../errors/floodgate-error.ts";
import type { Host } from "../host/host.ts";
import type { ReportRequest } from "../profile/run-request.ts";
import { reporters, type Reporter } from "../report/reporters.ts";
import type { RunResult } from "../result/run-result.ts";
import { fileErrorReason, writeAtomically } from "../result/write-atomically.ts";
import { checkWritable, resultText } from "../result/write-result.ts";
import { appendJobSummary, checkJobSummary, jobSummaryFile } from "./job-summary.ts";
import { readPageAssets } from "./read-page-assets.ts";
import { sayProblem } from "./say-problem.ts";

/** The reports of a command with their places. */
export interface ReportPlan<Subject = RunResult> {
  readonly reports: readonly PlannedReport<Subject>[];
  /** Whether a report takes the place of the summary. */
  readonly takesStdout: boolean;
  /** Lines for people: what is not written, and why. Mostly empty. */
  readonly notes: readonly string[];
  /** The command that makes a report again, without its flag. */
  readonly again: string;
}

interface PlannedReport<Subject> {
  readonly reporter: Reporter<Subject>;
  readonly place: ReportPlace;
}

type ReportPlace =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "stdout" }
  /** The summary of a GitHub job, which others append to as well. */
  | { readonly kind: "job-summary"; readonly path: string }
  /** `auto` outside of a GitHub job. */
  | { readonly kind: "nowhere" };

/** What else a command reads and writes. */
export interface OtherOutputs {
  /** Files that no report may take the place of, with what they are called. */
  readonly kept: readonly { readonly name: string; readonly path: string }[];
  /** Whether the result goes to the standard output. */
  readonly json: boolean;
  /**
   * The command that makes a report again.
   * @default "floodgate report <result.json>"
   */
  readonly again?: string;
}

/** Finds the place of each report of a result. Throws a usage error when two have the same. Looks at names only. */
export function planReports(
  requests: readonly ReportRequest[],
  others: OtherOutputs,
  host: Pick<Host, "env">,
): Promise<ReportPlan> {
  return planReportsOf(reporters, requests, others, host);
}

/** The same for reports of whatever the table has reports of. */
export async function planReportsOf<Subject>(
  table: readonly Reporter<Subject>[],
  requests: readonly ReportRequest[],
  others: OtherOutputs,
  host: Pick<Host, "env">,
): Promise<ReportPlan<Subject>> {
  const reports = requests.map((request): PlannedReport<Subject> => {
    const reporter = reporterOf(request.flag, table);
    return { reporter, place: placeOf(request, reporter, host) };
  });
  refuseSharedStdout(reports, others);
  await refuseSharedFiles(reports, others);
  return {
    reports,
    takesStdout: reports.some(({ place }) => place.kind === "stdout"),
    notes: reports
      .filter(({ place }) => place.kind === "nowhere")
      .map(({ reporter }) => `${reporter.flag} auto: no job of GitHub Actions (GITHUB_STEP_SUMMARY is not set)`),
    again: others.again ?? "floodgate report <result.json>",
  };
}

/** Finds out whether every report can be written at its place, making folders. Throws a usage error when not. */
export async function checkReports({ reports }: ReportPlan<never>): Promise<void> {
  for (const { reporter, place } of reports) await checkPlace(reporter.flag, place);
}

/** Takes reports of an earlier run away: if this one dies without any, an older one must not be taken for its own. */
export async function removeOldReports({ reports }: ReportPlan<never>): Promise<void> {
  for (const { place } of reports) if (place.kind === "file") await rm(place.path, { force: true });
}

/**
 * Writes every report, each whole or not at all. One that cannot be written after all is told on stderr and keeps none of
 * the others; the answer is whether all were written.
 */
export async function writeReports<Subject extends object>(
  { reports, again }: ReportPlan<Subject>,
  subject: Subject,
  host: Host,
): Promise<boolean> {
  let areAllWritten = true;
  // As a reader of the file will have it: histograms that are still at hand know more than their saved form.
  const saved = reports.length === 0 ? subject : (JSON.parse(resultText(subject)) as Subject);
  for (const { reporter, place } of reports) {
    if (place.kind === "nowhere") continue;
    const render = await reporter.load({ pageAssets: readPageAssets });
    const { flag } = reporter;
    const howAgain = `${again} ${flag} <file> makes it again`;
    const problem = await writeTo(place, render(saved), { flag, again: howAgain }, host);
    if (problem === null) continue;
    areAllWritten = false;
    sayProblem(problem, host);
  }
  return areAllWritten;
}

/** Whether the report is not for a file of its own: `--md auto`. */
export function isForJobSummary({ flag, file }: ReportRequest): boolean {
  return file === "auto" && reporterOf(flag, reporters).knowsJobSummary === true;
}

function placeOf(
  request: ReportRequest,
  { knowsJobSummary }: Pick<Reporter, "knowsJobSummary">,
  { env }: Pick<Host, "env">,
): ReportPlace {
  if (request.file === "-") return { kind: "stdout" };
  if (request.file !== "auto" || knowsJobSummary !== true) return { kind: "file", path: request.file };
  const path = jobSummaryFile(env);
  return path === null ? { kind: "nowhere" } : { kind: "job-summary", path };
}

async function checkPlace(flag: string, place: ReportPlace): Promise<void> {
  if (place.kind === "job-summary") await checkJobSummary(place.path, flag);
  if (place.kind !== "file") return;
  await checkWritable(place.path, { name: `the report of ${flag}`, flag, toStdout: `${flag} -` });
}

/** Null when it went well. */
async function writeTo(
  place: Exclude<ReportPlace, { kind: "nowhere" }>,
  text: string,
  { flag, again }: { readonly flag: string; readonly again: string },
  host: Host,
): Promise<FloodgateError | null> {
  if (place.kind === "stdout") {
    host.stdout.write(text);
    return null;
  }
  try {
    if (place.kind === "file") await writeAtomically(place.path, text, true);
    else {
      const written = await appendJobSummary(place.path, text);
      if (written === "full") return runError(`${flag} auto: the job's summary is full: it holds 1 MiB`, again);
      if (written === "cut") host.stderr.write(`[WARN] ${flag} auto: cut, as the job's summary holds 1 MiB\n`);
    }
    return null;
  } catch (error) {
    const what = `the report of ${flag} cannot be written to "${place.path}": ${fileErrorReason(error)}`;
    return runError(what, again, error);
  }
}

function reporterOf<Subject>(flag: string, table: readonly Reporter<Subject>[]): Reporter<Subject> {
  const reporter = table.find((candidate) => candidate.flag === flag);
  if (reporter === undefined) throw new Error(`there is no report ${flag}. This is a bug in floodgate.`);
  return reporter;
}

function refuseSharedStdout(reports: readonly PlannedReport<never>[], { json }: OtherOutputs): void {
  const toStdout = reports.filter(({ place }) => place.kind === "stdout").map(({ reporter }) => `${reporter.flag} -`);
  const [first, second] = [...(json ? ["--json"] : []), ...toStdout];
  if (first === undefined || second === undefined) return;
  throw usageError(
    `${first} and ${second} cannot be given together: both would write to stdout`,
    "name a file for one of them",
  );
}

async function refuseSharedFiles(reports: readonly PlannedReport<never>[], { kept }: OtherOutputs): Promise<void> {
  const taken = new Map<string, string>();
  for (const { name, path } of kept) taken.set(await trueName(path), name);
  for (const { reporter, place } of reports) {
    if (place.kind !== "file") continue;
    const name = await trueName(place.path);
    const other = taken.get(name);
    if (other !== undefined) {
      throw usageError(
        `the report of ${reporter.flag} cannot be written to "${place.path}": that file is ${other}`,
        `name another file with ${reporter.flag} <file>`,
      );
    }
    taken.set(name, `what ${reporter.flag} names`);
  }
}

/** The one name of a file, whatever links lead to it; a file that is not there yet has that of its directory. */
async function trueName(path: string): Promise<string> {
  const whole = resolve(path);
  try {
    return await realpath(whole);
  } catch {
    const directory = await realpath(dirname(whole)).catch(() => dirname(whole));
    return join(directory, basename(whole));
  }
}
