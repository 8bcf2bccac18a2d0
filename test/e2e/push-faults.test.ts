import { describe, expect, it } from "vitest";
import { brokenIdentities } from "../../src/result/check-identities.ts";
import type { RunResult } from "../../src/result/run-result.ts";
import { resultOf, runAndRead } from "../support/saved-run.ts";

type Messages = RunResult["totals"]["messages"];

const load = ["--mode", "push", "-c", "4", "--stream-rate", "1000", "-d", "1500ms", "--seed", "5", "--no-progress"];

/** Takes in what a misbehaving mock pushes; `books` is what the mock says it did, `seen` what the run found out. */
async function runWith(faults: readonly string[]) {
  const run = await runAndRead([...load, ...faults]);
  const result = resultOf(run);
  expect(brokenIdentities(result)).toEqual([]);
  return { run, result, seen: result.totals.messages, books: result.target.books!, streams: result.streams! };
}

/** What holds whatever the mock did, as long as it told where its streams ended. */
function expectSameSum(seen: Messages, books: Readonly<Record<string, number>>): void {
  expect(seen.expected).toBe(books.streamMessages);
  expect(seen.expected).toBe(seen.delivered + seen.lost);
  expect(books.streamMessages).toBe(books.messagesOut! - books.duplicated! + books.dropped!);
}

