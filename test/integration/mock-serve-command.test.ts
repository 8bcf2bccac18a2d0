import { describe, expect, it } from "vitest";
import { serveMock } from "../../src/commands/serve-mock.ts";
import type { Host } from "../../src/host/host.ts";
import { nodeHost } from "../../src/host/node-host.ts";
import { defaultMockOptions } from "../../src/mock-server/mock-options.ts";
import { startMockServer } from "../../src/mock-server/mock-server.ts";
import { FrameClient } from "../support/frame-client.ts";

class ExitedNow extends Error {}

function watchedHost() {
  let output = "";
  let listener: ((signal: "SIGINT" | "SIGTERM") => void) | undefined;
  let onOutput = (): void => undefined;
  const host: Host = {
    ...nodeHost(),
    stdout: {
      isTerminal: false,
      columns: 80,
      write: (text) => {
        output += text;
        onOutput();
      },
    },
    onStopSignal(wanted) {
      listener = wanted;
      return () => (listener = undefined);
    },
    exitNow: () => {
      throw new ExitedNow();
    },
  };
  return {
    host,
    output: () => output,
    nextOutput: () => new Promise<void>((resolve) => (onOutput = resolve)),
    signal: (name: "SIGINT" | "SIGTERM") => listener?.(name),
    isListening: () => listener !== undefined,
  };
}

describe("floodgate serve", () => {
  it("prints where it listens, runs until SIGTERM and prints how it ended", async () => {
    const { host, output, nextOutput, signal, isListening } = watchedHost();
    const started = nextOutput();
    const ended = serveMock({ ...defaultMockOptions, latency: { kind: "fixed", ms: 60_000 } }, host);
    await started;
    const match =
      /^mock server listening on (ws:\/\/127\.0\.0\.1:\d+) \(echo\), statistics on (http:\/\/127\.0\.0\.1:\d+\/stats)\n$/.exec(
        output(),
      );
    expect(match).not.toBeNull();
    const client = await FrameClient.open(match![1]!);
    client.send(0x81, "pending");
    client.send(0x89, "read");
    await client.until(() => client.text.includes("read"));
    const response = await fetch(match![2]!, { headers: { connection: "close" } });
    expect(await response.json()).toMatchObject({ messagesIn: 1 });
    const metrics = await fetch(match![2]!.replace("/stats", "/metrics"), { headers: { connection: "close" } });
    expect(metrics.headers.get("content-type")).toContain("version=0.0.4");
    expect(await metrics.text()).toContain("\nfloodgate_mock_messages_in_total 1\n");
    signal("SIGTERM");
    expect(await ended).toBe(0);
    expect(output()).toMatch(
      /\nmock server stopped in \d+ ms: pending answers flushed 1, dropped 0; connections closed 1; background tasks stopped 2\n$/,
    );
    expect(isListening()).toBe(false);
    await client.ended();
  });

  it("leaves at once upon the second signal", async () => {
    const { host, nextOutput, signal } = watchedHost();
    const started = nextOutput();
    const ended = serveMock(defaultMockOptions, host);
    await started;
    signal("SIGINT");
    expect(() => signal("SIGINT")).toThrow(ExitedNow);
    await ended;
  });

  it("ends with a usage error when the port is taken", async () => {
    const mock = await startMockServer(defaultMockOptions);
    await expect(serveMock({ ...defaultMockOptions, port: mock.port }, nodeHost())).rejects.toMatchObject({
      exitCode: 2,
    });
    await mock.close();
  });
});
