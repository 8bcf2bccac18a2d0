import { randomBytes } from "node:crypto";
import { availableParallelism } from "node:os";
import type { Host, TextSink } from "./host.ts";
import { monotonicMs } from "./monotonic-clock.ts";

/** The real outside world. */
export function nodeHost(): Host {
  return {
    args: process.argv.slice(2),
    env: process.env,
    cwd: process.cwd(),
    stdout: textSink(process.stdout),
    stderr: textSink(process.stderr),
    clock: { monotonicMs, epochMs: () => Date.now() },
    cores: availableParallelism(),
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

function textSink(stream: NodeJS.WriteStream): TextSink {
  return {
    get isTerminal() {
      return stream.isTTY;
    },
    get columns() {
      return stream.isTTY ? stream.columns : 100;
    },
    write: (text) => void stream.write(text),
  };
}