describe("what a run in mode push finds out equals what the mock did", () => {
  it("brings every message of every stream, over several workers", async () => {
    const { seen, books, streams, result } = await runWith(["-w", "3", "--threshold", "delivery.ratio==1"]);
    expectSameSum(seen, books);
    expect(seen).toMatchObject({ lost: 0, duplicated: 0, reordered: 0, corrupted: 0, unsolicited: 0, sent: 0 });
    expect(streams).toMatchObject({ count: 4, gaps: 0, restarts: 0, endsTold: 4, outsideMessages: 0 });
    expect(result.totals.latencyUs.count).toBe(seen.delivered);
    expect(streams.oneWay.isMeasured).toBe(true);
    expect(books).toMatchObject({ streamsStarted: 4, streamsEnded: 4 });
  });

  it.each([
    ["skipped numbers are lost messages", "drop", { lost: "dropped", lostMissing: "dropped" }],
    ["repeated messages are duplicates", "duplicate", { duplicated: "duplicated" }],
    ["swapped messages are reordered, and not lost", "reorder", { reordered: "reordered" }],
    ["harmed messages are corrupt, and lost as such", "corrupt", { corrupted: "corrupted", lostCorrupt: "corrupted" }],
  ])("%s", async (_, fault, equal) => {
    const { seen, books } = await runWith([`--mock-${fault}`, "4%"]);
    expectSameSum(seen, books);
    const told = Object.fromEntries(Object.entries(equal).map(([name, book]) => [name, books[book]!]));
    expect(Object.values(told)[0]).toBeGreaterThan(0);
    expect(seen).toMatchObject({ duplicated: 0, reordered: 0, corrupted: 0, unsolicited: 0, ...told });
    expect(seen.lost).toBe(books.dropped! + books.corrupted!);
  });

  it("all of them at once add up, over several workers and with a warm-up", async () => {
    const faults = ["drop", "duplicate", "reorder", "corrupt"].flatMap((fault) => [`--mock-${fault}`, "2%"]);
    const { result, books } = await runWith([...faults, "-w", "2", "--warmup", "500ms"]);
    const sum = (name: keyof Messages): number =>
      result.phases.reduce((total, { messages }) => total + messages[name], 0);
    expect(sum("expected")).toBe(books.streamMessages);
    expect(sum("lostMissing")).toBe(books.dropped);
    for (const name of ["corrupted", "duplicated", "reordered"] as const) expect(sum(name)).toBe(books[name]);
    expect(sum("lostCorrupt")).toBe(books.corrupted);
  });

  it("under compression, too", async () => {
    const { seen, books } = await runWith([
      "--compress",
      "--mock-drop",
      "3%",
      "--mock-corrupt",
      "3%",
      "--mock-stream-rate",
      "200",
    ]);
    expectSameSum(seen, books);
    expect(seen).toMatchObject({
      lostMissing: books.dropped,
      lostCorrupt: books.corrupted,
      corrupted: books.corrupted,
    });
  });

  it("a stall loses nothing, but shows as silence and in the one-way latency", async () => {
    const { seen, books, streams, result } = await runWith(["--mock-stall", "300ms@900ms"]);
    expectSameSum(seen, books);
    expect(seen.lost).toBe(0);
    expect(books.stalledAnswers).toBeGreaterThan(0);
    expect(streams.longestSilenceMs).toBeGreaterThan(250);
    expect(result.totals.latencyUs.max).toBeGreaterThan(250_000);
  });

  it("latency of the mock is in the one-way latency of every message", async () => {
    const { seen, result } = await runWith(["--mock-latency", "20ms"]);
    expect(result.totals.latencyUs.count).toBe(seen.delivered);
    expect(result.totals.latencyUs.min).toBeGreaterThanOrEqual(20_000);
  });

  it("a stream that begins anew after its connection was cut counts from there, and is said to", async () => {
    const { seen, books, streams, result, run } = await runWith(["--mock-disconnect-after", "300", "--reconnect"]);
    expect(seen).toMatchObject({
      expected: books.streamMessages,
      delivered: books.messagesOut,
      lost: 0,
      duplicated: 0,
    });
    // A connection may be cut before its stream was asked for again, or at its very end.
    expect(streams.restarts).toBeGreaterThan(0);
    expect(streams.restarts).toBeLessThanOrEqual(books.streamsStarted! - 4);
    expect(result.warnings.map(({ code }) => code)).toContain("streams-restarted");
    expect(run.stdout).toContain("began their numbers anew");
  });

  it("what a cut connection had not been sent is not counted as sent", async () => {
    const { seen, books } = await runWith(["--mock-disconnect-rate", "0.3%", "--reconnect"]);
    expect(books.connectionsCut).toBeGreaterThan(0);
    expect(seen.expected).toBe(books.streamMessages! - books.unansweredAtDisconnect!);
    expect(seen.lost).toBe(0);
  });

  it("a stream that ends by itself is over, and its last loss is found", async () => {
    const { seen, books, streams } = await runWith(["--mock-stream-messages", "500", "--mock-drop", "40%"]);
    expect(books).toMatchObject({ streamMessages: 2000, streamsEnded: 4 });
    expect(seen).toMatchObject({ expected: 2000, lost: books.dropped });
    expect(streams.endsTold).toBe(4);
  });

  it("of a mock that pushes unasked, what came before the load is counted apart", async () => {
    const { seen, books, streams } = await runWith(["--mock-stream-start", "open"]);
    expect(streams.outsideMessages).toBeGreaterThan(0);
    expect(seen.expected + streams.outsideMessages).toBe(books.streamMessages);
    expect(seen.lost).toBe(0);
  });
});

describe("a promise", () => {
  it("that is not kept fails its threshold, and the report names the streams", async () => {
    const { run, result, streams } = await runWith(["--mock-stream-rate", "700", "--threshold", "rate.achieved>=0.95"]);
    const achieved = result.thresholds[0]!;
    expect(achieved.value).toBeLessThan(0.8);
    expect([99, 96]).toContain(run.exitCode);
    expect(run.exitCode === 96).toBe(result.generator.health === "limited" || achieved.outcome === "not-evaluated");
    expect(streams).toMatchObject({ belowPromise: 4, promisedPerSecond: 1000 });
    expect(result.totals.rate.promisedPerSecond).toBeCloseTo(4000, 6);
    expect(run.stdout.replace(/\s+/g, " ")).toContain("4 of 4 streams gave less than 95 % of the promised 1,000 msg/s");
  });

  it("is in the line before the run", async () => {
    const { run } = await runWith([]);
    expect(run.stderr).toMatch(/^promised 4,000 msg\/s = 4 streams x 1,000 msg\/s over \d workers?, 1.5 s$/m);
  });
});
