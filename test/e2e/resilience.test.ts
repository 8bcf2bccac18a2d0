import { afterAll, describe, expect, it } from "vitest";
import type { ResultResilience, RunResult } from "../../src/result/run-result.ts";
import { startForgetfulServer } from "../support/forgetful-server.ts";
import { callAndRead, resultOf } from "../support/saved-run.ts";

const closing: (() => Promise<void>)[] = [];
afterAll(async () => {
  for (const close of closing) await close();
});

const load = ["-c", "12", "-r", "240", "--warmup", "0s", "--no-progress", "--drain", "5s"];
const reconnect = ["--reconnect", "--reconnect-buffer", "1000"];

async function runWith(...args: readonly string[]): Promise<{
  readonly result: RunResult;
  readonly resilience: ResultResilience;
  readonly books: Readonly<Record<string, number>>;
  readonly exitCode: number | null;
  readonly stdout: string;
}> {
  const run = await callAndRead(["run", ...load, ...args], { timeoutMs: 60_000 });
  const result = resultOf(run);
  if (result.resilience === undefined) throw new Error(`nothing is told of outages\n${run.stdout}`);
  const { exitCode, stdout } = run;
  return { result, resilience: result.resilience, books: result.target.books ?? {}, exitCode, stdout };
}

describe("connections that are lost and come back", () => {
  it("are those that the mock cut and took again, and no message due meanwhile is lost", async () => {
    const { result, resilience, books, stdout } = await runWith(
      // Over a second from the last outage before the end to the next after it, so that none meets the closing of the run.
      ...["-d", "3s", "--drain", "1s", "--mock-outage", "300ms@1700ms", ...reconnect, "--breaker", "5"],
    );
    const { messages, connections } = result.totals;
    expect(books.outages).toBeGreaterThan(0);
    expect(resilience.outages).toBe(books.connectionsCut);
    expect(resilience.onPurpose).toBe(0);
    expect(connections.closed).toBe(books.connectionsCut);
    // Attempts that the end of the run broke off were answered by the mock perhaps, and seen by nobody.
    const brokenOff = [books.connectionsAccepted! - connections.opened, books.refusedOutage! - connections.failed];
    for (const attempts of brokenOff) expect(attempts).toBeGreaterThanOrEqual(0);
    expect(brokenOff[0]! + brokenOff[1]!).toBeLessThanOrEqual(resilience.outages - resilience.returned);
    expect(resilience.retry.successes).toBe(resilience.returned);
    expect(messages.offered).toBe(messages.sent + messages.unsendable + messages.unsentLate + messages.unsentBlocked);
    expect(messages.lost).toBe(books.unansweredAtDisconnect! + messages.sent - books.messagesIn!);
    expect(resilience.buffer!.buffered).toBeGreaterThan(0);
    expect(resilience.buffer!.overflowed).toBe(0);
    expect(resilience.breaker!.opens).toBeGreaterThanOrEqual(resilience.breaker!.closes);
    expect(stdout).toMatch(/^Resilience$/m);
  });

  it("are all back after they were dropped at once, and the time until then is told", async () => {
    const { resilience, books, result } = await runWith(
      ...["-d", "2s", "--drop-all", "500ms", ...reconnect, "--threshold", "connections.returned==100%"],
      ...["--threshold", "herd.allBack<30s", "--threshold", "recovery.max<30s"],
    );
    expect(resilience).toMatchObject({ outages: 12, onPurpose: 12, returned: 12, returnedRatio: 1 });
    expect(resilience.herds).toEqual([{ startMs: expect.any(Number), connections: 12, allBackMs: expect.any(Number) }]);
    expect(resilience.recoveryUs.count).toBe(12);
    expect(resilience.herds[0]!.allBackMs! * 1000).toBeGreaterThanOrEqual(resilience.recoveryUs.max! - 1000);
    expect(books.connectionsAccepted).toBe(24);
    expect(result.totals.connections).toMatchObject({ closed: 0, reconnects: 12, openAtEnd: 12 });
    expect(result.thresholds.map(({ outcome }) => outcome)).not.toContain("fail");
  });

  it("churn without losing a message, and are as many as the target saw come and go", async () => {
    const { resilience, books, result } = await runWith("-d", "2s", "--churn", "20", ...reconnect);
    expect(resilience.outages).toBeGreaterThan(20);
    expect(resilience).toMatchObject({ onPurpose: resilience.outages, returned: resilience.outages });
    expect(books.connectionsAccepted).toBe(12 + resilience.outages);
    expect(books.connectionsLost).toBe(0);
    expect(result.totals.messages).toMatchObject({ lost: 0, duplicated: 0, reordered: 0 });
    expect(result.totals.messages.sent).toBe(books.messagesIn);
  });

  it("fail a threshold when a target lets some of them in no more, and the report says how many", async () => {
    const server = await startForgetfulServer({ returning: 7 });
    closing.push(() => server.close());
    const { resilience, exitCode, stdout, result } = await runWith(
      ...["-t", server.url, "-d", "2s", "--drop-all", "500ms", ...reconnect],
      ...["--threshold", "connections.returned==100%", "--threshold", "herd.allBack<10s"],
    );
    expect(resilience).toMatchObject({ outages: 12, returned: 7 });
    expect(resilience.herds).toMatchObject([{ connections: 12, allBackMs: null }]);
    expect(resilience.retry.successes).toBe(7);
    expect(stdout).toContain("not all came back");
    expect(result.thresholds.map(({ expression }) => expression)).toHaveLength(2);
    // A machine too busy to keep the schedule judges nothing.
    if (exitCode !== 96) {
      expect(exitCode).toBe(99);
      expect(result.thresholds.map(({ outcome }) => outcome)).toEqual(["fail", "fail"]);
    }
  });
});
