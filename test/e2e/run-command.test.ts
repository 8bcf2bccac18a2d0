import { createServer, type AddressInfo, type Server } from "node:net";
import { chmod, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunResult } from "../../src/result/run-result.ts";
import { runCli, startCli } from "../support/run-cli.ts";
import { resultOf, runAndRead, type SavedRun } from "../support/saved-run.ts";

/** A profile that asks for nothing: the quick one has thresholds, which a busy machine leaves unjudged. */
let plain: string;
let profiles: string;

beforeAll(async () => {
  profiles = await mkdtemp(join(tmpdir(), "floodgate-profiles-"));
  plain = join(profiles, "plain.yaml");
  await writeFile(plain, "description: no gates\nconnections: 2\nrate: 100\nduration: 1s\n");
});

afterAll(() => rm(profiles, { recursive: true, force: true }));

/** `code`, or 96 where the machine was so busy that the generator itself was late, and said so. */
function unlessLimited(run: SavedRun, code: number): number {
  return resultOf(run).generator.health === "limited" ? 96 : code;
}

async function closedPort(): Promise<number> {
  const server: Server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  await new Promise((resolve) => server.close(resolve));
  return port;
}

describe("floodgate run", () => {
  it("runs the quick profile against the mock without any argument, and passes", async () => {
    const run = await runAndRead([]);
    expect(run.stderr).toContain("offered");
    const result = resultOf(run);
    expect(run.exitCode, run.stdout).toBe(unlessLimited(run, 0));
    expect(result.verdict.outcome).toBe(run.exitCode === 0 ? "pass" : "inconclusive");
    if (run.exitCode === 0) expect(run.stdout).toContain("[PASS]");
    expect(result.totals.messages.lost).toBe(0);
    expect(result.totals.messages.delivered).toBe(result.totals.messages.sent);
    expect(result.target.books?.dropped).toBe(0);
    // The last line is whole where it is not for a terminal.
    const lines = run.stdout.split("\n").filter((line) => !/^\[\w+\] exit code/.test(line));
    expect(lines.filter((line) => line.length > 100)).toEqual([]);
  });

  it("prints one JSON document with --json, and progress on stderr only", async () => {
    const run = await runAndRead(["-c", "4", "-r", "200", "-d", "2s", "--json"]);
    const printed = JSON.parse(run.stdout) as { schema: string; totals: { messages: { sent: number } } };
    expect(printed.schema).toBe("floodgate.result/1");
    expect(printed.totals.messages.sent).toBe(400);
    expect(run.stderr.split("\n").length).toBeGreaterThan(2);
  });

  it("says nothing with --quiet", async () => {
    const run = await runAndRead([plain, "-q"]);
    expect([run.stdout, run.stderr]).toEqual(["", ""]);
    expect(run.exitCode).toBe(0);
    expect(run.saved).toHaveLength(1);
  });

  it("ends with 99 when a threshold fails, and still saves", async () => {
    const run = await runAndRead(["-c", "2", "-r", "100", "-d", "1s", "--threshold", "latency.p50<1us"]);
    const asked = resultOf(run).thresholds.find(({ expression }) => expression === "latency.p50<1us");
    expect(run.exitCode).toBe(unlessLimited(run, 99));
    expect(asked?.outcome).toBe(run.exitCode === 99 ? "fail" : "not-evaluated");
    if (run.exitCode === 99) expect(run.stdout).toContain("[FAIL]");
  });

  it("ends with 97 and one clear line when nothing listens there", async () => {
    const run = await runAndRead([`ws://127.0.0.1:${await closedPort()}`, "-c", "3", "-d", "1s"]);
    expect(run.exitCode).toBe(97);
    expect(run.stdout + run.stderr).toContain("ECONNREFUSED");
    expect(resultOf(run).totals.connections.failed).toBe(3);
  });

  it("ends with 97 when nothing was delivered, with no threshold asked for", async () => {
    const run = await runAndRead(["-c", "2", "-r", "100", "-d", "1s", "--drain", "200ms", "--mock-drop", "100%"]);
    expect(run.exitCode).toBe(97);
    expect(resultOf(run).totals.messages).toMatchObject({ sent: 100, delivered: 0, lostMissing: 100 });
  });

  it("does not judge a target by numbers that its own lateness spoiled: 96", async () => {
    const run = await runAndRead([
      "-c",
      "50",
      "-r",
      "20m",
      "-d",
      "1s",
      "--drain",
      "5s",
      "--threshold",
      "latency.p99<1h",
    ]);
    expect(resultOf(run).generator.health).toBe("limited");
    expect(run.exitCode).toBe(96);
    expect(run.stdout.indexOf("limited")).toBeGreaterThan(-1);
    expect(run.stdout.indexOf("limited")).toBeLessThan(run.stdout.indexOf("latency.p99"));
  });

  it("stops sending at the first Ctrl-C, waits for answers, saves a marked partial result: 130", async () => {
    const run = await runAndRead(["-c", "4", "-r", "400", "-d", "60s"], {
      signals: [{ after: /^ *[12]s|\bt=|sent/m, signal: "SIGINT" }],
    });
    expect(run.exitCode).toBe(130);
    const result = resultOf(run);
    expect(result.verdict.outcome).toBe("interrupted");
    expect(result.end.kind).toBe("interrupted");
    expect(result.totals.messages.lost).toBe(0);
    expect(result.totals.messages.sent).toBeLessThan(400 * 60);
  });

  it("does the same for SIGTERM: 143", async () => {
    const run = await runAndRead(["-c", "4", "-r", "400", "-d", "60s"], {
      signals: [{ after: /sent/m, signal: "SIGTERM" }],
    });
    expect(run.exitCode).toBe(143);
    expect(resultOf(run).verdict.outcome).toBe("interrupted");
  });

  it("drains as well when the signal goes to its whole group, and does not find its mock gone", async () => {
    const folder = await mkdtemp(join(tmpdir(), "floodgate-run-"));
    // Answers take 300 ms: some are always on their way.
    const args = ["run", "-c", "4", "-r", "400", "-d", "60s", "--mock-latency", "300ms", "-o", "out.json"];
    const run = startCli(args, { cwd: folder });
    // Under load, and not while it connects.
    await run.waitFor("stderr", /sent=[1-9]/);
    process.kill(-run.pid, "SIGTERM");
    expect((await run.end).exitCode).toBe(143);
    const result = JSON.parse(await readFile(join(folder, "out.json"), "utf8")) as RunResult;
    expect(result.failures).toEqual([]);
    expect(result.totals.connections).toMatchObject({ closed: 0, openAtEnd: 4 });
    expect(result.totals.messages.lost).toBe(0);
    await rm(folder, { recursive: true, force: true });
  });

  it("leaves at once at the second Ctrl-C", async () => {
    const folder = await mkdtemp(join(tmpdir(), "floodgate-run-"));
    const args = ["run", "-c", "4", "-r", "400", "-d", "60s", "--drain", "50s", "--mock-drop", "50%"];
    const run = startCli(args, {
      cwd: folder,
      signals: [
        { after: /sent/m, signal: "SIGINT" },
        { after: /waiting for answers/, signal: "SIGINT" },
      ],
    });
    const end = await run.end;
    expect(end.exitCode).toBe(130);
    await rm(folder, { recursive: true, force: true });
  });

  it("says which worker was lost, keeps what it had counted, and ends with 97", async () => {
    const killer = fileURLToPath(new URL("../support/kill-worker.js", import.meta.url));
    const run = await runAndRead(["-c", "4", "-w", "2", "-r", "200", "-d", "20s"], {
      env: { NODE_OPTIONS: `--import=${killer}` },
    });
    expect(run.exitCode).toBe(97);
    const result = resultOf(run);
    expect(result.verdict.outcome).toBe("failed");
    expect(result.generator.lostWorkers).toHaveLength(1);
    expect(result.totals.messages.sent).toBeGreaterThan(0);
    expect(result.durationMs).toBeLessThan(15_000);
  });

  it("adds up when a worker of a broadcast is lost, whose receivers were owed what others sent", async () => {
    const killer = fileURLToPath(new URL("../support/kill-worker.js", import.meta.url));
    const args = ["--mode", "broadcast", "--rooms", "2", "-c", "8", "-w", "2", "-r", "100", "-d", "20s"];
    const run = await runAndRead(args, { env: { NODE_OPTIONS: `--import=${killer}` } });
    expect(run.exitCode).toBe(97);
    const result = resultOf(run);
    expect(result.generator.lostWorkers).toHaveLength(1);
    const { sent, expected, delivered, lost } = result.totals.messages;
    expect(sent).toBeGreaterThan(0);
    expect(delivered + lost).toBe(expected);
  });

  it("finds out before the run that its result could not be written", async () => {
    const folder = await mkdtemp(join(tmpdir(), "floodgate-run-"));
    await writeFile(join(folder, "results"), "a file where a folder is needed");
    const run = await runCli(["run", "-d", "30s"], { cwd: folder });
    expect(run.exitCode).toBe(2);
    expect(run.stderr).toContain("results");
    expect(run.stderr.trim().split("\n").length).toBeLessThanOrEqual(2);
    await chmod(folder, 0o755);
    await rm(folder, { recursive: true, force: true });
  });

  it("aborts with --abort-on-fail as soon as a threshold fails", async () => {
    const run = await runAndRead([
      ...["-c", "4", "-r", "400", "-d", "20s", "--mock-latency", "50ms"],
      ...["--threshold", "latency.p50<10ms", "--abort-on-fail", "--abort-delay", "1s"],
    ]);
    expect(run.exitCode).toBe(unlessLimited(run, 99));
    // While its generator is limited no threshold is judged, so that it may go on to the end.
    if (run.exitCode === 99) expect(resultOf(run).end.kind).toBe("aborted");
  });

  it("sees a constant delay of the target as latency, and not as its own", async () => {
    const run = await runAndRead(["-c", "4", "-r", "200", "-d", "2s", "--mock-latency", "20ms"]);
    const { latencyUs, serviceUs } = resultOf(run).totals;
    expect(serviceUs.p50).toBeGreaterThanOrEqual(20_000);
    expect(latencyUs.min).toBeGreaterThanOrEqual(20_000);
  });

  it("shows a stall of the target in the tail and leaves the median alone", async () => {
    const run = await runAndRead(["-c", "4", "-r", "200", "-d", "6s", "--mock-stall", "1s@3s"]);
    const { latencyUs, messages } = resultOf(run).totals;
    expect(messages.lost).toBe(0);
    expect(latencyUs.max).toBeGreaterThan(800_000);
    expect(latencyUs.p50).toBeLessThan(100_000);
    expect(latencyUs.p95).toBeGreaterThan(300_000);
  });
});

