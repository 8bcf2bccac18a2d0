import { readdir } from "node:fs/promises";
import { basename, dirname, extname } from "node:path";
import { exitCode, type ExitCode } from "../errors/exit-code.ts";
import type { FloodgateError } from "../errors/floodgate-error.ts";
import type { Host } from "../host/host.ts";
import type { RunRequest } from "../profile/run-request.ts";
import { defaultResultPath } from "../result/write-result.ts";

/** Where the result of a run goes, and whether it takes the place of an older file: only under a name the user chose. */
export interface ResultPlace {
  readonly path: string;
  readonly replace: boolean;
}

/** `--output`, or a new file in results/. */
export function resultPlace({ output, plan }: RunRequest, host: Host): ResultPlace {
  if (output.file !== null) return { path: output.file, replace: true };
  const run = { profile: plan.profile, runId: plan.runId, startedAtEpochMs: host.clock.epochMs() };
  return { path: defaultResultPath(run), replace: false };
}

/**
 * Files that an earlier, longer series has left beside those of this one, so that `out-*.json` would mean both; in their
 * order. `file` is what `--output` names, `count` the runs of this series.
 */
export async function leftFromLongerSeries(file: string, count: number): Promise<readonly string[]> {
  const ending = extname(file);
  const start = `${basename(file, ending)}-`;
  const names = await readdir(dirname(file)).catch(() => []);
  const ordinalOf = (name: string) => Number(/^[1-9]\d*$/.exec(name.slice(start.length, name.length - ending.length)));
  return names
    .filter((name) => name.startsWith(start) && name.endsWith(ending) && ordinalOf(name) > count)
    .sort((a, b) => ordinalOf(a) - ordinalOf(b));
}

/** A command that could not write all it was asked for has not succeeded, whatever it found. */
export function exitCodeWith(isAllWritten: boolean, code: ExitCode): ExitCode {
  return code === exitCode.ok && !isAllWritten ? exitCode.runFailed : code;
}

/** An error that does not end the command, in the form of those that do. */
export function sayProblem({ message, hint }: FloodgateError, host: Host): void {
  host.stderr.write(`error: ${message}\n${hint === undefined ? "" : `hint:  ${hint}\n`}`);
}
