import { exitCode, type ExitCode } from "./exit-code.ts";

/**
 * Something a user can act on; printed as `error: <message>` and `hint:  <hint>`, never with a stack.
 * Anything else that is thrown is a bug in floodgate.
 */
export class FloodgateError extends Error {
  readonly exitCode: ExitCode;
  /** What to write or do instead. */
  readonly hint: string | undefined;

  constructor(message: string, options: { exitCode: ExitCode; hint?: string | undefined; cause?: unknown }) {
    super(message, { cause: options.cause });
    this.name = "FloodgateError";
    this.exitCode = options.exitCode;
    this.hint = options.hint;
  }
}

/** A flag, profile, threshold or file that cannot be used; nothing was sent. */
export function usageError(message: string, hint?: string, cause?: unknown): FloodgateError {
  return new FloodgateError(message, { exitCode: exitCode.usage, hint, cause });
}

/** The run could not be made, or made no sense: target unreachable, worker lost. */
export function runError(message: string, hint?: string, cause?: unknown): FloodgateError {
  return new FloodgateError(message, { exitCode: exitCode.runFailed, hint, cause });
}
