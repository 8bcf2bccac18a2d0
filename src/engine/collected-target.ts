import type { MemorySeries } from "./memory-source.ts";

export interface CollectedTarget {
  /** For people: `mock (echo)`, `ws://host/path`. */
  readonly description: string;
  readonly memory: MemorySeries;
  /** The mock's books when the target is the mock: what it took in, gave out, and every fault it injected. */
  readonly mockBooks: Readonly<Record<string, number>> | null;
  /** What changed in them from phase to phase; left out while running and where there are no books. */
  readonly booksByPhase?: readonly PhaseBooks[];
  /** How the mock ended; left out while it runs and for any other target. */
  readonly shutdown?: TargetShutdown;
}

/** What the mock counted from the begin of a phase's load to that of the next, or to the end of the drain. */
export interface PhaseBooks {
  /** Index among all phases. */
  readonly phase: number;
  /** Without those that stayed as they were. */
  readonly changes: Readonly<Record<string, number>>;
}

/** What the mock says of its own end. */
export interface TargetShutdown {
  readonly pendingFlushed: number;
  readonly pendingDropped: number;
  readonly connectionsClosed: number;
  readonly backgroundTasksStopped: number;
  readonly durationMs: number;
}
