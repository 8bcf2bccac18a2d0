// The entry of a process that is one mock server. Forked, told its options over the channel, never outlives its parent.
import { FloodgateError } from "../errors/floodgate-error.ts";
import type { MockOptions } from "./mock-options.ts";
import type { FromMockProcess, ToMockProcess } from "./mock-process-messages.ts";
import { startMockServer, type RunningMock } from "./mock-server.ts";

let running: RunningMock | undefined;

function tell(message: FromMockProcess): void {
  if (process.connected) process.send?.(message);
}

async function start(options: MockOptions): Promise<void> {
  try {
    running = await startMockServer(options);
    tell({ kind: "listening", port: running.port, url: running.url, pid: process.pid });
  } catch (error) {
    if (!(error instanceof FloodgateError)) throw error;
    tell({ kind: "failed", message: error.message, hint: error.hint });
    process.disconnect();
  }
}

async function stop(): Promise<void> {
  const statistics = await running?.close();
  if (statistics !== undefined) tell({ kind: "stopped", statistics });
  if (process.connected) process.disconnect();
}

process.on("message", (message: ToMockProcess) => {
  switch (message.kind) {
    case "start":
      void start(message.options);
      return;
    case "read-books":
      if (running !== undefined) tell({ kind: "books", books: running.books() });
      return;
    case "stop":
      void stop();
      return;
  }
});
// Also when the parent was killed: the kernel closes the channel. Connections are no concern then.
process.on("disconnect", () => process.exit());
// Ctrl-C and `timeout` signal the whole group: the parent drains first, and then ends this process over the channel. One
// that closed its connections on its own would be taken for a target that broke them.
for (const signal of ["SIGINT", "SIGTERM"] as const) process.on(signal, () => undefined);
