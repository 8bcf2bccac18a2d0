import type { SeriesProblem } from "../compare/series-record.ts";
import { exitCode } from "../errors/exit-code.ts";
import { FloodgateError } from "../errors/floodgate-error.ts";
import type { Host } from "../host/host.ts";
import type { RunResult } from "../result/run-result.ts";
import { writeResult, type WrittenResult } from "../result/write-result.ts";
import type { OpenTarget } from "../target/open-target.ts";
import type { Threshold } from "../verdict/threshold.ts";
import { executeRun, withOpenTarget } from "./execute-run.ts";
import type { SeriesMember } from "./plan-series.ts";
import { resultPlace, sayProblem } from "./save-run.ts";
import type { StopRequests } from "./stop-requests.ts";

/** A run of a series that was made and saved. */
export interface FinishedRun {
  readonly member: SeriesMember;
  readonly result: RunResult;
  readonly written: WrittenResult;
}

/** What became of a series: the runs that were made, and what is in none of them. */
export interface FinishedSeries {
  readonly runs: readonly FinishedRun[];
  readonly problems: readonly SeriesProblem[];
}

/** What the runs of a series need beside their requests. */
export interface SeriesMeans {
  readonly thresholds: readonly Threshold[];
  readonly stopping: StopRequests;
  readonly host: Host;
  /** Called with each run as soon as it is saved, to tell of it; gives what went wrong with that. */
  readonly tell: (run: FinishedRun) => Promise<readonly SeriesProblem[]>;
}

/**
 * Makes the runs one after the other, each against a target that is opened for it alone and with connections of its own, and
 * saves each as it ends. After Ctrl-C, a run that failed as such, and one that `--abort-on-fail` cut off, no further one is
 * made. Throws what the first run throws; what a later one throws at a user is a problem of the series, and told.
 */
export async function runSeries(members: readonly SeriesMember[], means: SeriesMeans): Promise<FinishedSeries> {
  const runs: FinishedRun[] = [];
  const problems: SeriesProblem[] = [];
  for (const member of members) {
    if (means.stopping.isAsked) break;
    try {
      const run = await runMember(member, means, problems);
      if (run === null) break;
      runs.push(run);
      if (endsSeries(run.result)) break;
    } catch (error) {
      if (runs.length === 0 || !(error instanceof FloodgateError)) throw error;
      sayProblem(error, means.host);
      problems.push({ exitCode: error.exitCode, reason: `${nameOf(member)}: ${error.message}` });
      break;
    }
  }
  return { runs, problems: [...problems, ...stopProblems(runs, members, means.stopping)] };
}

/** `run 2 of 5`. */
export function nameOf({ ordinal, count }: SeriesMember): string {
  return `run ${ordinal} of ${count}`;
}

async function runMember(
  member: SeriesMember,
  means: SeriesMeans,
  problems: SeriesProblem[],
): Promise<FinishedRun | null> {
  const { request } = member;
  const { thresholds, stopping, host } = means;
  return withOpenTarget(request, stopping, host, async (target: OpenTarget) => {
    if (member.count > 1 && !request.output.quiet) host.stderr.write(`[INFO] ${nameOf(member)}\n`);
    const place = resultPlace(request, host);
    const result = await executeRun(request, { target, thresholds, stopping, spoiledPath: place.path, host });
    const run = { member, result, written: await writeResult(place.path, result, place) };
    problems.push(...(await means.tell(run)), ...writingProblems(run, host));
    return run;
  });
}

function writingProblems({ member, written }: FinishedRun, host: Host): readonly SeriesProblem[] {
  if (written.problem === null) return [];
  sayProblem(written.problem, host);
  return [{ exitCode: exitCode.runFailed, reason: `${nameOf(member)}: ${written.problem.message}` }];
}

/** Nothing better is to be had of a target that could not be reached, and nobody waits for more after a gate has failed. */
function endsSeries({ end, verdict }: RunResult): boolean {
  return end.kind === "aborted" || verdict.outcome === "failed";
}

/** A request to stop that came between two runs, or while a target was opened, is in no result. */
function stopProblems(
  runs: readonly FinishedRun[],
  members: readonly SeriesMember[],
  stopping: StopRequests,
): readonly SeriesProblem[] {
  if (!stopping.isAsked || runs.length === members.length || runs.at(-1)?.result.end.kind === "interrupted") return [];
  return [{ exitCode: stopping.exitCode, reason: `interrupted after ${runs.length} of ${members.length} runs` }];
}
