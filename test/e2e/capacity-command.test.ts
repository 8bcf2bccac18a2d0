import { mkdtemp, readFile, rm } from "node:fs/promises";
import { createServer, type AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";
import type { ResultCapacity } from "../../src/result/capacity-schema.ts";
import type { RunResult } from "../../src/result/run-result.ts";
import { runCli, type CliOptions } from "../support/run-cli.ts";
import { callAndRead, resultOf, type SavedRun } from "../support/saved-run.ts";

const limitedServer = fileURLToPath(new URL("../support/limited-server.js", import.meta.url));
/** Trials as short as they can be told apart. */
const short = ["--trial", "1s", "--final", "2s", "--settle", "50ms", "--warmup", "300ms"];
const seconds = 1000;

const capacity = (args: readonly string[], options: CliOptions = {}) =>
  callAndRead(["capacity", ...args], { timeoutMs: 150 * seconds, ...options });

function foundBy(run: SavedRun): ResultCapacity {
  const { capacity: found } = resultOf(run);
  if (found === undefined) throw new Error(`no capacity was saved\n${run.stdout}\n${run.stderr}`);
  return found;
}

/** A busy machine limits the generator: then there is less to be said, and it is said. */
const wasLimited = (found: ResultCapacity) => found.trials.some(({ outcome }) => outcome === "generator-limited");

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe("floodgate capacity", () => {
  it("brackets the rate that a server can answer at, and never claims more", { timeout: 160 * seconds }, async () => {
    const port = await freePort();
    const run = await capacity([
      `ws://127.0.0.1:${port}/`,
      ...["--spawn", `node "${limitedServer}" ${port} 800`, "--start", "500", "--width", "30%", ...short],
      ...["--until", "latency.p90<150ms"],
    ]);
    const found = foundBy(run);
    expect(found.isComplete, run.stderr).toBe(true);
    expect(found.trials.filter(({ load, outcome }) => load > 900 && outcome === "held")).toEqual([]);
    if (found.lower !== null) {
      expect(run.exitCode).toBe(0);
      expect(found.lower).toBeLessThan(850);
      expect(found.upper ?? Infinity).toBeGreaterThan(found.lower);
      expect(found.statement).toMatch(/^capacity: .*\(latency\.p90<150ms\).* final trials held$/);
      const [shown] = found.trials.filter(({ runId }) => runId === resultOf(run).id);
      expect(shown).toMatchObject({ load: found.lower, kind: "final", outcome: "held" });
    } else expect([96, 99]).toContain(run.exitCode);
    expect(run.stdout).toContain(found.statement.slice(0, 40));
    expect(run.stderr.match(/^\[INFO\] trial \d+: /gm)).toHaveLength(found.trials.length);
  });

  it("finds out how many connections a server takes", { timeout: 160 * seconds }, async () => {
    const run = await capacity([
      ...["--over", "connections", "--per-connection", "10", "--mock-max-connections", "20", "--start", "20"],
      ...["--max", "22", "--until", "latency.p50<1s", ...short],
    ]);
    const found = foundBy(run);
    expect(found).toMatchObject({ over: "connections", unit: "connections", perConnectionPerSecond: 10 });
    for (const { load, outcome } of found.trials) if (load > 20) expect(outcome).not.toBe("held");
    if (wasLimited(found)) return;
    expect(run.exitCode, run.stderr).toBe(0);
    expect(found).toMatchObject({ lower: 20, upper: 21, limitedBy: "target" });
    expect(found.trials.find(({ load }) => load === 21)?.reasons[0]).toBe("20 of 21 connections opened");
  });
});

// These offer so little that they can wait at the same time.
describe.concurrent("floodgate capacity, at light loads,", { timeout: 160 * seconds }, () => {
  it("ends with 99 when the condition holds at no load", async () => {
    const run = await capacity([
      ...["--mock-latency", "300ms", "--until", "latency.p50<10ms", "--start", "40"],
      ...["--trial", "1s", "--final", "1s", "--settle", "0", "--warmup", "500ms"],
    ]);
    const found = foundBy(run);
    expect(found.lower).toBeNull();
    if (wasLimited(found)) return;
    expect(run.exitCode, run.stderr).toBe(99);
    expect(found.trials.map(({ load }) => load)).toEqual([40, 20, 20]);
    // A machine that is busy at the end of a trial counts one of its twenty messages too few, and says that first.
    expect(found.statement).toMatch(
      /^no capacity \(latency\.p50<10ms\): not even 20 msg\/s holds, .*: (latency\.p50|delivered 9\d% of the offered rate)/,
    );
    expect(run.stdout).toContain("[FAIL] exit code 99");
  });

  it("says at least when it may go no higher; report shows it again", async () => {
    const folder = await mkdtemp(join(tmpdir(), "floodgate-capacity-"));
    try {
      const args = [
        "capacity",
        "--until",
        "delivery.lost==0",
        "--start",
        "100",
        "--max",
        "150",
        "--json",
        "-o",
        "c.json",
      ];
      const { stdout, stderr, exitCode } = await runCli([...args, ...short], { cwd: folder, timeoutMs: 150 * seconds });
      const printed = JSON.parse(stdout) as RunResult;
      const saved = JSON.parse(await readFile(join(folder, "c.json"), "utf8")) as RunResult;
      expect(printed.capacity).toEqual(saved.capacity);
      const found = saved.capacity!;
      if (!wasLimited(found)) {
        expect(exitCode, stderr).toBe(0);
        expect(found).toMatchObject({ lower: 150, upper: null, limitedBy: "ceiling" });
        expect(found.statement).toContain("at least 150 msg/s");
      }
      const again = await runCli(["report", "c.json"], { cwd: folder });
      expect(again.exitCode).toBe(0);
      expect(again.stdout).toContain("\nCapacity\n");
      // Not at a terminal, the last line is whole.
      expect(again.stdout.trimEnd().endsWith(found.statement)).toBe(true);
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  });

  it("saves the trials so far upon Ctrl-C: 130", async () => {
    const run = await capacity(["--until", "delivery.lost==0", "--start", "50", "--trial", "2s", "--warmup", "300ms"], {
      signals: [{ after: /trial 1: /, signal: "SIGINT" }],
    });
    expect(run.exitCode, run.stderr).toBe(130);
    const found = foundBy(run);
    expect(found).toMatchObject({ isComplete: false, lower: null, upper: null });
    expect(found.trials.length).toBeGreaterThan(0);
    expect(found.statement).toMatch(/^interrupted by SIGINT; after \d+ trials?/);
    expect(resultOf(run).verdict).toMatchObject({ outcome: "interrupted", exitCode: 130 });
  });

  it("ends with 97 when there is no target, after a single trial", async () => {
    const run = await capacity([`ws://127.0.0.1:${await freePort()}/`, "--until", "latency.p50<1s", ...short]);
    expect(run.exitCode, run.stderr).toBe(97);
    expect(foundBy(run).trials).toHaveLength(1);
    expect(run.stdout).toContain("ECONNREFUSED");
  });

  it("stops when the target has gone, and tells what held until then: 97", async () => {
    const port = await freePort();
    const run = await capacity([
      `ws://127.0.0.1:${port}/`,
      ...["--spawn", `node "${limitedServer}" ${port} 100000 700`, "--start", "200", ...short],
      ...["--until", "latency.p50<10s"],
    ]);
    const found = foundBy(run);
    expect(run.exitCode, run.stderr).toBe(97);
    expect(found.isComplete).toBe(false);
    expect(found.lower).toBeNull();
    expect(found.trials.slice(-2).map(({ connectionsOpened }) => connectionsOpened)).toEqual([0, 0]);
    expect(found.statement).toMatch(/^the target no longer answers: .*; after \d+ trials: /);
  });

  it("refuses, before anything is sent, what trials could not decide", async () => {
    const tooFew = await runCli(["capacity", "--until", "latency.p99.9<1s", "--start", "100"]);
    expect([tooFew.exitCode, tooFew.stdout]).toEqual([2, ""]);
    expect(tooFew.stderr).toMatch(/at 100 msg\/s a trial of 10 s has too few samples to tell; that takes 1,000 msg\/s/);
    const advisory = await runCli(["capacity", "--until", "latency.p50<1s warn"]);
    expect(advisory.exitCode).toBe(2);
    expect(advisory.stderr).toMatch(/decide nothing/);
    const noSuchPhase = await runCli(["capacity", "--until", "latency{phase=peak}.p50<1s"]);
    expect(noSuchPhase.exitCode).toBe(2);
    const ceiling = await runCli(["capacity", "--until", "latency.p99.99<1s", "--max", "5k"]);
    expect(ceiling.stderr).toMatch(/at 5,000 msg\/s .* that takes 10,000 msg\/s/);
    const fixed = await runCli(["capacity", "--until", "connect.p99<1s"]);
    expect(fixed.stderr).toMatch(/too few connections to tell/);
  });
});
