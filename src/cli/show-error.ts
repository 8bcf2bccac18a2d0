import { exitCode, type ExitCode } from "../errors/exit-code.ts";
import { FloodgateError } from "../errors/floodgate-error.ts";
import type { TextSink } from "../host/host.ts";

/** Says what went wrong and what to do about it, and gives the exit code. Anything but a FloodgateError is our own bug. */
export function showError(error: unknown, stderr: TextSink): ExitCode {
  if (error instanceof FloodgateError) {
    stderr.write(`error: ${error.message}\n`);
    if (error.hint !== undefined) stderr.write(`hint:  ${error.hint}\n`);
    return error.exitCode;
  }
  const shown = error instanceof Error ? (error.stack ?? error.message) : String(error);
  stderr.write(`error: this is a bug in floodgate, please report it with the lines below\n${shown}\n`);
  return exitCode.bug;
}
