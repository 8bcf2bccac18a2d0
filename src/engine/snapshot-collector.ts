import { Histogram } from "../measure/histogram.ts";
import type { FanOutCells } from "../measure/fan-out-cells.ts";
import { healthCell, type WorkerCells } from "../measure/worker-cells.ts";
import { messageClasses, type MessageClass } from "../plan/message-classes.ts";
import type { Plan } from "../plan/plan.ts";
import type { Collected, RunEnd } from "./collected.ts";
import type { FaultyReceivers } from "./collected-connections.ts";
import type { MissedCounts } from "./collected-generator.ts";
import type { CollectedInterval } from "./collected-interval.ts";
import type { CollectedClass, CollectedPhase } from "./collected-phase.ts";
import type { ResourceMonitor } from "./resource-monitor.ts";
import {
  mergeFailures,
  mergeFaultyReceivers,
  mergeResilience,
  mergeQueues,
  mergeStreams,
  type AllNotes,
  type StandingNotes,
} from "./snapshot/merge-notes.ts";
import { readConnections } from "./snapshot/connection-reader.ts";
import { missedCounts, nothingMissed } from "./snapshot/missed-counts.ts";
import { PhaseReader } from "./snapshot/phase-reader.ts";
import { RunTimeline } from "./snapshot/run-timeline.ts";
import { SecondKeeper } from "./snapshot/second-keeper.ts";
import { readWorkerHealth } from "./snapshot/worker-health.ts";
import type { WorkerNotes } from "./worker-messages.ts";

/** Reads the shared memory of all workers and puts it together. Measures nothing itself. */
export class SnapshotCollector {
  readonly #plan: Plan;
  readonly #phaseCount: number;
  readonly #cells: readonly WorkerCells[];
  readonly #runStartMs: number;
  readonly #startedAtEpochMs: number;
  readonly #resources: ResourceMonitor;
  readonly #timeline: RunTimeline;
  readonly #seconds: SecondKeeper;
  readonly #phases: PhaseReader;
  readonly #classes: readonly { readonly messageClass: MessageClass; readonly reader: PhaseReader }[];
  readonly #notes: (StandingNotes | null)[];
  readonly #lost = new Map<number, string>();

