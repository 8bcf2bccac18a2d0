/** The exit codes of every command. README.md carries the same table; a test compares the two. */
export const exitCode = {
  /** Ran, and every gate held. */
  ok: 0,
  /** A bug in floodgate: what Node gives an uncaught exception. Never returned on purpose. */
  bug: 1,
  /** Bad usage: flag, profile, threshold, result file; nothing was sent. */
  usage: 2,
  /** A gate was asked for, but the generator itself could not keep its schedule. */
  inconclusive: 96,
  /** Target unreachable or not a WebSocket server, nothing delivered, a worker lost. */
  runFailed: 97,
  /** Regression against a baseline. */
  regression: 98,
  /** A threshold failed; a threshold with no data fails. */
  thresholdFailed: 99,
  /** Ctrl-C; the partial result is saved and marked. */
  interrupted: 130,
  /** SIGTERM; the partial result is saved and marked. */
  terminated: 143,
} as const;

export type ExitCode = (typeof exitCode)[keyof typeof exitCode];

/** Which of several is told, first to last. An interrupted series has not come to its end, whatever its runs said. */
const byWeight: readonly ExitCode[] = [
  exitCode.interrupted,
  exitCode.terminated,
  exitCode.bug,
  exitCode.usage,
  exitCode.runFailed,
  exitCode.inconclusive,
  exitCode.thresholdFailed,
  exitCode.regression,
  exitCode.ok,
];

/** The one exit code of several runs: that of the one that weighs most; 0 without any. */
export function weightiestExitCode(codes: readonly ExitCode[]): ExitCode {
  return byWeight.find((code) => codes.includes(code)) ?? exitCode.ok;
}
