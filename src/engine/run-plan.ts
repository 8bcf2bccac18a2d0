import type { Clock } from "../host/host.ts";
import { viewFanOutCells } from "../measure/fan-out-cells.ts";
import { control, counter, stopRequest, type WorkerCells } from "../measure/worker-cells.ts";
import { firstPhaseOf, loadMsOf } from "../plan/phase-times.ts";
import type { Plan, Segment } from "../plan/plan.ts";
import { allocateBroadcastMemory } from "./broadcast-memory.ts";
import type { Collected, RunEnd } from "./collected.ts";
import type { CollectedShutdown } from "./collected-generator.ts";
import { howLost, noAnswerFor } from "./lost-worker.ts";
import type { MemorySource } from "./memory-source.ts";
import { ResourceMonitor, type ResourceProbes } from "./resource-monitor.ts";
import { SnapshotCollector } from "./snapshot-collector.ts";
import { allocateCellsFor } from "./worker-memory.ts";
import type { WorkerEvent } from "./worker-messages.ts";
import type { StartWorkers, WorkerPool } from "./worker-pool.ts";

export interface RunSurroundings {
  readonly clock: Clock;
  readonly probes: ResourceProbes;
  readonly targetMemory: MemorySource;
  readonly targetDescription: string;
  readonly startWorkers: StartWorkers;
  /** Once a second; `collect` gives everything measured so far, at a cost that nobody pays who does not ask. */
  readonly onTick: (collect: () => Collected, stage: RunStage) => void;
  /**
   * The load of this phase (index among all phases) begins, or, where null, the drain of the last one is over. Waited for
   * before a segment's load and after its drain. @default nothing
   */
  readonly onPhase?: (phase: number | null) => Promise<void>;
}

/** What a run is doing now. */
export type RunStage = "connecting" | "load" | "draining" | "closing";

/** Between the order to start and the start: long enough to reach every worker, also one that is a process. */
const startDelaysMs = { threads: 20, processes: 100 } as const;
/** A worker that is silent so long after it should have answered is given up. */
const answerTimeoutMs = 15_000;
const shortestDrainMs = 2_000;
const longestDrainMs = 30_000;
const unknownLatencyDrainMs = 10_000;

type Awaited = Exclude<WorkerEvent["kind"], "notes">;

/** One run of a plan: workers, connections, load, drain, teardown. Ends with everything that was measured. */
export class PlanRun {
  readonly #plan: Plan;
  readonly #surroundings: RunSurroundings;
  readonly #cells: readonly WorkerCells[];
  readonly #resources: ResourceMonitor;
  readonly #collector: SnapshotCollector;
  readonly #pool: WorkerPool;
  readonly #runStartMs: number;
  /** Which kind of event each worker still owes; null when none. */
  readonly #owed: (Awaited | null)[];
  #whenPaid: (() => void) | null = null;
  #end: RunEnd = { kind: "running" };
  #stage: RunStage = "connecting";
  #cpuTimer: NodeJS.Timeout | undefined;
  #phaseTimers: readonly NodeJS.Timeout[] = [];
  #isTicking = false;
  #latestEndMs = 0;
  #drainedMs = 0;