  constructor(
    plan: Plan,
    cells: readonly WorkerCells[],
    resources: ResourceMonitor,
    runStartMs: number,
    startedAtEpochMs: number,
    fanOut: readonly FanOutCells[] | null = null,
  ) {
    this.#plan = plan;
    this.#phaseCount = plan.segments.reduce((sum, { phases }) => sum + phases.length, 0);
    this.#cells = cells;
    this.#resources = resources;
    this.#runStartMs = runStartMs;
    this.#startedAtEpochMs = startedAtEpochMs;
    this.#timeline = new RunTimeline(plan);
    this.#seconds = new SecondKeeper(cells, this.#timeline, resources, runStartMs);
    this.#phases = new PhaseReader(plan, cells, fanOut);
    this.#classes = messageClasses(plan).map((messageClass, index) => ({
      messageClass,
      reader: new PhaseReader(
        plan,
        cells.map((worker) => ({ ...worker, phases: worker.classes[index]! })),
      ),
    }));
    this.#notes = cells.map(() => null);
  }

  /** What is told of seconds is what has been found since the worker told last; all else stands as it is now. */
  keepNotes(worker: number, { lost, late, ...notes }: WorkerNotes): void {
    this.#notes[worker] = notes;
    this.#seconds.addLost(lost);
    this.#seconds.addLate(late);
  }

  keepLost(worker: number, reason: string): void {
    this.#lost.set(worker, reason);
  }

  /** Connecting for the next segment begins. Returns the number of its first interval. */
  segmentConnecting(): number {
    return this.#timeline.connecting();
  }

  segmentStarted(atMs: number): void {
    this.#timeline.loadStarted(atMs);
  }

  segmentEnded(atMs: number): void {
    this.#timeline.loadEnded(atMs);
  }

  get openConnections(): number {
    return this.#phases.openConnections;
  }

  /** Over all phases, warm-up included. */
  total(which: number): number {
    return this.#sumOverWorkers((cells) => cells.phases.reduce((sum, phase) => sum + phase.counts[which]!, 0));
  }

  /** Latency over all phases so far. */
  latencySoFar(): Histogram {
    const all = Histogram.empty();
    for (let phase = 0; phase < this.#phaseCount; phase += 1) all.add(this.#phases.latencyOf(phase));
    return all;
  }

  /** Once a second: takes what the workers are about to overwrite. */
  tick(nowMs: number): void {
    this.#seconds.tick(nowMs);
  }

  /** Before the next segment overwrites the ring. */
  sealAll(nowMs: number): void {
    this.#seconds.sealAll(nowMs);
  }

  collect(end: RunEnd, nowMs: number, target: Pick<Collected["target"], "description" | "mockBooks">): Collected {
    const phases = this.#collectPhases(nowMs, end);
    const intervals = this.#seconds.intervals(nowMs);
    return {
      startedAtEpochMs: this.#startedAtEpochMs,
      durationMs: nowMs - this.#runStartMs,
      end,
      phases,
      intervals,
      failures: mergeFailures(this.#notes),
      generator: {
        workers: this.#cells.map(readWorkerHealth),
        cpuSeconds: this.#cpuSeconds(),
        lostWorkers: [...this.#lost].map(([index, reason]) => ({ index, reason })),
        memory: this.#resources.generatorMemory,
        fullCollections: this.#resources.fullCollections,
        throttledRatio: this.#resources.throttledRatio,
        stealRatio: this.#resources.stealRatio,
        ledgerGivenUp: this.#sumOverWorkers((cells) => cells.health[healthCell.ledgerGivenUp]!),
        missedByIntervals: end.kind === "running" ? nothingMissed : this.#missed(intervals),
      },
      target: { ...target, memory: this.#resources.targetMemory },
      firstForeignFrame: this.#notes.find((notes) => notes?.firstForeignFrame != null)?.firstForeignFrame ?? null,
      compressionAgreed: this.#notes.every((notes) => notes?.compressionAgreed ?? true),
      classes: this.#collectClasses(nowMs, end),
      streams: mergeStreams(this.#notes),
      resilience: mergeResilience(this.#notes),
      queue: mergeQueues(this.#notes),
      faultyReceivers: this.#faultyReceivers(),
      connections: readConnections(this.#plan, this.#cells, nowMs, this.#runStartMs),
      shutdown: null,
    };
  }

  #collectPhases(nowMs: number, end: RunEnd): readonly CollectedPhase[] {
    return this.#readPhases(this.#phases, this.#notes, nowMs, end);
  }

  /** A class is counted as all messages are; failures and closes are noted of connections, not of classes. */
  #collectClasses(nowMs: number, end: RunEnd): readonly CollectedClass[] {
    return this.#classes.map(({ messageClass, reader }) => ({
      messageClass,
      phases: this.#readPhases(reader, [], nowMs, end),
    }));
  }

  #readPhases(reader: PhaseReader, notes: AllNotes, nowMs: number, end: RunEnd): readonly CollectedPhase[] {
    const isOver = end.kind !== "running";
    return Array.from({ length: this.#phaseCount }, (_, phase) => {
      const soFar = this.#timeline.phaseSoFar(phase, nowMs);
      if (soFar === null) return null;
      return reader.read(phase, { ...soFar, isOver }, this.#runStartMs, notes, this.#lost);
    }).filter((phase) => phase !== null);
  }

  #missed(intervals: readonly CollectedInterval[]): MissedCounts {
    const phases = Array.from({ length: this.#phaseCount }, (_, phase) => phase);
    const orphaned = phases.reduce((sum, phase) => sum + this.#phases.orphanedIn(phase, this.#lost), 0);
    return missedCounts(this.#cells, intervals, orphaned);
  }

  #faultyReceivers(): FaultyReceivers | null {
    const told = this.#notes.flatMap((notes) => notes?.faultyReceivers ?? []);
    return told.length === 0 ? null : mergeFaultyReceivers(told);
  }

  /** Of the measured load. Worker processes read their own, each over its share of it. */
  #cpuSeconds(): number {
    if (this.#plan.workersAs.kind === "threads") return this.#resources.cpuSeconds;
    const ofWorkers = this.#sumOverWorkers((cells) => Math.max(0, cells.health[healthCell.cpuSeconds]!));
    return this.#resources.cpuSeconds + ofWorkers;
  }

  #sumOverWorkers(of: (cells: WorkerCells) => number): number {
    return this.#cells.reduce((sum, cells) => sum + of(cells), 0);
  }
}
