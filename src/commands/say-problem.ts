import { exitCode, type ExitCode } from "../errors/exit-code.ts";
import type { FloodgateError } from "../errors/floodgate-error.ts";
import type { Host } from "../host/host.ts";

/** A command that could not write all it was asked for has not succeeded, whatever it found. */
export function exitCodeWith(isAllWritten: boolean, code: ExitCode): ExitCode {
  return code === exitCode.ok && !isAllWritten ? exitCode.runFailed : code;
}

/** An error that does not end the command, in the form of those that do. */
export function sayProblem({ message, hint }: FloodgateError, host: Host): void {
  host.stderr.write(`error: ${message}\n${hint === undefined ? "" : `hint:  ${hint}\n`}`);
}
