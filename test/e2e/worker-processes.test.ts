import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RunResult } from "../../src/result/run-result.ts";
import { startCli, type CliEnd, type RunningCli } from "../support/run-cli.ts";

// Too few for all connections in one process: each has room for 360.
const openFiles = 400;
const connections = 900;

let mock: RunningCli;
let mockUrl: string;
let statsUrl: string;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "floodgate-processes-"));
  mock = startCli(["serve"], { timeoutMs: 300_000 });
  [mockUrl = ""] = await mock.waitFor("stdout", /ws:[^ ,\n]+/);
  [statsUrl = ""] = await mock.waitFor("stdout", /http:[^ ,\n]+\/stats/);
});

afterAll(async () => {
  mock.sendSignal("SIGTERM");
  await mock.end;
  await rm(folder, { recursive: true, force: true });
});

type Books = Readonly<Record<"messagesIn" | "messagesOut" | "connectionsAccepted" | "connectionsOpen", number>>;

async function books(): Promise<Books> {
  return (await (await fetch(statsUrl)).json()) as Books;
}

interface Run {
  readonly cli: RunningCli;
  readonly file: string;
}

let runs = 0;

function start(...args: readonly string[]): Run {
  const file = join(folder, `result-${(runs += 1)}.json`);
  const words = ["run", mockUrl, "-c", String(connections), "-o", file, ...args];
  return { cli: startCli(words, { openFiles }), file };
}

async function resultOf({ file }: Run): Promise<RunResult> {
  return JSON.parse(await readFile(file, "utf8")) as RunResult;
}

/** The run and all it had started are gone: it leads a process group of its own. */
async function groupIsGone({ cli }: Run): Promise<void> {
  for (;;) {
    try {
      process.kill(-cli.pid, 0);
    } catch (error) {
      expect((error as NodeJS.ErrnoException).code).toBe("ESRCH");
      return;
    }
    await delay(10);
  }
}

async function childrenOf({ cli }: Run): Promise<readonly number[]> {
  const threads = await readdir(`/proc/${cli.pid}/task`);
  const texts = await Promise.all(threads.map((id) => readFile(`/proc/${cli.pid}/task/${id}/children`, "utf8")));
  return texts.flatMap((text) => text.split(" ").filter(Boolean).map(Number));
}

/** At work: messages have been told of. */
async function underLoad(run: Run): Promise<void> {
  await run.cli.waitFor("stderr", /[1-9][\d,]* sent/);
}

function expectDelivered({ totals }: RunResult): void {
  const { sent, expected, delivered, lost } = totals.messages;
  expect({ expected, delivered, lost }).toEqual({ expected: sent, delivered: sent, lost: 0 });
}

const codes = (end: CliEnd) => `${end.exitCode ?? end.signal ?? ""}\n${end.stdout}\n${end.stderr}`;

