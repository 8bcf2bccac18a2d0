/** Outages of several connections at once, and how the breakers behaved; what counts and histograms do not tell. */
export interface CollectedResilience {
  /** In time order. */
  readonly herds: readonly Herd[];
  /** The most messages that waited for one connection. */
  readonly bufferHighWater: number;
  /** One per worker that has a breaker. */
  readonly breakers: readonly BreakerRecord[];
}

/** Connections of which at least half of those open were lost within a second. */
export interface Herd {
  /** Of the first loss, milliseconds since the start of the run. */
  readonly startMs: number;
  readonly connections: number;
  /** Until the last of them was ready again, milliseconds; null while one is away. */
  readonly allBackMs: number | null;
}

export type BreakerState = "closed" | "open" | "half-open";

export interface BreakerRecord {
  readonly worker: number;
  readonly opens: number;
  readonly halfOpens: number;
  readonly closes: number;
  /** Time in which it was not closed, milliseconds. */
  readonly openMs: number;
  readonly state: BreakerState;
  /** The first of them, milliseconds since the start of the run. */
  readonly changes: readonly { readonly tMs: number; readonly state: BreakerState }[];
}
