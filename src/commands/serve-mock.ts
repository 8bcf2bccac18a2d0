import { exitCode, type ExitCode } from "../errors/exit-code.ts";
import type { Host } from "../host/host.ts";
import type { MockOptions } from "../mock-server/mock-options.ts";
import { startMockServer } from "../mock-server/mock-server.ts";
import type { ShutdownStatistics } from "../mock-server/shut-down-sessions.ts";

/** `floodgate serve`: the mock server in the foreground until SIGINT or SIGTERM. Throws a usage error when the port is taken. */
export async function serveMock(options: MockOptions, host: Host): Promise<ExitCode> {
  const mock = await startMockServer(options);
  let signals = 0;
  let onStop = (): void => undefined;
  const stopped = new Promise<void>((resolve) => (onStop = resolve));
  const stopListening = host.onStopSignal((signal) => {
    signals += 1;
    // The first one flushes and closes; whoever asks again does not want to wait for that.
    if (signals > 1) host.exitNow(signal === "SIGINT" ? exitCode.interrupted : exitCode.terminated);
    onStop();
  });
  const statsUrl = `${mock.url.replace("ws:", "http:")}/stats`;
  host.stdout.write(`mock server listening on ${mock.url} (${options.mode}), statistics on ${statsUrl}\n`);
  await stopped;
  host.stdout.write(describeShutdown(await mock.close()));
  stopListening();
  return exitCode.ok;
}

/** One line of what the end of the server has cost. */
export function describeShutdown(statistics: ShutdownStatistics): string {
  return (
    `mock server stopped in ${statistics.durationMs.toFixed(0)} ms: ` +
    `pending answers flushed ${statistics.pendingFlushed}, dropped ${statistics.pendingDropped}; ` +
    `connections closed ${statistics.connectionsClosed}; background tasks stopped ${statistics.backgroundTasksStopped}\n`
  );
}
