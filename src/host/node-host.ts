import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import type { Host, TextSink } from "./host.ts";
import { readMachineLimits } from "./machine-limits.ts";
import { monotonicMs } from "./monotonic-clock.ts";

/** `runFailed` of src/errors/exit-code.ts, which this folder does not import. */
const unwrittenExitCode = 97;

/** The real outside world. */
export function nodeHost(): Host {
  return {
    args: process.argv.slice(2),
    env: process.env,
    cwd: process.cwd(),
    stdout: textSink(process.stdout, reportUnwritten),
    // With nowhere to complain, what is left is to go on and save the result.
    stderr: textSink(process.stderr, () => undefined),
    clock: { monotonicMs, epochMs: () => Date.now() },
    cores: availableParallelism(),
    machineLimits: readMachineLimits,
    randomSeed: () => randomBytes(4).readUInt32LE(0),
    onStopSignal(listener) {
      const signals = ["SIGINT", "SIGTERM"] as const;
      for (const signal of signals) process.on(signal, listener);
      return () => {
        for (const signal of signals) process.off(signal, listener);
      };
    },
    exitNow: (code) => process.exit(code),
  };
}

/**
 * A stream that cannot be written must not take the run with it. A reader that has seen enough (`| head`) is no fault;
 * anything else, a full disk for example, is told to `onFault`, once.
 */
function textSink(stream: NodeJS.WriteStream, onFault: (error: Error) => void): TextSink {
  let hasFailed = false;
  stream.on("error", (error: NodeJS.ErrnoException) => {
    if (hasFailed || error.code === "EPIPE") return;
    hasFailed = true;
    onFault(error);
  });
  return {
    get isTerminal() {
      // Node leaves it undefined where there is none, whatever its type says.
      return (stream.isTTY as boolean | undefined) ?? false;
    },
    get columns() {
      return stream.isTTY ? stream.columns : 100;
    },
    write: (text) => void stream.write(text),
  };
}

/** What was asked for did not reach its reader: no success, whatever the run itself came to. */
function reportUnwritten(error: Error): void {
  process.stderr.write(`error: the standard output cannot be written: ${error.message}\n`);
  process.once("exit", (code) => {
    if (code === 0) process.exitCode = unwrittenExitCode;
  });
}