  constructor(plan: Plan, surroundings: RunSurroundings) {
    this.#plan = plan;
    this.#surroundings = surroundings;
    const phaseCount = plan.segments.reduce((sum, segment) => sum + segment.phases.length, 0);
    this.#cells = Array.from({ length: plan.workers }, (_, workerIndex) => allocateCellsFor(plan, workerIndex));
    const probes = {
      ...surroundings.probes,
      residentBytes: () => surroundings.probes.residentBytes() + this.#pool.residentBytes,
    };
    this.#resources = new ResourceMonitor(probes, surroundings.targetMemory, plan.workersAs);
    this.#runStartMs = surroundings.clock.monotonicMs();
    const epochMs = surroundings.clock.epochMs();
    const broadcast = allocateBroadcastMemory(plan, this.#runStartMs);
    const fanOut = broadcast?.map((memory) => viewFanOutCells(memory.fanOut, phaseCount)) ?? null;
    this.#collector = new SnapshotCollector(plan, this.#cells, this.#resources, this.#runStartMs, epochMs, fanOut);
    this.#owed = this.#cells.map(() => null);
    const tasks = this.#cells.map((cells, workerIndex) => ({
      plan,
      workerIndex,
      cells: cells.memory,
      runStartMs: this.#runStartMs,
      ...(broadcast !== null && { broadcast: broadcast[workerIndex]! }),
    }));
    this.#pool = surroundings.startWorkers(tasks, {
      onEvent: (worker, event) => this.#heard(worker, event),
      onLost: (worker, reason) => this.#workerLost(worker, reason),
    });
  }

  /** Runs to the end, or to where `stop` cut it. Never rejects for what the target does. */
  async run(): Promise<Collected> {
    const ticking = setInterval(() => void this.#tick(), 1000);
    try {
      // Memory before the first connection is memory with all code loaded.
      await this.#awaitAll("started", answerTimeoutMs);
      await this.#sample();
      for (const [index, segment] of this.#plan.segments.entries()) {
        if (this.#end.kind === "running") await this.#runSegment(index, segment);
      }
      if (this.#end.kind === "running") this.#end = { kind: "completed" };
      const shutdown = await this.#teardown();
      await this.#sample();
      return { ...this.collect(), shutdown };
    } finally {
      clearInterval(ticking);
      clearTimeout(this.#cpuTimer);
      for (const timer of this.#phaseTimers) clearTimeout(timer);
      await this.#pool.destroy();
    }
  }

  /** Stops sending, still waits for answers. The first reason counts. */
  stop(end: Exclude<RunEnd, { kind: "running" | "completed" }>): void {
    if (this.#end.kind !== "running") return;
    this.#end = end;
    this.#requestStop(stopRequest.stopSending);
  }

  /** Everything measured so far. */
  collect(): Collected {
    return this.#collector.collect(this.#end, this.#nowMs(), {
      description: this.#surroundings.targetDescription,
      mockBooks: null,
    });
  }

  async #runSegment(index: number, segment: Segment): Promise<void> {
    this.#stage = "connecting";
    const firstInterval = this.#collector.segmentConnecting();
    this.#tellAll({ kind: "connect", segment: index });
    await this.#awaitAll("connected", this.#connectLimitMs(segment));
    if (this.#collector.openConnections === 0 && !this.#mayComeBack() && this.#end.kind === "running") {
      this.#end = { kind: "failed", reason: "no connection could be opened" };
    }
    if (this.#wasStopped()) return;
    await this.#sample();
    if (this.#wasStopped()) return;
    await this.#surroundings.onPhase?.(firstPhaseOf(this.#plan, index));
    if (this.#wasStopped()) return;
    // No message is sent near to the join of a receiver that was there from the start.
    const guardMs = this.#plan.broadcast?.guardMs ?? 0;
    const startDelayMs = startDelaysMs[this.#plan.workersAs.kind] + guardMs;
    const startMs = this.#nowMs() + startDelayMs;
    this.#collector.segmentStarted(startMs);
    this.#latestEndMs = 0;
    this.#stage = "load";
    this.#tellAll({ kind: "startLoad", segment: index, atMs: startMs, firstInterval });
    this.#watchCpu(segment, startMs);
    this.#watchPhases(index, segment, startMs);
    await this.#awaitAll("loadEnded", startDelayMs + loadMsOf(segment.phases) + answerTimeoutMs);
    clearTimeout(this.#cpuTimer);
    for (const timer of this.#phaseTimers) clearTimeout(timer);
    this.#resources.loadEnded(this.#nowMs() - this.#runStartMs);
    void this.#sample();
    this.#collector.segmentEnded(this.#latestEndMs > 0 ? this.#latestEndMs : this.#nowMs());
    await this.#drain();
    await this.#surroundings.onPhase?.(null);
    this.#collector.sealAll(this.#nowMs());
  }

  /** A target that was there and is away while a segment begins is an outage like any other, where connections are tried again. */
  #mayComeBack(): boolean {
    return this.#plan.connect.reconnect !== null && this.#collector.total(counter.opened) > 0;
  }

  async #drain(): Promise<void> {
    if (this.#plan.mode === "connect") return;
    const drainMs = this.#drainMs();
    this.#stage = "draining";
    const startMs = this.#nowMs();
    this.#tellAll({ kind: "drain", untilMs: startMs + drainMs });
    await this.#awaitAll("drained", drainMs + answerTimeoutMs);
    this.#drainedMs += this.#nowMs() - startMs;
  }

  #drainMs(): number {
    const { drain } = this.#plan;
    if (drain.kind === "fixed") return drain.durationMs;
    const p999Us = this.#collector.latencySoFar().percentile(99.9);
    // What is pushed is on its way already, and nobody asks the target to make it first.
    if (p999Us === null && this.#plan.mode === "push") return shortestDrainMs;
    // Nothing has come back yet: how long an answer takes is unknown.
    if (p999Us === null) return unknownLatencyDrainMs;
    return Math.min(longestDrainMs, Math.max(shortestDrainMs, (3 * p999Us) / 1000));
  }

  async #teardown(): Promise<CollectedShutdown> {
    this.#stage = "closing";
    const startMs = this.#nowMs();
    const connectionsClosed = this.#collector.openConnections;
    this.#tellAll({ kind: "finish" });
    let timer: NodeJS.Timeout | undefined;
    const limit = new Promise<void>((resolve) => (timer = setTimeout(resolve, answerTimeoutMs)));
    await Promise.race([this.#pool.allEnded(), limit]);
    clearTimeout(timer);
    // One that was given up may still be counting: its numbers must stand still while they are added up.
    const workersEnded = this.#pool.workers.filter(({ lostReason }) => lostReason === null).length;
    if (workersEnded < this.#pool.workers.length) await this.#pool.destroy();
    return { drainMs: this.#drainedMs, connectionsClosed, workersEnded, durationMs: this.#nowMs() - startMs };
  }

  /** CPU counts over the measured load: from the end of the warm-up on. */
  #watchCpu(segment: Segment, startMs: number): void {
    const measured = segment.phases.find((phase) => phase.measured);
    if (measured === undefined) return;
    const begin = (): void => {
      if (this.#end.kind === "running") this.#resources.loadStarted(this.#nowMs() - this.#runStartMs);
    };
    this.#cpuTimer = setTimeout(begin, Math.max(0, startMs + measured.startMs - this.#nowMs()));
  }

  /** The first phase of a segment was told before. */
  #watchPhases(index: number, segment: Segment, startMs: number): void {
    const first = firstPhaseOf(this.#plan, index);
    this.#phaseTimers = segment.phases.slice(1).map((phase, i) => {
      const begin = (): void => void this.#surroundings.onPhase?.(first + 1 + i);
      return setTimeout(begin, Math.max(0, startMs + phase.startMs - this.#nowMs()));
    });
  }

  #heard(worker: number, event: WorkerEvent): void {
    if (event.kind === "notes") {
      this.#collector.keepNotes(worker, event.notes);
      return;
    }
    if (event.kind === "loadEnded") this.#latestEndMs = Math.max(this.#latestEndMs, event.endedMs);
    if (this.#owed[worker] === event.kind) this.#pay(worker);
  }

  #workerLost(worker: number, reason: string): void {
    this.#collector.keepLost(worker, reason);
    this.#pay(worker);
    this.stop({ kind: "failed", reason: `worker ${worker + 1} of ${this.#plan.workers} ${howLost(reason)}` });
  }

  #pay(worker: number): void {
    this.#owed[worker] = null;
    if (this.#owed.every((owed) => owed === null)) this.#whenPaid?.();
  }

  /** Waits until every living worker has answered; the silent ones are lost. */
  async #awaitAll(kind: Awaited, limitMs: number): Promise<void> {
    for (const worker of this.#pool.workers) this.#owed[worker.index] = worker.lostReason === null ? kind : null;
    if (this.#owed.every((owed) => owed === null)) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#whenPaid = resolve;
      timer = setTimeout(() => {
        for (const worker of this.#pool.workers) {
          if (this.#owed[worker.index] !== null) worker.giveUp(noAnswerFor(limitMs, kind));
        }
        resolve();
      }, limitMs);
    });
    clearTimeout(timer);
    this.#whenPaid = null;
  }

  #tellAll(command: Parameters<WorkerPool["workers"][number]["tell"]>[0]): void {
    for (const worker of this.#pool.workers) if (worker.lostReason === null) worker.tell(command);
  }

  #requestStop(request: number): void {
    for (const cells of this.#cells) cells.control[control.stop] = request;
    this.#tellAll({ kind: "lookAtStop" });
  }

  #connectLimitMs(segment: Segment): number {
    const { ratePerSecond, timeoutMs } = this.#plan.connect;
    const pacedMs = ratePerSecond === null ? 0 : (segment.connections / ratePerSecond) * 1000;
    // 64 attempts at a time and worker, each as slow as allowed.
    const rounds = Math.ceil(segment.connections / this.#plan.workers / 64) + 1;
    return pacedMs + rounds * timeoutMs * 2 + answerTimeoutMs;
  }

  async #tick(): Promise<void> {
    this.#collector.tick(this.#nowMs());
    if (this.#isTicking) return;
    this.#isTicking = true;
    try {
      await this.#sample();
      if (this.#stage !== "closing") this.#surroundings.onTick(() => this.collect(), this.#stage);
    } catch (error) {
      // Whatever is wrong with watching the run, its result must still be saved.
      this.stop({
        kind: "failed",
        reason: `a bug in floodgate: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`,
      });
    } finally {
      this.#isTicking = false;
    }
  }

  /** A function, because awaiting lets the end change under the compiler's eyes. */
  #wasStopped(): boolean {
    return this.#end.kind !== "running";
  }

  async #sample(): Promise<void> {
    const tMs = this.#nowMs() - this.#runStartMs;
    await this.#resources.sample(tMs, this.#collector.openConnections, this.#collector.total(counter.delivered));
  }

  #nowMs(): number {
    return this.#surroundings.clock.monotonicMs();
  }
}
