import { basename, dirname, extname, join } from "node:path";
import { usageError } from "../errors/floodgate-error.ts";
import type { Host } from "../host/host.ts";
import type { OutputRequest, RunRequest } from "../profile/run-request.ts";
import { varyRequest } from "../profile/vary-request.ts";
import { isForJobSummary } from "./report-files.ts";

/** One run of a series, with its place in it. */
export interface SeriesMember {
  /** With the file of its own that `--output` comes to. */
  readonly request: RunRequest;
  /** 1, 2 ... of `count`, in the order they are run. */
  readonly ordinal: number;
  readonly count: number;
}

/**
 * The runs a request asks for, all made before the first of them is run, so that what stands in files is read once. Each
 * has a run id of its own, and a seed of its own unless one was asked for. A single run is a series of one.
 */
export function planSeries(request: RunRequest, host: Host): readonly SeriesMember[] {
  const count = request.series.repeat;
  return Array.from({ length: count }, (_, index) => {
    const ordinal = index + 1;
    const own = index === 0 ? request : varyRequest(request, {}, host);
    const output = count === 1 ? request.output : outputOfMember(request.output, String(ordinal));
    return { request: { ...own, output }, ordinal, count };
  });
}

/** Every file under a name of this run's own; the summary of a job holds all of them. Throws a usage error for a report on stdout, as there would be several. */
function outputOfMember(output: OutputRequest, mark: string): OutputRequest {
  const reports = output.reports.map((report) => {
    const { flag, file } = report;
    if (isForJobSummary(report)) return report;
    if (file === "-")
      throw usageError(`${flag} - cannot be given with --repeat: each run has a report`, "name a file for them");
    return { flag, file: fileOfMember(file, mark) };
  });
  return { ...output, reports, file: output.file === null ? null : fileOfMember(output.file, mark) };
}

/** `out-2.json` for the second run that is to be saved to `out.json`: what tells runs apart stands before the ending. */
export function fileOfMember(file: string, mark: string): string {
  const ending = extname(file);
  return join(dirname(file), `${basename(file, ending)}-${mark}${ending}`);
}
