import type { MemorySeries } from "./memory-source.ts";

export interface CollectedGenerator {
  readonly workers: readonly WorkerHealth[];
  readonly cpuSeconds: number;
  readonly lostWorkers: readonly { readonly index: number; readonly reason: string }[];
  readonly memory: MemorySeries;
  /** How often all garbage of the main thread was collected under load. */
  readonly fullCollections: number;
  /** Share of the run in which the container was throttled by its CPU quota; null when there is none to read. */
  readonly throttledRatio: number | null;
  /** Share of host CPU time taken by other guests; null when it cannot be read. */
  readonly stealRatio: number | null;
  /** Messages settled as lost early because too many were outstanding; a later copy of one counts as duplicated. */
  readonly ledgerGivenUp: number;
  /** What workers recorded by seconds and no interval has; zeros while running. */
  readonly missedByIntervals: MissedCounts;
}

/** Seconds were overwritten before the main thread read them, or a worker died before it told. */
export interface MissedCounts {
  readonly sent: number;
  readonly delivered: number;
  readonly lost: number;
  /** Latency samples. */
  readonly latencies: number;
}

export interface WorkerHealth {
  readonly index: number;
  /** The most it had open at a time. */
  readonly connections: number;
  /** Event-loop lag under load (resolution taken off), microseconds; null when there was no load to lag under. */
  readonly lagUs: { readonly p50: number; readonly p99: number; readonly max: number } | null;
  /** Share of wall time the loop was busy, its own spinning left out, 0 .. 1; null while unknown. */
  readonly utilization: number | null;
  readonly cpuSeconds: number | null;
  /** In which its loop stood still for more than 20 ms at a time. */
  readonly stalls: WorkerStalls;
  /** How long it watched for standstills after the load of a segment, until its drain was over; 0 before. */
  readonly drainMs: number;
  /** Share of the load in which it could run and waited for a core, 0 .. 1; null where the system does not tell. */
  readonly starvedRatio: number | null;
  readonly gcPauseTotalMs: number;
  readonly gcPauseMaxMs: number;
  /** How often all its garbage was collected under load. */
  readonly fullCollections: number;
}

/** Time in which nothing was sent or read, milliseconds; 0 for none. */
export interface WorkerStalls {
  /** Of the measured load and the drain. */
  readonly loadMs: number;
  /** The part of `loadMs` that fell into drains. */
  readonly drainMs: number;
  readonly longestLoadMs: number;
  readonly connectingMs: number;
  readonly longestConnectingMs: number;
}

/** How the generator ended its own side. */
export interface CollectedShutdown {
  /** Waiting for answers after each load, all segments together, milliseconds. */
  readonly drainMs: number;
  /** Connections that were open when everything was to be closed. */
  readonly connectionsClosed: number;
  /** Workers that ended as told; those that were lost did not. */
  readonly workersEnded: number;
  /** From the order to close until the last worker had ended, milliseconds. */
  readonly durationMs: number;
}
