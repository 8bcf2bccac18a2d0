import { afterEach, describe, expect, it } from "vitest";
import { defaultMockOptions } from "../../src/mock-server/mock-options.ts";
import { startMockServer } from "../../src/mock-server/mock-server.ts";
import { brokenIdentities } from "../../src/result/check-identities.ts";
import { startWebsocketd, type ForeignServer } from "../support/foreign-servers.ts";
import { startPushServer, type PushServerOptions } from "../support/push-server.ts";
import { resultOf, runAndRead } from "../support/saved-run.ts";

const stops: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const stop of stops.splice(0)) await stop();
});

function kept<T extends { close(): Promise<unknown> }>(server: T): T {
  stops.push(() => server.close());
  return server;
}

/** Log lines as JSON, with a number and a time under names of their own. */
function logLine(number: number): string {
  return JSON.stringify({ level: "info", time: Date.now(), data: { line: number, text: "something happened" } });
}

const logForm = ["--stream-sequence", "$.data.line", "--stream-subscribe", "tail", "--stream-first", "1"];
const lines = 400;

async function logServer(options: Partial<PushServerOptions> = {}) {
  return kept(await startPushServer({ line: logLine, perSecond: 800, subscribe: "tail", total: lines, ...options }));
}

async function listen(server: Pick<ForeignServer, "url">, args: readonly string[]) {
  const run = await runAndRead([
    server.url,
    "--mode",
    "push",
    "-c",
    "3",
    "-d",
    "1s",
    "--drain",
    "1s",
    "--no-progress",
    ...args,
  ]);
  const result = resultOf(run);
  expect(brokenIdentities(result)).toEqual([]);
  return { run, result, seen: result.totals.messages, streams: result.streams! };
}

describe("a push server of another form", () => {
  it("is counted by its own numbers, and timed by its own stamps", async () => {
    const server = await logServer();
    const { seen, streams, result, run } = await listen(server, [...logForm, "--stream-sent", "$.time"]);
    expect(server.sent).toHaveLength(3 * lines);
    expect(seen).toMatchObject({ expected: 3 * lines, delivered: 3 * lines, lost: 0, unsolicited: 0 });
    expect(streams.oneWay).toMatchObject({ isMeasured: true });
    expect(result.totals.latencyUs.count).toBe(3 * lines);
    const told = run.stdout.replace(/\s+/g, " ");
    expect(told).toContain("both by the clock of this machine, in whole milliseconds");
    expect(told).toContain("the target told no last number: what it sent after the last message seen is not known");
  });

  it("has no latency where its messages bear no instant of sending, which is said", async () => {
    const { run, result } = await listen(await logServer(), [...logForm, "--threshold", "delivery.ratio==1"]);
    expect(result.totals.latencyUs.count).toBe(0);
    expect(run.stdout).toContain("one-way: not measurable here: the target's messages have no instant of sending");
    expect(run.exitCode === 0 || result.generator.health === "limited").toBe(true);
  });

  it("refuses a gate on latency that nobody could measure, before anything is sent", async () => {
    const server = await logServer();
    const run = await runAndRead([server.url, "--mode", "push", ...logForm, "--threshold", "latency.p99<50ms"]);
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain("one-way latency is not measurable here");
    expect(server.sent).toEqual([]);
  });

  it("may number plain text that is no ASCII, found by a regular expression", async () => {
    const server = await logServer({ line: (number) => `[Zeile ${number}] häufig` });
    const { seen } = await listen(server, [
      ...["--stream-sequence", "/zeile (?<sequence>\\d+)/i", "--stream-subscribe", "tail", "--stream-first", "1"],
    ]);
    expect(seen).toMatchObject({ expected: 3 * lines, delivered: 3 * lines, lost: 0, unsolicited: 0 });
  });

  it("may push unasked and without end: what comes outside of the load is counted apart", async () => {
    const server = kept(await startPushServer({ line: logLine, perSecond: 500 }));
    const { seen, streams, result } = await listen(server, ["--stream-sequence", '"line":(?<sequence>\\d+)']);
    expect(seen).toMatchObject({ lost: 0, duplicated: 0, late: 0, unsolicited: 0 });
    expect(seen.delivered).toBe(seen.expected);
    expect(seen.delivered).toBeGreaterThan(0);
    expect(streams.outsideMessages).toBeGreaterThan(0);
    expect(result.totals.rate.windowMs).toBe(1000);
  });

  it("websocketd: the lines of a program, one after the other", async () => {
    const script = `i=0; while [ $i -lt ${lines} ]; do i=$((i+1)); echo "line $i"; done; sleep 3`;
    const server = kept(await startWebsocketd(["sh", "-c", script]));
    // It begins as the connection opens; the load may find some of the lines, or none.
    const { seen, streams } = await listen(server, ["--stream-sequence", "line (?<sequence>\\d+)"]);
    expect(seen.delivered + streams.outsideMessages).toBe(3 * lines);
    expect(seen).toMatchObject({ lost: 0, duplicated: 0, unsolicited: 0 });
  });
});

