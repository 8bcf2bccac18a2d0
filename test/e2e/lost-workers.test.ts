import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { RunResult } from "../../src/result/run-result.ts";
import { startCli } from "../support/run-cli.ts";
import { callAndRead, resultOf, type SavedRun } from "../support/saved-run.ts";

const killer = fileURLToPath(new URL("../support/kill-worker.js", import.meta.url));
const load = ["-w", "2", "-d", "20s", "--warmup", "0s", "--no-progress"];

/** A run of which one worker thread dies under load. */
async function runLosing(thread: number, ...args: readonly string[]): Promise<SavedRun> {
  const env = { NODE_OPTIONS: `--import=${killer}`, KILLED_THREAD: String(thread) };
  const run = await callAndRead(["run", ...load, ...args], { env, timeoutMs: 60_000 });
  expect(run.exitCode, run.stderr).toBe(97);
  expect(resultOf(run).generator.lostWorkers).toHaveLength(1);
  return run;
}

function expectToAddUp({ totals }: RunResult): void {
  const { expected, delivered, lost, refused, sent } = totals.messages;
  expect(sent).toBeGreaterThan(0);
  expect(delivered + lost + refused).toBe(expected);
}

describe.concurrent("a run that loses a worker", () => {
  it("tells of outages and sessions what adds up still, while connections come, go and are away", async () => {
    const args = ["-c", "12", "-r", "240", "--churn", "10", "--resume", "--reconnect-buffer", "100", "--breaker", "3"];
    const result = resultOf(await runLosing(1, ...args, "--mock-outage", "200ms@900ms", "--mock-latency", "20ms"));
    expectToAddUp(result);
    const { outages, onPurpose, returned, recoveryUs, sessions } = result.resilience!;
    expect(outages).toBeGreaterThan(onPurpose);
    expect(returned).toBeLessThanOrEqual(outages);
    expect(recoveryUs.count).toBe(returned);
    expect(sessions!.interrupted + sessions!.unnamed).toBeLessThanOrEqual(outages);
  });

  it("does not hold the jobs of the lost worker, which a queue has counted, against that queue", async () => {
    const run = await runLosing(2, "--mode", "queue", "-c", "10", "--keys", "10", "-r", "200");
    const result = resultOf(run);
    expectToAddUp(result);
    expect(result.queue!.statistics).toMatchObject({ isCompared: false, disagreements: null });
    expect(result.queue!.sent).toBeLessThan(result.totals.messages.sent);
    const left = result.totals.messages.sent - result.queue!.sent;
    expect(run.stdout.replace(/\s+/g, " ")).toContain(`leaves out ${left.toLocaleString("en")} jobs that it had sent`);
  });
});

describe("a run whose target is killed", () => {
  it("ends at its time, with every connection away, the breaker open, and all that was due accounted for", async () => {
    const mock = startCli(["serve", "--sessions", "100", "--latency", "20ms"], { timeoutMs: 60_000 });
    const [url = ""] = await mock.waitFor("stdout", /ws:[^ ,\n]+/);
    const cut = ["-d", "3s", "--resume", "--reconnect-buffer", "20", "--breaker", "3", "--drain", "1s"];
    const args = ["run", url, "-c", "12", "-r", "240", ...load, ...cut];
    const ending = callAndRead(args, { timeoutMs: 60_000 });
    const stats = url.replace("ws:", "http:");
    for (;;) {
      const { messagesIn } = (await (await fetch(new URL("/stats", stats))).json()) as { readonly messagesIn: number };
      if (messagesIn > 0) break;
    }
    process.kill(mock.pid, "SIGKILL");
    await mock.end;
    const run = await ending;
    const result = resultOf(run);
    expectToAddUp(result);
    const { messages } = result.totals;
    expect(messages.offered).toBe(messages.sent + messages.unsendable + messages.unsentLate + messages.unsentBlocked);
    const { outages, returned, breaker, buffer, sessions } = result.resilience!;
    expect({ outages, returned }).toEqual({ outages: 12, returned: 0 });
    expect(sessions).toMatchObject({ interrupted: 12, undecided: 12, resumed: 0 });
    expect(sessions!.inFlight.lostWithSession).toBe(messages.lost);
    expect(breaker!.notClosedAtEnd).toBe(2);
    expect(buffer!.buffered + buffer!.overflowed).toBe(messages.unsendable);
    expect([0, 96, 97]).toContain(run.exitCode);
  });
});