describe("modes", () => {
  it("connect: opens, holds, and sends nothing", async () => {
    const run = await runAndRead([plain, "--mode", "connect", "-c", "20", "-d", "1s"]);
    expect(run.exitCode).toBe(0);
    const { connections, messages } = resultOf(run).totals;
    expect(connections).toMatchObject({ attempted: 20, opened: 20, failed: 0, closed: 0 });
    expect(connections.connectUs.count).toBe(20);
    expect(messages.sent).toBe(0);
  });

  it("oneway against the mock's sink: delivery comes from the mock's books", async () => {
    const run = await runAndRead([
      plain,
      "--mode",
      "oneway",
      "--mock-mode",
      "sink",
      "-c",
      "4",
      "-r",
      "1000",
      "-d",
      "1s",
    ]);
    expect(run.exitCode).toBe(0);
    const result = resultOf(run);
    expect(result.target.deliveredFromBooks).toBe(true);
    expect(result.totals.messages).toMatchObject({ sent: 1000, expected: 1000, delivered: 1000, lost: 0 });
  });

  it("a closed loop has no schedule: latency equals service, and the report says so", async () => {
    const run = await runAndRead([
      "-c",
      "4",
      "-r",
      "max",
      "--in-flight",
      "4",
      "-n",
      "2000",
      "-d",
      "30s",
      "--warmup",
      "0s",
    ]);
    const { totals } = resultOf(run);
    expect(totals.messages).toMatchObject({ offered: 2000, sent: 2000, delivered: 2000, lost: 0 });
    expect(totals.slipUs.count).toBe(0);
    expect(totals.latencyUs.p99).toBe(totals.serviceUs.p99);
    expect(run.stdout).toContain("closed loop");
  });
});