describe("a push server that misbehaves is found and named", () => {
  it("skips lines: they are lost", async () => {
    const server = await logServer({ numbersFor: (number) => (number % 50 === 25 ? [] : [number]) });
    const { seen, streams, run, result } = await listen(server, [...logForm, "--threshold", "delivery.lost==0"]);
    expect(seen).toMatchObject({ expected: 3 * lines, lostMissing: 24, lost: 24, duplicated: 0, reordered: 0 });
    expect(streams).toMatchObject({ gaps: 24, longestGapMessages: 1 });
    expect(run.exitCode).toBe(result.generator.health === "limited" ? 96 : 99);
    expect(run.stdout).toContain("lost: 24 never came");
  });

  it("repeats lines: they are duplicates", async () => {
    const server = await logServer({ numbersFor: (number) => (number % 20 === 0 ? [number, number] : [number]) });
    const { seen } = await listen(server, logForm);
    expect(seen).toMatchObject({ expected: 3 * lines, lost: 0, duplicated: 60, reordered: 0 });
  });

  it("swaps lines: they are reordered", async () => {
    const swapped = (number: number): readonly number[] =>
      number % 10 === 3 ? [] : number % 10 === 4 ? [number, number - 1] : [number];
    const { seen } = await listen(await logServer({ numbersFor: swapped }), logForm);
    expect(seen).toMatchObject({ expected: 3 * lines, lost: 0, duplicated: 0, reordered: 120 });
  });

  it("begins again at 1 in the middle: a new incarnation, no duplicates", async () => {
    const server = await logServer({ numbersFor: (number) => [number > 200 ? number - 200 : number] });
    const { seen, streams } = await listen(server, logForm);
    expect(seen).toMatchObject({ expected: 3 * lines, delivered: 3 * lines, duplicated: 0 });
    expect(streams.restarts).toBe(3);
  });

  it("repeats the first lines of its past: nothing is lost by it, and they are duplicates", async () => {
    const past = [1, 2, 3, 4, 5];
    const server = await logServer({ numbersFor: (number) => (number === 200 ? [200, ...past] : [number]) });
    const { seen, result } = await listen(server, logForm);
    expect(seen).toMatchObject({ lost: 0, reordered: 0, duplicated: 15 });
    expect(result.totals.deliveryRatio).toBe(1);
    expect(result.streams?.repeatedMessages).toBe(15);
    expect(result.warnings.map(({ code }) => code)).toContain("streams-restarted");
  });

  it("goes silent in the middle: the rate seen falls short, and the silence is told", async () => {
    const args = [...logForm, "--stream-rate", "800", "--threshold", "rate.achieved>=0.9"];
    const { result, streams, run } = await listen(await logServer(), args);
    expect(result.totals.rate.achievedRatio).toBeLessThan(0.6);
    expect(streams.longestSilenceMs).toBeGreaterThan(250);
    expect(streams.belowPromise).toBe(3);
    expect(run.exitCode).toBe(result.thresholds[0]!.outcome === "fail" ? 99 : 96);
  });

  it("ends connections: what a shared feed sent meanwhile is lost with them", async () => {
    const server = kept(await startPushServer({ line: logLine, perSecond: 500, closeAfter: 150, isShared: true }));
    const { seen, streams } = await listen(server, ["--stream-sequence", "$.data.line", "--reconnect"]);
    expect(streams.restarts).toBe(0);
    expect(seen.lostClosed).toBeGreaterThan(0);
    expect(seen.lost).toBe(seen.lostClosed);
  });

  it("pushes nothing with a number: the run failed, and shows what came instead", async () => {
    const server = await logServer();
    const run = await runAndRead([
      server.url,
      "--mode",
      "push",
      "-d",
      "1s",
      "--stream-subscribe",
      "tail",
      "--no-progress",
    ]);
    expect(run.exitCode).toBe(97);
    expect(run.stdout.replace(/\s+/g, " ")).toContain(
      "nothing was delivered: no stream brought a message with a number",
    );
    expect(run.stdout.replace(/\s+/g, " ")).toContain('the first frame: "{\\"level\\":\\"info\\"');
  });
});

describe("workers that are processes", () => {
  it("tell of their streams as threads do", async () => {
    const mock = kept(
      await startMockServer({ ...defaultMockOptions, mode: "push", streamRatePerSecond: 10, dropRatio: 0.1 }),
    );
    const run = await runAndRead([mock.url, "--mode", "push", "-c", "500", "-d", "1s", "--no-progress"], {
      openFiles: 400,
    });
    const { totals, streams, generator } = resultOf(run);
    const books = mock.books();
    expect(generator.workers.length).toBeGreaterThan(1);
    expect(totals.messages).toMatchObject({ expected: books.streamMessages, lost: books.dropped });
    expect(streams).toMatchObject({ count: 500, endsTold: 500 });
  });
});
