import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { priorities } from "../../src/mock-server/stream-priorities.ts";
import { brokenIdentities } from "../../src/result/check-identities.ts";
import type { ResultClass, RunResult } from "../../src/result/run-result.ts";
import type { ForeignServer } from "../support/foreign-servers.ts";
import { startPriorityServer, type PriorityServerOptions } from "../support/priority-server.ts";
import { mergedRuns } from "../support/merged-runs.ts";
import { resultOf, runAndRead } from "../support/saved-run.ts";

const load = ["--mode", "push", "-c", "4", "--stream-rate", "500", "-d", "1s", "--seed", "5", "--no-progress"];

async function runWith(args: readonly string[]) {
  const run = await runAndRead([...load, ...args]);
  const result = resultOf(run);
  expect(brokenIdentities(result)).toEqual([]);
  const books = result.target.books!;
  return { run, result, seen: result.totals.messages, books, streams: result.streams! };
}

function classNamed(classes: readonly ResultClass[] | undefined, name: string): ResultClass {
  return classes!.find((block) => block.class.name === name)!;
}

/** A count of the mock's books for each class, such as `madeControl`, `madeCritical` and so on. */
function booksBy(books: Readonly<Record<string, number>>, word: string): readonly number[] {
  return priorities.map((name) => books[`${word}${name.charAt(0).toUpperCase()}${name.slice(1)}`]!);
}

describe("messages with priorities", () => {
  it("are counted by their class as the mock made them, and all arrive where everybody reads", async () => {
    const gate = ["--threshold", "delivery{priority=critical}.ratio==1"];
    const { result, seen, books } = await runWith(["--mock-stream-queue", "100", "-w", "2", ...gate]);
    const counts = priorities.map((name) => classNamed(result.classes, name).messages);
    expect(counts.map(({ expected }) => expected)).toEqual(booksBy(books, "made"));
    expect(counts.map(({ delivered }) => delivered)).toEqual(booksBy(books, "made"));
    expect(seen).toMatchObject({ expected: books.streamMessages, lost: 0, refused: 0, duplicated: 0, reordered: 0 });
    const samples = result.classes!.reduce((sum, { latencyUs }) => sum + latencyUs.count, 0);
    expect(samples).toBe(result.totals.latencyUs.count);
    expect(result.thresholds[0]!.outcome === "pass" || result.generator.health === "limited").toBe(true);
  });

  it("are lost, and not refused, when the target says nothing of it; class and stream are named", async () => {
    const gate = ["--threshold", "delivery{priority=critical}.ratio==1"];
    const { result, seen, books, streams, run } = await runWith([
      "--mock-stream-queue",
      "100",
      "--mock-drop",
      "5%",
      ...gate,
    ]);
    expect(seen).toMatchObject({ expected: books.streamMessages, lost: books.dropped, refused: 0 });
    const lost = result.classes!.reduce((sum, { messages }) => sum + messages.lost, 0);
    expect(lost).toBe(books.dropped);
    const critical = classNamed(result.classes, "critical").messages;
    expect(critical.lost).toBeGreaterThan(0);
    const named = streams.faulty!.filter(({ priority }) => priority === "critical");
    expect(named.reduce((sum, each) => sum + each.lost, 0)).toBe(critical.lost);
    const told = run.stdout.replace(/\s+/g, " ");
    expect(told).toContain(`; ${critical.lost} critical, most on stream ${named[0]!.stream} (${named[0]!.lost})`);
    expect(run.exitCode).toBe(result.generator.health === "limited" ? 96 : 99);
  });

  it("may be of several sizes, text and binary, and are checked all the same", async () => {
    const mix = [
      "--mock-stream-size",
      "200:50%,2KiB:40%,20KiB:10%",
      "--mock-stream-binary",
      "30%",
      "--mock-corrupt",
      "3%",
    ];
    const { seen, books } = await runWith(["--mock-stream-queue", "1000", ...mix]);
    expect(seen).toMatchObject({
      expected: books.streamMessages,
      corrupted: books.corrupted,
      lost: books.corrupted,
      unsolicited: 0,
    });
    expect(seen.corrupted).toBeGreaterThan(0);
    expect(books.payloadBytesOut! / books.messagesOut!).toBeGreaterThan(1500);
  });
});

