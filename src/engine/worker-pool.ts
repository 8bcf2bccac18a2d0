import type { ShareTask, WorkerCommand, WorkerEvent } from "./worker-messages.ts";

/** The workers of one run, each with one share: threads (thread-pool.ts) or processes (process-pool.ts). */
export interface WorkerPool {
  readonly workers: readonly WorkerHandle[];
  /** Of workers that are processes of their own, as they last told; 0 for threads. */
  readonly residentBytes: number;
  /** Resolves when every share has ended, one way or the other. */
  allEnded(): Promise<void>;
  /** Ends the workers, whatever they are doing. */
  destroy(): Promise<void>;
}

/** Starts one worker for each task. They have begun, but not answered yet, when it returns. */
export type StartWorkers = (tasks: readonly ShareTask[], listener: WorkerPoolListener) => WorkerPool;

/** One worker as the main side sees it. */
export interface WorkerHandle {
  readonly index: number;
  /** Null while it lives; then why it is gone. */
  readonly lostReason: string | null;
  tell(command: WorkerCommand): void;
  /** It counts as lost from now on; it ends with the pool. */
  giveUp(reason: string): void;
}

/**
 * A worker's heap for new objects, which V8 would let grow to 48 MiB while thousands of connections open, and never
 * shrink: half the memory of 5,000 idle ones was that garbage. Sending makes next to none, and costs the same with 4 as
 * with 48.
 */
export const youngGenerationMib = 4;

export interface WorkerPoolListener {
  onEvent(worker: number, event: WorkerEvent): void;
  /** The worker ended before its share was done. */
  onLost(worker: number, reason: string): void;
}
