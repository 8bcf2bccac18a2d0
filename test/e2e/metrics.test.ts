import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { defaultMockOptions } from "../../src/mock-server/mock-options.ts";
import { startMockServer } from "../../src/mock-server/mock-server.ts";
import { parsePrometheus, type PrometheusSample } from "../../src/target/prometheus-text.ts";
import { startCli } from "../support/run-cli.ts";
import { runAndRead } from "../support/saved-run.ts";

/** What is told there now; nothing before there is something to tell. */
async function metricsAt(url: string): Promise<readonly PrometheusSample[]> {
  const response = await fetch(url, { headers: { connection: "close" } });
  const text = await response.text();
  return response.status === 200 ? parsePrometheus(text) : [];
}

/** Over all phases: the first is a warm-up, which ends. */
function valueOf(samples: readonly PrometheusSample[], name: string, kind: string): number {
  const found = samples.filter((sample) => sample.name === name && sample.labels.kind === kind);
  return found.reduce((sum, { value }) => sum + value, 0);
}

describe("floodgate run --metrics-port", () => {
  it("tells Prometheus how the run goes while it goes on, and frees the port with its end", async () => {
    // As long as it takes: it is stopped as soon as everything was seen.
    const args = ["run", "-c", "2", "-r", "100", "-d", "5m", "--workers", "1", "--no-progress", "--metrics-port", "0"];
    args.push("--connection-figures", "1");
    const folder = await mkdtemp(join(tmpdir(), "floodgate-metrics-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const run = startCli(args, { cwd: folder });
    const [, url] = await run.waitFor("stderr", /\[INFO\] metrics on (http:\/\/127\.0\.0\.1:\d+\/metrics)\n/);
    let samples: readonly PrometheusSample[] = [];
    while (valueOf(samples, "floodgate_messages_total", "delivered") === 0) samples = await metricsAt(url!);
    const before = valueOf(samples, "floodgate_messages_total", "delivered");
    const health = await fetch(new URL("/healthz", url), { headers: { connection: "close" } });
    expect(await health.json()).toEqual({ status: "ok", stage: "load" });
    expect((await fetch(new URL("/", url), { headers: { connection: "close" } })).status).toBe(404);
    while (valueOf(samples, "floodgate_messages_total", "delivered") === before) samples = await metricsAt(url!);
    expect(valueOf(samples, "floodgate_messages_total", "delivered")).toBeGreaterThan(before);
    // Two connections, and a place for one: which may be told of never grows.
    const connections = samples.map(({ labels }) => labels.connection).filter((number) => number !== undefined);
    expect(new Set(connections).size).toBe(1);
    run.sendSignal("SIGINT");
    expect((await run.end).exitCode).toBe(130);
    await expect(fetch(url!)).rejects.toThrow();
  });

  it("is refused when the port is taken, before anything is sent", async () => {
    const mock = await startMockServer(defaultMockOptions);
    onTestFinished(async () => {
      await mock.close();
    });
    const end = await runAndRead(["-t", mock.url, "-d", "1s", "--metrics-port", String(mock.port)]);
    expect([end.exitCode, end.saved]).toEqual([2, []]);
    expect(end.stderr).toContain(`metrics cannot be served on 127.0.0.1:${mock.port}: the port is already in use`);
    expect(mock.books()).toMatchObject({ connectionsAccepted: 0 });
  });
});
