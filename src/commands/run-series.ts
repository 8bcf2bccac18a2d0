import type { SeriesProblem } from "../compare/series-record.ts";
import { FloodgateError } from "../errors/floodgate-error.ts";
import type { Host } from "../host/host.ts";
import type { RunResult } from "../result/run-result.ts";
import { varyRequest } from "../profile/vary-request.ts";
import type { Threshold } from "../verdict/threshold.ts";
import { executeRun, withOpenTarget } from "./execute-run.ts";
import { nameOfMember, type SeriesMember } from "./plan-series.ts";
import { resultPlace, type ResultPlace } from "./save-run.ts";
import { sayProblem } from "./say-problem.ts";
import type { StopRequests } from "./stop-requests.ts";

/** A run of a series that was made and, in its last form, saved. */
export interface FinishedRun {
  readonly member: SeriesMember;
  readonly result: RunResult;
  /** Where it was to be saved, and where it was. */
  readonly place: ResultPlace;
  readonly savedPath: string;
}

/** What became of a series: the runs that were made, and what is in none of them. */
export interface FinishedSeries {
  readonly runs: readonly FinishedRun[];
  readonly problems: readonly SeriesProblem[];
  /** Which runs were made again, and why, one sentence each. */
  readonly retries: readonly string[];
}

/** What the runs of a series need beside their requests. */
export interface SeriesMeans {
  readonly thresholds: readonly Threshold[];
  readonly stopping: StopRequests;
  readonly host: Host;
  /** Called with the result of each run as soon as it ends, to save it and to tell of it. */
  readonly finish: (member: SeriesMember, result: RunResult, place: ResultPlace) => Promise<SavedRun>;
  /**
   * Whether a run that was limited in every attempt ends the series: without its numbers the set cannot be compared.
   * @default false
   */
  readonly needsEveryRun?: boolean;
  /**
   * How a run against its opened target is made.
   * @default executeRun
   */
  readonly execute?: typeof executeRun;
}

/** A run that was saved, and what went wrong with that. */
export interface SavedRun {
  readonly run: FinishedRun;
  readonly problems: readonly SeriesProblem[];
}

/**
 * How often a run of a series is made at most, when the generator was limited each time and its numbers say nothing: enough
 * to get past a neighbour's busy minute, not to wait for a better machine. A single run is made once.
 */
export const mostAttempts = 3;

/**
 * Makes the runs one after the other, each against a target that is opened for it alone and with connections of its own.
 * After Ctrl-C, a run that failed as such, one that `--abort-on-fail` cut off, and, where every run is needed, one that was
 * limited in every attempt there may be, no further one is made. Throws what the first run throws; what a later one throws
 * at a user is a problem of the series, and told.
 */
export async function runSeries(members: readonly SeriesMember[], means: SeriesMeans): Promise<FinishedSeries> {
  const runs: FinishedRun[] = [];
  const problems: SeriesProblem[] = [];
  const retries: string[] = [];
  for (const member of members) {
    if (means.stopping.isAsked) break;
    try {
      const saved = await runUntilSound(member, means, retries);
      if (saved === null) break;
      runs.push(saved.run);
      problems.push(...saved.problems);
      if (endsSeries(saved.run.result) || (means.needsEveryRun === true && isLimited(saved.run.result))) break;
    } catch (error) {
      if (runs.length === 0 || !(error instanceof FloodgateError)) throw error;
      sayProblem(error, means.host);
      problems.push({ exitCode: error.exitCode, reason: `${nameOfMember(member)}: ${error.message}` });
      break;
    }
  }
  return { runs, problems: [...problems, ...stopProblems(runs, members, means.stopping)], retries };
}

/** Makes a run again in whose numbers the generator was the limit, as often as it may be. Each time is told. */
async function runUntilSound(member: SeriesMember, means: SeriesMeans, retries: string[]): Promise<SavedRun | null> {
  const { stopping, host } = means;
  const attempts = member.count === 1 ? 1 : mostAttempts;
  let attempt = member;
  for (let made = 1; ; made++) {
    const saved = await runMember(attempt, means);
    if (saved === null || !isLimited(saved.run.result) || made === attempts || stopping.isAsked) return saved;
    const retry = `${nameOfMember(member)} is made again, as the generator was limited (attempt ${made + 1} of ${attempts})`;
    retries.push(retry);
    if (!member.request.output.quiet) host.stderr.write(`[WARN] ${retry}\n`);
    attempt = { ...member, request: varyRequest(member.request, {}, host) };
  }
}

async function runMember(member: SeriesMember, means: SeriesMeans): Promise<SavedRun | null> {
  const { request } = member;
  const { stopping, host, execute = executeRun } = means;
  return withOpenTarget(request, stopping, host, async (target) => {
    if (member.count > 1 && !request.output.quiet) host.stderr.write(`[INFO] ${nameOfMember(member)}\n`);
    const place = resultPlace(request, host, member.side);
    const thresholds = thresholdsOfSide(means.thresholds, member);
    const setting = { target, thresholds, stopping, spoiledPath: place.path, host, isLastOfTarget: true };
    const result = await execute(request, setting);
    return means.finish(member, result, place);
  });
}

/** The base side is there to be compared with: that it holds what is asked of the new one is worth a word, and no gate. */
function thresholdsOfSide(thresholds: readonly Threshold[], { side }: SeriesMember): readonly Threshold[] {
  return side === "base" ? thresholds.map((threshold) => ({ ...threshold, isAdvisory: true })) : thresholds;
}

function isLimited(result: RunResult): boolean {
  return result.generator.health === "limited" && result.end.kind === "completed" && !endsSeries(result);
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
