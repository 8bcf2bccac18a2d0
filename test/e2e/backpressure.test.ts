import { describe, expect, it } from "vitest";
import { priorities } from "../../src/mock-server/stream-priorities.ts";
import { brokenIdentities } from "../../src/result/check-identities.ts";
import type { ResultClass } from "../../src/result/run-result.ts";
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
