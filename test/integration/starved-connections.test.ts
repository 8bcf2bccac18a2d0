import { afterEach, describe, expect, it } from "vitest";
import type { ResultConnectionFigures, ResultConnectionRow, RunResult } from "../../src/result/run-result.ts";
import { resultOf, runAndRead, type SavedRun } from "../support/saved-run.ts";
import { startStarvingServer, type Starving, type StarvingServer } from "../support/starving-server.ts";

let server: StarvingServer | undefined;

afterEach(async () => {
  await server?.close();
  server = undefined;
});

const starved = 11;

/** 25 messages on each of 20 connections, over two workers. */
async function runAgainst(starving: Starving): Promise<SavedRun> {
  server = await startStarvingServer(starved, starving);
  const load = ["-c", "20", "-w", "2", "-r", "1000", "-d", "500ms", "--drain", "1s", "--connection-figures", "100"];
  return runAndRead([server.url, ...load, "--no-progress"]);
}

function figuresOf(result: RunResult): ResultConnectionFigures {
  return result.connectionFigures!;
}

function countsOf({ connection, sent, delivered, lost }: ResultConnectionRow): readonly number[] {
  return [connection, sent, delivered, lost];
}

/** The same of each connection as the server counted it itself. */
function booksOf({ served }: StarvingServer): readonly (readonly number[])[] {
  return [...served].map(([connection, { received, answered }]) => [
    connection,
    received,
    answered,
    received - answered,
  ]);
}

type RowCounter = "sent" | "delivered" | "lost" | "refused" | "duplicated" | "reordered" | "opened" | "ended";

const byConnection = (a: readonly number[], b: readonly number[]) => a[0]! - b[0]!;

describe("figures of single connections against a server of another make", () => {
  it("name the one connection whose messages are dropped, and agree with what the server counted of each", async () => {
    const run = await runAgainst({ kind: "dropped", answersEvery: 5 });
    const result = resultOf(run);
    const { rows, count, leftOut } = figuresOf(result);
    expect([...rows.map(countsOf)].sort(byConnection)).toEqual([...booksOf(server!)].sort(byConnection));
    expect([count, leftOut, figuresOf(result).starved]).toEqual([20, 0, 1]);
    expect(rows[0]).toMatchObject({ connection: starved, isStarved: true, delivered: 5, lost: 20 });
    expect(run.stdout).toContain("Single connections  [WARN] 1 starved");
    expect(run.stdout).toMatch(/ 11 +(lost|delivered) \(starved\) /);
    expect(result.warnings.find(({ code }) => code === "connections-starved")?.text).toContain(
      "1 of 20 connections fared far worse than the middle one: connection 11 had 5 delivered and 20 lost",
    );
  });

  it("name the one connection that is answered late, though it loses nothing", async () => {
    // Far beyond what a busy machine does to the others, whose mean it is held against.
    const result = resultOf(await runAgainst({ kind: "late", delayMs: 800 }));
    const { rows, fairness } = figuresOf(result);
    expect(rows[0]).toMatchObject({ connection: starved, worstBy: "latency", delivered: 25, lost: 0 });
    expect(rows[0]!.latencyUs.mean).toBeGreaterThan(800_000);
    expect(fairness).toBe(1);
    expect(result.totals.messages).toMatchObject({ delivered: 500, lost: 0 });
  });

  it("find nobody starved where all are served alike", async () => {
    const { connectionFigures, totals } = resultOf(await runAgainst({ kind: "none" }));
    expect(connectionFigures!.rows.map(countsOf).sort(byConnection)).toEqual([...booksOf(server!)].sort(byConnection));
    expect(connectionFigures).toMatchObject({ starved: 0, fairness: 1, spread: { delivered: { min: 25, max: 25 } } });
    expect(totals.connections.opened).toBe(20);
  });
});

describe("figures of single connections against the mock", () => {
  const faults = ["--mock-drop", "5%", "--mock-duplicate", "5%", "--mock-reorder", "5%"];

  it.each([
    ["echo", ["-c", "5", "-r", "400", "--reconnect", "--mock-disconnect-rate", "3%"]],
    ["broadcast", ["-c", "6", "-r", "50", ...faults]],
    ["push", ["-c", "3", "--mock-stream-rate", "200", ...faults]],
    ["queue", ["-c", "4", "-r", "200", "--mock-queue-limit", "3", "--mock-queue-time", "20ms"]],
  ])("come to its books in mode %s", async (mode, args) => {
    const load = ["--mode", mode, "--mock-mode", mode, "-w", "2", "-d", "500ms", "--drain", "500ms", "--no-progress"];
    const { connectionFigures, totals, target } = resultOf(
      await runAndRead([...args, ...load, "--connection-figures", "100"]),
    );
    const books = target.books!;
    const sum = (name: RowCounter) => connectionFigures!.rows.reduce((all, row) => all + row[name], 0);
    for (const name of ["sent", "delivered", "lost", "refused"] as const) expect(sum(name)).toBe(totals.messages[name]);
    expect(sum("opened")).toBe(books.connectionsAccepted);
    expect(sum("ended")).toBe(books.connectionsCut);
    expect([sum("duplicated"), sum("reordered")]).toEqual([books.duplicated, books.reordered]);
    expect(sum("refused")).toBe(books.jobsRefused);
  });
});
