import { vi } from "vitest";
import type { Collected } from "../../src/engine/collected.ts";
import { PlanRun } from "../../src/engine/run-plan.ts";
import type { Plan } from "../../src/plan/plan.ts";
import { buildResult } from "../../src/result/build-result.ts";
import type { RunResult } from "../../src/result/run-result.ts";
import type { OpenTransport } from "../../src/transport/open-transport.ts";
import { aPhasePlan, aPlan, startedAtEpochMs } from "./a-collected.ts";
import { aResultInput } from "./a-result.ts";
import { MemoryPool } from "./memory-pool.ts";

const phases = [
  aPhasePlan({ name: "warm-up", measured: false, durationMs: 1500 }),
  aPhasePlan({ name: "steady", startMs: 1500, durationMs: 4000 }),
];

/** The engine with nothing left out but threads and sockets: two workers, 6 connections, 100 messages a second. */
export class WholeRun<T extends { readonly open: OpenTransport }> {
  readonly target: T;
  readonly plan: Plan;
  readonly run: PlanRun;
  pool!: MemoryPool;
  collected: Collected | null = null;

  constructor(target: T, changes: Partial<Plan> = {}) {
    this.target = target;
    this.plan = aPlan({
      segments: [{ connections: 6, phases }],
      drain: { kind: "fixed", durationMs: 1000 },
      ...changes,
    });
    this.run = new PlanRun(this.plan, {
      clock: { monotonicMs: () => performance.now(), epochMs: () => startedAtEpochMs },
      probes: {
        residentBytes: () => 80_000_000,
        fullCollections: () => 0,
        cpuSeconds: () => performance.now() / 2000,
        machineCounters: () => ({ throttledUs: null, stealTicks: null, totalTicks: null }),
      },
      targetMemory: { source: "nothing", read: () => Promise.resolve(null), unavailable: "not asked for" },
      targetDescription: "a target in memory",
      startWorkers: (tasks, listener) => (this.pool = new MemoryPool(tasks, listener, this.target)),
      onTick: () => undefined,
    });
    void this.run.run().then((collected) => (this.collected = collected));
  }

  async after(ms: number): Promise<void> {
    await vi.advanceTimersByTimeAsync(ms);
  }

  /** Lets it come to its end. Throws when its counts do not add up. */
  async result(): Promise<RunResult> {
    for (let seconds = 0; this.collected === null && seconds < 120; seconds += 1) await this.after(1000);
    return buildResult({ ...aResultInput(), plan: this.plan, collected: this.collected! });
  }
}
