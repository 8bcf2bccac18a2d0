import { exitCode, type ExitCode } from "../errors/exit-code.ts";
import type { FloodgateError } from "../errors/floodgate-error.ts";
import type { Host } from "../host/host.ts";
import type { RunRequest } from "../profile/run-request.ts";
import type { RunResult } from "../result/run-result.ts";
import { defaultResultPath, type WrittenResult } from "../result/write-result.ts";

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

/** What a saved run ends with: its verdict; one that could not be saved where it should be has not gone well. */
export function exitCodeOf(result: RunResult, written: WrittenResult, host: Host): ExitCode {
  if (written.problem !== null) sayProblem(written.problem, host);
  return exitCodeWith(written.problem === null, result.verdict.exitCode as ExitCode);
}

/** A command that could not write all it was asked for has not succeeded, whatever it found. */
export function exitCodeWith(isAllWritten: boolean, code: ExitCode): ExitCode {
  return code === exitCode.ok && !isAllWritten ? exitCode.runFailed : code;
}

/** An error that does not end the command, in the form of those that do. */
export function sayProblem({ message, hint }: FloodgateError, host: Host): void {
  host.stderr.write(`error: ${message}\n${hint === undefined ? "" : `hint:  ${hint}\n`}`);
}
