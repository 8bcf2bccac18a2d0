import type { MessagePort } from "node:worker_threads";
import type { CellsUpdate } from "../measure/cells-mirror.ts";
import type { LateSamples } from "../measure/interval-recorder.ts";
import type { Plan } from "../plan/plan.ts";
import type { BroadcastMemory } from "./broadcast-memory.ts";
import type { FailureCount } from "./collected.ts";
import type { FaultyReceivers } from "./collected-connections.ts";
import type { CollectedQueue } from "./collected-queue.ts";
import type { BreakerRecord, Herd } from "./collected-resilience.ts";
import type { CollectedStreams } from "./collected-streams.ts";

/** One worker's part of a run. */
export interface ShareTask {
  readonly plan: Plan;
  readonly workerIndex: number;
  /** Memory of its WorkerCells. */
  readonly cells: SharedArrayBuffer;
  /** Zero of all instants that are reported, on the clock of host/monotonic-clock.ts. */
  readonly runStartMs: number;
  /** In mode broadcast, whose workers are threads. */
  readonly broadcast?: BroadcastMemory;
}

/** What a thread is started with. */
export interface ThreadTask extends ShareTask {
  /** Commands come in, events go out. */
  readonly port: MessagePort;
}

/** What a process is started with; it makes cells of its own, which are mirrored into those of the task. */
export type ProcessTask = Omit<ShareTask, "cells">;

/** Main process to worker process. */
export type ToWorkerProcess =
  | { readonly kind: "start"; readonly task: ProcessTask }
  /** The stop request of the main side's cells comes with every command. */
  | { readonly kind: "command"; readonly command: WorkerCommand; readonly stop: number };

/** Worker process to main process: what has changed in its cells, and what there is to say beside that. */
export interface FromWorkerProcess {
  /** As of this message; null when nothing has changed since the last one. */
  readonly cells: CellsUpdate | null;
  /** Of the worker's process, now. */
  readonly residentBytes: number;
  readonly event: WorkerEvent | null;
  /** Not null in the last message. */
  readonly outcome: WorkerOutcome | null;
}

/** A worker's end of its line to the main side, whatever lies between: a thread's port or a process' channel. */
export interface WorkerLink {
  tell(event: WorkerEvent): void;
  /** Called once, before the first command can arrive. */
  onCommand(listener: (command: WorkerCommand) => void): void;
  /** No command comes and no event goes any more. */
  close(): void;
}

/** Main side to worker, in the order of a run. */
export type WorkerCommand =
  /** Open (or close down to) the connections of a segment. */
  | { readonly kind: "connect"; readonly segment: number }
  /** Begin the segment's load at this instant of the monotonic clock. */
  | { readonly kind: "startLoad"; readonly segment: number; readonly atMs: number; readonly firstInterval: number }
  /** Wait for answers, until this instant at the latest. */
  | { readonly kind: "drain"; readonly untilMs: number }
  /** Look at the stop request in the cells now. */
  | { readonly kind: "lookAtStop" }
  /** Close everything and end the task. */
  | { readonly kind: "finish" };

/** Worker to main side. */
export type WorkerEvent =
  /** Its code is loaded and it waits for commands. */
  | { readonly kind: "started" }
  /** Every connection of the segment is ready or has failed. */
  | { readonly kind: "connected"; readonly ready: number; readonly wanted: number }
  /** All that was due is sent, or the load was stopped; `endedMs` on the monotonic clock. */
  | { readonly kind: "loadEnded"; readonly endedMs: number }
  | { readonly kind: "drained"; readonly outstanding: number }
  /** Cumulative; once a second when something changed, and once before the end. */
  | { readonly kind: "notes"; readonly notes: WorkerNotes };

/** What a worker tells besides its cells: small, rarely changing, replaced whole each time. */
export interface WorkerNotes {
  /** By phase of the plan (flat index). */
  readonly errorsByPhase: readonly Readonly<Record<string, number>>[];
  readonly closeCodesByPhase: readonly Readonly<Record<string, number>>[];
  readonly lifetimesByPhase: readonly LifetimeSum[];
  /** Instants are milliseconds since runStartMs. */
  readonly failures: readonly FailureCount[];
  readonly firstForeignFrame: string | null;
  /** False as soon as one connection was opened without the compression that was asked for. */
  readonly compressionAgreed: boolean;
  /** In mode broadcast, once a drain is over. */
  readonly faultyReceivers: FaultyReceivers | null;
  /** By interval number: messages lost since the notes before, by intended instant. */
  readonly lost: ReadonlyMap<number, number>;
  /** Since the notes before. */
  readonly late: LateSamples;
  /** Mode push: told when a load is over; null before, and in other modes. */
  readonly streams: CollectedStreams | null;
  /** Mode queue, likewise. */
  readonly queue: CollectedQueue | null;
  /** Null where connections are not opened again. */
  readonly resilience: WorkerResilience | null;
}

/** What one worker tells of its outages. */
export interface WorkerResilience {
  readonly herds: readonly Herd[];
  readonly bufferHighWater: number;
  readonly breaker: Omit<BreakerRecord, "worker"> | null;
}

/** Lifetimes of connections that ended, milliseconds. */
export interface LifetimeSum {
  readonly count: number;
  readonly sum: number;
  readonly min: number;
  readonly max: number;
}

/** What the task ends with; errors cross as data, because a thrown one would lose all but its text. */
export type WorkerOutcome = { readonly kind: "finished" } | { readonly kind: "failed"; readonly reason: string };
