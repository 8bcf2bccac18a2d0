import type { MessagePort } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ThreadPool } from "../../../src/engine/thread-pool.ts";
import type { ShareTask, ThreadTask, WorkerEvent, WorkerOutcome } from "../../../src/engine/worker-messages.ts";
import { allocateWorkerCells } from "../../../src/measure/worker-cells.ts";
import { aPlan } from "../../support/a-collected.ts";

/** What a pool was asked to run, and how the test lets it end. */
interface StartedTask {
  readonly task: ThreadTask;
  readonly finish: (outcome: WorkerOutcome) => void;
  readonly fail: (error: unknown) => void;
}

const started: StartedTask[] = [];

vi.mock("tinypool", () => ({
  Tinypool: class {
    run(task: ThreadTask): Promise<WorkerOutcome> {
      return new Promise((finish, fail) => void started.push({ task, finish, fail }));
    }
    // Like the real one when a thread is gone already: it waits for an exit that was told before.
    destroy(): Promise<void> {
      return new Promise(() => undefined);
    }
  },
}));

/** A pool of two threads that are only ports, and what its listener heard. */
function twoThreads() {
  started.length = 0;
  const heard: (readonly [worker: number, event: WorkerEvent])[] = [];
  const lost: (readonly [worker: number, reason: string])[] = [];
  const tasks = [0, 1].map((workerIndex): ShareTask => ({
    plan: aPlan(),
    workerIndex,
    cells: allocateWorkerCells(1).memory,
    runStartMs: 0,
  }));
  const pool = new ThreadPool(new URL("file:///nowhere.js"), tasks, {
    onEvent: (worker, event) => heard.push([worker, event]),
    onLost: (worker, reason) => lost.push([worker, reason]),
  });
  return { pool, heard, lost, ports: started.map(({ task }) => task.port) };
}

/** Ports tell in turns of the real event loop. */
async function portsHaveTold(): Promise<void> {
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
}

describe("the pool of threads", () => {
  const open: MessagePort[] = [];
  const pools: ThreadPool[] = [];
  const begin = () => {
    const all = twoThreads();
    open.push(...all.ports);
    pools.push(all.pool);
    return all;
  };
  beforeEach(() => {
    vi.useFakeTimers({ toFake: ["setTimeout", "clearTimeout"] });
  });
  afterEach(async () => {
    for (const port of open.splice(0)) port.close();
    for (const pool of pools.splice(0)) {
      const destroyed = pool.destroy();
      await vi.advanceTimersByTimeAsync(5000);
      await destroyed;
    }
    vi.useRealTimers();
  });

  it("hears what a worker told last, though the outcome of its task comes by another way and sooner", async () => {
    const { pool, heard } = begin();
    for (const { task, finish } of started) {
      task.port.postMessage({ kind: "drained", outstanding: task.workerIndex });
      finish({ kind: "finished" });
    }
    await pool.allEnded();
    expect(heard).toEqual([
      [0, { kind: "drained", outstanding: 0 }],
      [1, { kind: "drained", outstanding: 1 }],
    ]);
  });

  it("hands commands to the worker they are for, and tells whose event it is", async () => {
    const { pool, heard, ports } = begin();
    const told: unknown[] = [];
    ports[1]!.on("message", (command) => told.push(command));
    pool.workers[1]!.tell({ kind: "finish" });
    ports[0]!.postMessage({ kind: "started" });
    await portsHaveTold();
    expect(told).toEqual([{ kind: "finish" }]);
    expect(heard).toEqual([[0, { kind: "started" }]]);
  });

  it("has ended when every share has, without a loss when they finished", async () => {
    const { pool, lost } = begin();
    let hasEnded = false;
    const ended = pool.allEnded().then(() => (hasEnded = true));
    started[0]!.finish({ kind: "finished" });
    await portsHaveTold();
    expect(hasEnded).toBe(false);
    started[1]!.finish({ kind: "finished" });
    await ended;
    expect(lost).toEqual([]);
    expect(pool.workers.map(({ lostReason }) => lostReason)).toEqual([null, null]);
  });

  it.each([
    ["a share that failed", ({ finish }: StartedTask) => finish({ kind: "failed", reason: "no such segment" })],
    ["a thread that broke off", ({ fail }: StartedTask) => fail(new Error("no such segment"))],
  ])("tells %s once, with its reason", async (_, end) => {
    const { pool, lost, ports } = begin();
    end(started[1]!);
    ports[1]!.close();
    await portsHaveTold();
    await vi.advanceTimersByTimeAsync(5000);
    pool.workers[1]!.giveUp("no answer");
    expect(lost).toEqual([[1, "no such segment"]]);
    expect(pool.workers.map(({ lostReason }) => lostReason)).toEqual([null, "no such segment"]);
  });

  it("takes a thread for lost when its port closes and no outcome follows soon", async () => {
    const { lost, ports } = begin();
    for (const port of ports) port.close();
    await portsHaveTold();
    // A worker that is done closes its port a moment before its outcome comes.
    started[0]!.finish({ kind: "finished" });
    await vi.advanceTimersByTimeAsync(400);
    expect(lost).toEqual([]);
    await vi.advanceTimersByTimeAsync(200);
    expect(lost).toEqual([[1, "its thread ended unexpectedly"]]);
  });

  it("counts a worker that was given up as ended, whatever it says later", async () => {
    const { pool, lost } = begin();
    started[0]!.finish({ kind: "finished" });
    pool.workers[1]!.giveUp("no answer for 15 s");
    await pool.allEnded();
    started[1]!.finish({ kind: "finished" });
    await portsHaveTold();
    expect(lost).toEqual([[1, "no answer for 15 s"]]);
  });

  it("waits for threads that are gone already no longer than two seconds", async () => {
    const { pool } = begin();
    let isDestroyed = false;
    void pool.destroy().then(() => (isDestroyed = true));
    await vi.advanceTimersByTimeAsync(1900);
    expect(isDestroyed).toBe(false);
    await vi.advanceTimersByTimeAsync(200);
    expect(isDestroyed).toBe(true);
  });
});