describe("connections that stop reading", () => {
  it("make the mock give up what its queue cannot hold, all of which the run finds told, and nothing lost", async () => {
    const slow = ["--slow", "1", "--slow-stop", "0s", "--mock-stream-queue", "60", "--mock-stream-size", "32KiB"];
    const run = await runAndRead([
      ...["--mode", "push", "-c", "2", "--stream-rate", "800", "-d", "1500ms", "--seed", "5", "--no-progress", ...slow],
    ]);
    const result = resultOf(run);
    expect(brokenIdentities(result)).toEqual([]);
    const books = result.target.books!;
    const [displaced, rejected] = [booksBy(books, "displaced"), booksBy(books, "rejected")];
    const givenUp = displaced.map((count, rank) => count + rejected[rank]!);
    const counts = priorities.map((name) => classNamed(result.classes, name).messages);
    expect(counts.map(({ expected }) => expected)).toEqual(booksBy(books, "made"));
    expect(counts.map(({ refused }) => refused)).toEqual(givenUp);
    expect(counts.map(({ lost }) => lost)).toEqual([0, 0, 0, 0]);
    expect(result.streams).toMatchObject({ overtold: 0, endsTold: 2 });
    expect(books.streamQueuePeak).toBeLessThanOrEqual(60);
    const { backpressure } = result;
    expect(backpressure).toMatchObject({ slowStreams: 1, fastStreams: 1, reading: "nothing any more after 0 s" });
    // A machine that is too busy may not fill the systems' buffers in that time; test/integration/mock-queue.test.ts waits for it.
    const isFull = givenUp.some((count) => count > 0);
    const { noticed } = backpressure!.reaction;
    // ... or have both streams fall behind before the slow one pauses, which is no reaction to it; that machine is a limited generator.
    if (result.generator.health === "limited") expect(noticed).toBeLessThanOrEqual(isFull ? 1 : 0);
    else expect(noticed).toBe(isFull ? 1 : 0);
    expect(run.stdout.includes("refused = the target said that it gave them up")).toBe(isFull);
  });
});

describe("a target of another form that misbehaves is found and named", () => {
  const stops: (() => Promise<unknown>)[] = [];
  afterEach(async () => {
    for (const stop of stops.splice(0)) await stop();
  });

  const form = [
    ...["--stream-priority", "$.level", "--stream-priorities", "error,info", "--stream-priority-sequence", "$.n"],
    ...["--stream-first", "1", "--stream-subscribe", "tail", "--stream-stop", "bye", "--stream-sent", "$.t"],
    ...["--stream-end", "$.last.{{priority}}"],
  ];
  const levelOf = (number: number): string => (number % 5 === 0 ? "error" : "info");

  async function listen(options: Partial<PriorityServerOptions>, args: readonly string[]) {
    const server = await startPriorityServer({ perSecond: 400, levelOf, ...options });
    stops.push(() => server.close());
    const run = await runAndRead([server.url, "--mode", "push", "--no-progress", ...form, ...args]);
    const result = resultOf(run);
    expect(brokenIdentities(result)).toEqual([]);
    return { run, result, told: run.stdout.replace(/\s+/g, " ") };
  }

  it("loses one critical message of each stream: a gate on that class fails, and says of which stream", async () => {
    const { run, result, told } = await listen({ loses: (level, number) => level === "error" && number === 7 }, [
      ...[
        "-c",
        "3",
        "-d",
        "1s",
        "--threshold",
        "delivery{priority=error}.ratio==1",
        "--threshold",
        "delivery{priority=info}.ratio==1",
      ],
    ]);
    expect(classNamed(result.classes, "error").messages).toMatchObject({ lost: 3, refused: 0 });
    expect(classNamed(result.classes, "info").messages.lost).toBe(0);
    expect(told).toContain("lost without a word of the target: 3 error, most on stream 0 (1)");
    expect(run.exitCode).toBe(result.generator.health === "limited" ? 96 : 99);
  });

  it("lets fast streams wait for a slow one: they starve, and a gate on the worst of them fails", async () => {
    const slow = ["-c", "2", "--slow", "1", "--slow-stop", "0s", "--threshold", "isolation.worst>=0.9"];
    // Some 10 MB lie in the kernels' buffers before a slow stream holds up the fast one: on a busy machine that takes longer.
    const payload = "x".repeat(100_000);
    const tryFor = (seconds: number) =>
      listen({ perSecond: 150, waitsForBytes: 100_000, payload }, [...slow, "-d", `${seconds}s`]);
    let found = await tryFor(3);
    for (const seconds of [6, 12]) if (found.result.generator.health === "limited") found = await tryFor(seconds);
    const { run, result, told } = found;
    const { isolation, fastStreams } = result.backpressure!;
    // Whoever is to blame, the figures are those of a starved stream.
    expect([fastStreams, isolation.starved]).toEqual([1, 1]);
    expect(isolation.worst!.rateRatio).toBeLessThan(0.9);
    if (result.generator.health === "limited") {
      // Three times a machine too busy to tell: then nothing may be said of the target.
      expect([run.exitCode, isolation.verdict]).toEqual([96, "unknown"]);
      return;
    }
    expect(isolation.verdict).toBe("not isolated");
    expect(told).toContain("[FAIL] fast streams fared worse while others read slowly");
    expect(told).toContain(
      `1 of 1 fast streams brought less while others read slowly, stream ${isolation.worst!.stream} `,
    );
    expect(result.thresholds[0]!.outcome).toBe("fail");
    expect(run.exitCode).toBe(99);
  });
});

