import { describe, expect, it, vi } from "vitest";
import type { Collected } from "../../../src/engine/collected.ts";
import { PlanRun, type RunStage, type RunSurroundings } from "../../../src/engine/run-plan.ts";
import type { ShareTask, WorkerCommand, WorkerEvent } from "../../../src/engine/worker-messages.ts";
import type { WorkerPool, WorkerPoolListener } from "../../../src/engine/worker-pool.ts";
import { HistogramWriter } from "../../../src/measure/histogram-writer.ts";
import { control, controlView, counter, stopRequest, viewWorkerCells } from "../../../src/measure/worker-cells.ts";
import type { Plan } from "../../../src/plan/plan.ts";
import { aPhasePlan, aPlan, startedAtEpochMs } from "../../support/a-collected.ts";
import { useFakeTime } from "../../support/fake-time.ts";

type Answer = (worker: number, command: WorkerCommand) => WorkerEvent | null;

/** Answers everything at once, as a worker would whose connections all open and whose messages all come back. */
const prompt: Answer = (_, command) => {
  switch (command.kind) {
    case "connect":
      return { kind: "connected", ready: 5, wanted: 5 };
    case "startLoad":
      return { kind: "loadEnded", endedMs: command.atMs + 1000 };
    case "drain":
      return { kind: "drained", outstanding: 0 };
    case "lookAtStop":
    case "finish":
      return null;
  }
};

/** Workers that follow a script: each command gets the answer given, a turn later. */
class ScriptedPool implements WorkerPool {
  readonly residentBytes = 0;
  readonly workers;
  /** What was told to each worker. */
  readonly told: WorkerCommand[][];
  readonly tasks: readonly ShareTask[];
  answer: Answer = prompt;
  isDestroyed = false;
  readonly #listener: WorkerPoolListener;
  readonly #lost: (string | null)[];

  constructor(tasks: readonly ShareTask[], listener: WorkerPoolListener) {
    this.tasks = tasks;
    this.#listener = listener;
    this.#lost = tasks.map(() => null);
    this.told = tasks.map(() => []);
    this.workers = tasks.map((_, index) => {
      const lost = this.#lost;
      return {
        index,
        get lostReason() {
          return lost[index]!;
        },
        tell: (command: WorkerCommand) => this.#tell(index, command),
        giveUp: (reason: string) => this.lose(index, reason),
      };
    });
    setTimeout(() => tasks.forEach((_, index) => listener.onEvent(index, { kind: "started" })), 1);
    for (const { cells } of tasks) controlView(cells)[control.openConnections] = 5;
  }

  lose(worker: number, reason: string): void {
    this.#lost[worker] = reason;
    this.#listener.onLost(worker, reason);
  }

  allEnded(): Promise<void> {
    return Promise.resolve();
  }

  destroy(): Promise<void> {
    this.isDestroyed = true;
    return Promise.resolve();
  }

  kinds(worker: number): readonly string[] {
    return this.told[worker]!.map(({ kind }) => kind);
  }

  #tell(worker: number, command: WorkerCommand): void {
    this.told[worker]!.push(command);
    const event = this.answer(worker, command);
    if (event === null) return;
    // A load takes its time; everything else is answered at once.
    const afterMs = event.kind === "loadEnded" ? Math.max(1, event.endedMs - performance.now()) : 1;
    setTimeout(() => {
      if (this.#lost[worker] === null) this.#listener.onEvent(worker, event);
    }, afterMs);
  }
}

/** A run of two workers for a second, over scripted workers. */
function scripted(changes: Partial<Plan> = {}, surroundings: Partial<RunSurroundings> = {}) {
  let made: ScriptedPool | null = null;
  const plan = aPlan({
    workers: 2,
    segments: [{ connections: 10, phases: [aPhasePlan({ durationMs: 1000 })] }],
    ...changes,
  });
  const run = new PlanRun(plan, {
    clock: { monotonicMs: () => performance.now(), epochMs: () => startedAtEpochMs },
    probes: {
      residentBytes: () => 80_000_000,
      fullCollections: () => 0,
      cpuSeconds: () => performance.now() / 2000,
      machineCounters: () => ({ throttledUs: null, stealTicks: null, totalTicks: null }),
    },
    targetMemory: { source: "nothing", read: () => Promise.resolve(null), unavailable: "not asked for" },
    targetDescription: "a target in memory",
    startWorkers: (tasks, listener) => (made = new ScriptedPool(tasks, listener)),
    onTick: () => undefined,
    ...surroundings,
  });
  return { run, pool: made as unknown as ScriptedPool };
}

async function through(run: PlanRun, ms: number): Promise<Collected> {
  const ended = run.run();
  await vi.advanceTimersByTimeAsync(ms);
  return await ended;
}