// The limit of open files and /proc are Linux'.
describe.skipIf(process.platform !== "linux")("workers as processes", () => {
  it("count to the message what the target's books say, and leave nothing behind", async () => {
    const before = await books();
    const run = start("-r", "3000", "-n", "6000", "-d", "2s");
    const end = await run.cli.end;
    expect(end.exitCode, codes(end)).toBe(0);
    expect(end.stderr).toContain("over 3 workers (processes)");
    expect(end.stderr).toContain("each may open 400 files, too few for 900 connections");
    const result = await resultOf(run);
    expectDelivered(result);
    expect(result.totals.messages).toMatchObject({ offered: 6000, sent: 6000 });
    expect(result.totals.connections).toMatchObject({ opened: connections, failed: 0, closed: 0 });
    expect(result.totals.latencyUs.count).toBe(6000);
    expect(result.intervals.reduce((sum, interval) => sum + interval.sent, 0)).toBe(6000);
    expect(result.generator.missedIntervalSamples).toBe(0);
    expect(result.generator.workers.map((worker) => worker.connections)).toEqual([300, 300, 300]);
    const own = result.generator.workers.map((worker) => worker.cpuSeconds ?? 0);
    expect(Math.min(...own)).toBeGreaterThan(0);
    expect(result.generator.cpuSeconds).toBeGreaterThan(own.reduce((sum, seconds) => sum + seconds, 0));
    const after = await books();
    expect(after.messagesIn - before.messagesIn).toBe(6000);
    expect(after.messagesOut - before.messagesOut).toBe(6000);
    expect(after.connectionsAccepted - before.connectionsAccepted).toBe(connections);
    expect(after.connectionsOpen).toBe(0);
    await groupIsGone(run);
  });

  it("keep their connections over stages, and open more where a stage wants more", async () => {
    const profile = join(folder, "growing.yaml");
    const stages =
      "stages:\n  - {duration: 1s, rate: 1000, connections: 400}\n  - {duration: 1s, rate: 1000, connections: 900}\n";
    await writeFile(profile, `target: ${mockUrl}\n${stages}`);
    const file = join(folder, "growing.json");
    const run = { file, cli: startCli(["run", profile, "-o", file], { openFiles }) };
    const end = await run.cli.end;
    expect(end.exitCode, codes(end)).toBe(0);
    const result = await resultOf(run);
    expectDelivered(result);
    expect(result.phases.map((phase) => phase.messages.sent)).toEqual([1000, 1000]);
    await groupIsGone(run);
  });

  it("obey the first Ctrl-C through their parent, though it goes to the whole group", async () => {
    const before = await books();
    const run = start("-r", "3000", "-d", "60s");
    await underLoad(run);
    process.kill(-run.cli.pid, "SIGINT");
    const end = await run.cli.end;
    expect(end.exitCode, codes(end)).toBe(130);
    const result = await resultOf(run);
    expect(result.end.kind).toBe("interrupted");
    expectDelivered(result);
    expect((await books()).messagesIn - before.messagesIn).toBe(result.totals.messages.sent);
    await groupIsGone(run);
  });

  it("end at once with the second Ctrl-C", async () => {
    const run = start("-r", "3000", "-d", "60s", "--drain", "60s");
    await underLoad(run);
    const [first = -1] = await childrenOf(run);
    // Its share of the answers stays out, so that the drain lasts.
    process.kill(first, "SIGSTOP");
    run.cli.sendSignal("SIGINT");
    await run.cli.waitFor("stderr", /waiting for answers/);
    run.cli.sendSignal("SIGINT");
    expect((await run.cli.end).exitCode).toBe(130);
    process.kill(first, "SIGCONT");
    await groupIsGone(run);
  });

  it("say which of them was killed, keep what it had told, and end with 97", async () => {
    const run = start("-r", "3000", "-d", "60s");
    await underLoad(run);
    const children = await childrenOf(run);
    expect(children).toHaveLength(3);
    process.kill(children[1]!, "SIGKILL");
    const end = await run.cli.end;
    expect(end.exitCode, codes(end)).toBe(97);
    const result = await resultOf(run);
    expect(result.verdict.outcome).toBe("failed");
    expect(result.generator.lostWorkers).toHaveLength(1);
    expect(result.generator.lostWorkers[0]!.reason).toContain("SIGKILL");
    const { expected, delivered, lost } = result.totals.messages;
    expect(delivered + lost).toBe(expected);
    expect(delivered).toBeGreaterThan(0);
    await groupIsGone(run);
  });

  it("end when their parent is killed", async () => {
    const run = start("-r", "3000", "-d", "60s");
    await underLoad(run);
    process.kill(run.cli.pid, "SIGKILL");
    await groupIsGone(run);
    expect((await run.cli.end).signal).toBe("SIGKILL");
  });

  it("are refused before anything is sent when the user asked for too few", async () => {
    const before = await books();
    const end = await start("-w", "2").cli.end;
    expect(end.exitCode).toBe(2);
    expect(end.stderr).toBe(
      "error: --workers 2 is too few for 900 connections: a process may open 400 files, room for 360 connections\n" +
        "hint:  use -w 3, or raise the limit of open files (ulimit -n)\n",
    );
    expect(await books()).toMatchObject({ connectionsAccepted: before.connectionsAccepted });
  });

  it("do not help a mock that is one process: that is said before anything is sent", async () => {
    const end = await startCli(["run", "-c", "900", "-o", join(folder, "none.json")], { openFiles }).end;
    expect(end.exitCode).toBe(2);
    expect(end.stderr).toContain(
      "the built-in mock cannot hold 900 connections: its process may open 400 files, room for 360",
    );
  });
});
