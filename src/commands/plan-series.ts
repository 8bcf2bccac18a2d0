import type { SeriesSide } from "../compare/series-record.ts";
import { usageError } from "../errors/floodgate-error.ts";
import type { Host } from "../host/host.ts";
import type { OutputRequest, RunRequest } from "../profile/run-request.ts";
import { varyRequest } from "../profile/vary-request.ts";
import { fileOfMember } from "./member-file.ts";
import { isForJobSummary } from "./report-files.ts";

/** One run of a series, with its place in it. */
export interface SeriesMember {
  /** With the files of its own that `--output` and the reports come to. */
  readonly request: RunRequest;
  readonly side: SeriesSide;
  /** 1, 2 ... of `count`, in the order they are run. */
  readonly ordinal: number;
  readonly count: number;
}

/**
 * The runs a request asks for, all made before the first of them is run, so that what stands in files is read once. Each
 * has a run id of its own, and a seed of its own unless one was asked for. A single run is a series of one. Throws usage
 * errors.
 */
export function planSeries(request: RunRequest, host: Host): readonly SeriesMember[] {
  const { repeat, interleave } = request.series;
  if (interleave !== null) return planTurns(request, interleave, host);
  if (repeat === 1) return [{ request, side: null, ordinal: 1, count: 1 }];
  return Array.from({ length: repeat }, (_, index) => {
    const own = index === 0 ? request : varyRequest(request, {}, host);
    const output = outputOfMember(request.output, String(index + 1), "--repeat");
    return { request: { ...own, output }, side: null, ordinal: index + 1, count: repeat };
  });
}

/**
 * Two targets in turns, base new new base and so on (ABBA): what drifts with time meets both alike. The k-th runs of both
 * sides have one seed, so that both are offered the same messages at the same instants. Their results are tagged with
 * their side.
 */
function planTurns(request: RunRequest, newUrl: string, host: Host): readonly SeriesMember[] {
  refuseUnlikeTargets(request);
  const { repeat } = request.series;
  const hasSeed = request.settings.seed !== undefined;
  return Array.from({ length: repeat }, (_, turn) => {
    const seed = hasSeed ? request.plan.seed : host.randomSeed();
    const sides = sidesOfTurn(turn);
    return sides.map((side, place): SeriesMember => {
      const changes = { seed, tags: { side }, ...(side === "new" && { url: newUrl }) };
      const own = varyRequest(request, changes, host);
      const output = outputOfMember(request.output, `${side}-${turn + 1}`, "--interleave");
      return { request: { ...own, output }, side, ordinal: 2 * turn + place + 1, count: 2 * repeat };
    });
  }).flat();
}

/** Base first in every other turn, from the first on. */
export function sidesOfTurn(turn: number): readonly ["base", "new"] | readonly ["new", "base"] {
  return turn % 2 === 0 ? ["base", "new"] : ["new", "base"];
}

/** Two targets are compared as they are had: both running already, and neither watched closer than the other. */
function refuseUnlikeTargets({ target }: RunRequest): void {
  if (target.kind === "url" && target.memory === null) return;
  const [problem, mend] = unlikeTargets[target.kind];
  throw usageError(`--interleave ${problem}`, mend);
}

const unlikeTargets: Readonly<Record<RunRequest["target"]["kind"], readonly [problem: string, mend: string]>> = {
  mock: ["needs the URL of the first target", "add --target ws://127.0.0.1:8080/ or the like"],
  spawn: [
    "and --spawn cannot be given together: only one of two targets would be started anew",
    "start both servers, and name their URLs",
  ],
  url: ["cannot read the memory of one target and not of the other", "leave out --target-pid and --target-metrics"],
};

/**
 * Every file under a name of this run's own; the summary of a job holds all of them. Throws a usage error for a report on
 * stdout, as there would be several.
 */
function outputOfMember(output: OutputRequest, mark: string, flag: string): OutputRequest {
  const reports = output.reports.map((report) => {
    if (isForJobSummary(report)) return report;
    if (report.file !== "-") return { flag: report.flag, file: fileOfMember(report.file, mark) };
    throw usageError(`${report.flag} - cannot be given with ${flag}: each run has a report`, "name a file for them");
  });
  return { ...output, reports, file: output.file === null ? null : fileOfMember(output.file, mark) };
}

/** `run 2 of 5`; with two sides `run 2 of 10 (new)`. */
export function nameOfMember({ ordinal, count, side }: SeriesMember): string {
  return `run ${ordinal} of ${count}${side === null ? "" : ` (${side})`}`;
}