describe("results of two generators with slow readers, merged", () => {
  let folder = "";
  let server: ForeignServer | null = null;
  afterEach(async () => {
    await server?.close();
    await rm(folder, { recursive: true, force: true });
  });

  it("have one verdict on isolation: their fast streams starve together", async () => {
    folder = await mkdtemp(join(tmpdir(), "floodgate-merge-"));
    server = await startPriorityServer({
      ...{ perSecond: 75, levelOf: () => "info", waitsForBytes: 100_000, payload: "x".repeat(100_000) },
    });
    const load = [
      ...[server.url, "--mode", "push", "--no-progress", "-c", "2", "--slow", "1", "--slow-stop", "0s", "-d", "3s"],
      ...["--stream-priority", "$.level", "--stream-priorities", "error,info", "--stream-priority-sequence", "$.n"],
      ...["--stream-first", "1", "--stream-subscribe", "tail", "--stream-stop", "bye", "--stream-sent", "$.t"],
    ];
    const files = ["one.json", "two.json"];
    const merge = await mergedRuns(
      files.map((file) => ["run", ...load, "-o", file]),
      files,
      folder,
    );
    const [one, two, both] = await Promise.all(
      [...files, "both.json"].map(async (file) => JSON.parse(await readFile(join(folder, file), "utf8")) as RunResult),
    );
    expect(brokenIdentities(both!)).toEqual([]);
    const parts = [one!, two!].map(({ backpressure }) => backpressure!);
    const merged = both!.backpressure!;
    expect(merged).toMatchObject({ slowStreams: 2, fastStreams: 2 });
    for (const part of ["before", "during"] as const) {
      for (const count of ["expected", "delivered", "samples"] as const) {
        expect(merged[part][count]).toBe(parts.reduce((sum, each) => sum + each[part][count]!, 0));
      }
    }
    expect(merged.isolation.starved).toBe(parts.reduce((sum, { isolation }) => sum + isolation.starved!, 0));
    const worsts = parts.map(({ isolation }) => isolation.worst!.rateRatio);
    expect(merged.isolation.worst!.rateRatio).toBe(Math.min(...worsts));
    expect([one!.id, two!.id]).toContain(merged.isolation.worst!.runId);
    expect(merge.stdout).toContain("2 slow beside 2 fast");
    if (merged.isolation.verdict === "unknown") {
      expect(merged.isolation.reasons.join()).toMatch(/was limited|after those of another/);
    } else expect(merged.isolation.verdict).toBe("not isolated");
  });
});
