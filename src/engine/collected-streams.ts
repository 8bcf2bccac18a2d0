/** The lists run alike: one entry per stream that was in measured load. */
export interface CollectedStreams {
  /** Numbers of the streams over all workers. */
  readonly streams: readonly number[];
  /** Messages that came in measured load. */
  readonly seen: readonly number[];
  /** Measured load in which the stream was wanted, milliseconds. */
  readonly windowMs: readonly number[];
  readonly longestSilenceMs: readonly number[];
  /** Null where all connections read as fast as they can. */
  readonly slow: CollectedSlow | null;
  /** Runs of sequences that never came, and the longest of them. */
  readonly gaps: number;
  readonly longestGap: number;
  /** Times that a stream began anew. */
  readonly restarts: number;
  /** Messages of such beginnings that turned out to be the past once more: the stream went on where it was before. */
  readonly repeated: number;
  /** Messages with a number of 2^53 or more, which count as unsolicited. */
  readonly tooLarge: number;
  /** Messages from before or after the load, which count nowhere else. */
  readonly outside: number;
  /** Streams of which the target told the last sequence. */
  readonly endsTold: number;
  /** Messages that the target said it gave up, although they came. */
  readonly overtold: number;
  /** Ten at most, the most important class first, of it those that lost most. */
  readonly faulty: readonly FaultyStream[];
}

/** What sets streams that read slowly apart; lists run alike those of `CollectedStreams`. */
export interface CollectedSlow {
  readonly isSlow: readonly boolean[];
  /** The parts of `seen` and `windowMs` before slow readers began to be slow. */
  readonly seenBefore: readonly number[];
  readonly windowBeforeMs: readonly number[];
  /** From its first pause until the target noticed, milliseconds; null for one that did not pause, or was not noticed. */
  readonly noticedAfterMs: readonly (number | null)[];
}

/** A stream that lost messages of a class. */
export interface FaultyStream {
  /** Numbered from 0 over all workers. */
  readonly stream: number;
  /** Its place in the priorities of the plan; null where classes are not numbered apart. */
  readonly priority: number | null;
  readonly lost: number;
}