describe("a run of a plan", () => {
  useFakeTime();

  it("leads every worker through connecting, load, drain and end", async () => {
    const { run, pool } = scripted();
    const collected = await through(run, 5000);
    for (const worker of [0, 1]) expect(pool.kinds(worker)).toEqual(["connect", "startLoad", "drain", "finish"]);
    expect(collected.end).toEqual({ kind: "completed" });
    expect(collected.startedAtEpochMs).toBe(startedAtEpochMs);
    expect(collected.phases.map(({ endMs, startMs }) => endMs - startMs)).toEqual([1000]);
    expect(pool.isDestroyed).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("gives both workers the same instant to start at, a little ahead", async () => {
    const { run, pool } = scripted();
    let toldAtMs = 0;
    pool.answer = (worker, command) => {
      if (command.kind === "startLoad") toldAtMs = performance.now();
      return prompt(worker, command);
    };
    await through(run, 5000);
    const starts = pool.told.map((told) => told.find((command) => command.kind === "startLoad")!);
    expect(starts[0]).toEqual(starts[1]);
    expect(starts[0]!.atMs - toldAtMs).toBe(20);
  });

  it("numbers the seconds of a second segment on from the first", async () => {
    const segment = { connections: 10, phases: [aPhasePlan({ durationMs: 1000 })] };
    const { run, pool } = scripted({ segments: [segment, segment] });
    const collected = await through(run, 9000);
    const starts = pool.told[0]!.filter((command) => command.kind === "startLoad");
    expect(starts.map(({ segment: index, firstInterval }) => [index, firstInterval])).toEqual([
      [0, 0],
      [1, 1],
    ]);
    expect(collected.intervals.map(({ segment: index }) => index)).toEqual([0, 1]);
  });

  it("fails without any load when no connection could be opened", async () => {
    const { run, pool } = scripted();
    for (const { cells } of pool.tasks) controlView(cells)[control.openConnections] = 0;
    const collected = await through(run, 5000);
    expect(collected.end).toEqual({ kind: "failed", reason: "no connection could be opened" });
    expect(pool.kinds(0)).toEqual(["connect", "finish"]);
    expect(collected.intervals).toEqual([]);
  });

  it("stops everybody when a worker dies, and keeps what was measured", async () => {
    const { run, pool } = scripted();
    pool.answer = (worker, command) =>
      command.kind === "startLoad"
        ? null
        : command.kind === "lookAtStop"
          ? { kind: "loadEnded", endedMs: performance.now() }
          : prompt(worker, command);
    const ended = run.run();
    await vi.advanceTimersByTimeAsync(400);
    pool.lose(1, "out of memory");
    await vi.advanceTimersByTimeAsync(5000);
    const collected = await ended;
    expect(collected.end).toEqual({ kind: "failed", reason: "worker 2 of 2 died: out of memory" });
    expect(collected.generator.lostWorkers).toEqual([{ index: 1, reason: "out of memory" }]);
    expect(pool.kinds(0)).toEqual(["connect", "startLoad", "lookAtStop", "drain", "finish"]);
    expect(pool.kinds(1)).toEqual(["connect", "startLoad"]);
    expect(pool.tasks.map(({ cells }) => controlView(cells)[control.stop])).toEqual([
      stopRequest.stopSending,
      stopRequest.stopSending,
    ]);
    expect(collected.phases[0]!.endMs - collected.phases[0]!.startMs).toBeLessThan(400);
  });

  it("gives up a worker that is silent for too long, and ends without it", async () => {
    const { run, pool } = scripted();
    pool.answer = (worker, command) => (worker === 0 && command.kind === "drain" ? null : prompt(worker, command));
    const collected = await through(run, 60_000);
    expect(collected.end).toEqual({
      kind: "failed",
      reason: "worker 1 of 2 was given up: no answer for 25 s (drained)",
    });
    expect(pool.kinds(1)).toContain("finish");
    expect(pool.kinds(0)).not.toContain("finish");
  });

  it("adds up nothing of a silent worker before it has been ended: it may still be counting", async () => {
    const { run, pool } = scripted();
    pool.answer = (worker, command) => (worker === 0 && command.kind === "drain" ? null : prompt(worker, command));
    const { counts } = viewWorkerCells(pool.tasks[0]!.cells, 1).phases[0]!;
    vi.spyOn(pool, "destroy").mockImplementationOnce(() => {
      counts[counter.unsolicited] = 7;
      return Promise.resolve();
    });
    const collected = await through(run, 60_000);
    expect(collected.phases[0]!.messages.unsolicited).toBe(7);
  });

  it("stops once, for the first reason, and still drains", async () => {
    const { run, pool } = scripted();
    pool.answer = (worker, command) =>
      command.kind === "startLoad"
        ? null
        : command.kind === "lookAtStop"
          ? { kind: "loadEnded", endedMs: performance.now() }
          : prompt(worker, command);
    const ended = run.run();
    await vi.advanceTimersByTimeAsync(300);
    run.stop({ kind: "interrupted", signal: "SIGINT" });
    run.stop({ kind: "aborted", reason: "a threshold" });
    await vi.advanceTimersByTimeAsync(5000);
    const collected = await ended;
    expect(collected.end).toEqual({ kind: "interrupted", signal: "SIGINT" });
    expect(pool.kinds(0)).toEqual(["connect", "startLoad", "lookAtStop", "drain", "finish"]);
  });

  it("starts no load when it is stopped while connecting", async () => {
    const { run, pool } = scripted();
    pool.answer = (worker, command) => (command.kind === "connect" ? null : prompt(worker, command));
    const ended = run.run();
    await vi.advanceTimersByTimeAsync(300);
    pool.answer = (_, command) => (command.kind === "lookAtStop" ? { kind: "connected", ready: 3, wanted: 5 } : null);
    run.stop({ kind: "interrupted", signal: "SIGTERM" });
    await vi.advanceTimersByTimeAsync(5000);
    expect((await ended).end).toEqual({ kind: "interrupted", signal: "SIGTERM" });
    expect(pool.kinds(0)).toEqual(["connect", "lookAtStop", "finish"]);
  });

  it.each([
    [null, 10_000],
    [100, 2000],
    [2000, 6000],
    [60_000, 30_000],
  ])("drains for three times the latency seen: %s ms gives %s ms", async (latencyMs, drainMs) => {
    const { run, pool } = scripted();
    if (latencyMs !== null) {
      const cells = viewWorkerCells(pool.tasks[0]!.cells, 1);
      new HistogramWriter(cells.phases[0]!.latency).record(latencyMs * 1000);
    }
    let toldAtMs = 0;
    let untilMs = 0;
    pool.answer = (worker, command) => {
      if (command.kind === "drain") [toldAtMs, untilMs] = [performance.now(), command.untilMs];
      return prompt(worker, command);
    };
    await through(run, 5000);
    expect(untilMs - toldAtMs).toBeCloseTo(drainMs, -1);
  });

  it("drains for as long as it was told, and not at all where nothing is sent", async () => {
    const fixed = scripted({ drain: { kind: "fixed", durationMs: 700 } });
    let drainMs = 0;
    fixed.pool.answer = (worker, command) => {
      if (command.kind === "drain") drainMs = command.untilMs - performance.now();
      return prompt(worker, command);
    };
    await through(fixed.run, 5000);
    expect(drainMs).toBe(700);
    const connectOnly = scripted({ mode: "connect" });
    await through(connectOnly.run, 5000);
    expect(connectOnly.pool.kinds(0)).toEqual(["connect", "startLoad", "finish"]);
  });

  it("tells of each phase that begins, of the first before its load is ordered, and of the end of each drain", async () => {
    const told: string[] = [];
    const phases = [0, 500].map((startMs) => aPhasePlan({ startMs, durationMs: 500 }));
    const segments = [10, 20].map((connections) => ({ connections, phases }));
    const { run, pool } = scripted(
      { segments },
      {
        onPhase: (phase) => {
          told.push(`${phase} after ${pool.kinds(0).at(-1)}`);
          return Promise.resolve();
        },
      },
    );
    await through(run, 9000);
    expect(told).toEqual([
      ...["0 after connect", "1 after startLoad", "null after drain"],
      ...["2 after connect", "3 after startLoad", "null after drain"],
    ]);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("shows each second what it is doing, and nothing any more once it closes", async () => {
    const stages: RunStage[] = [];
    const { run, pool } = scripted({}, { onTick: (_, stage) => stages.push(stage) });
    pool.answer = (worker, command) => (command.kind === "drain" ? null : prompt(worker, command));
    const ended = run.run();
    await vi.advanceTimersByTimeAsync(3500);
    for (const worker of [0, 1]) pool.lose(worker, "gone");
    await vi.advanceTimersByTimeAsync(3000);
    await ended;
    expect(stages).toEqual(["load", "draining", "draining"]);
  });

  it("ends as failed, with all it measured, when watching it throws", async () => {
    const { run, pool } = scripted(
      {},
      {
        onTick: () => {
          throw new Error("no such column");
        },
      },
    );
    pool.answer = (worker, command) =>
      command.kind === "lookAtStop" ? { kind: "loadEnded", endedMs: performance.now() } : prompt(worker, command);
    const collected = await through(run, 8000);
    expect(collected.end.kind).toBe("failed");
    expect(collected.end).toMatchObject({ reason: expect.stringContaining("no such column") as string });
    expect(pool.kinds(0)).toContain("finish");
  });
});
