/** Memory of a process at one instant. */
export interface MemoryReading {
  readonly bytes: number;
  /** The highest it ever was, between readings too; only where the source tells. */
  readonly peakBytes?: number;
}

/** Somewhere memory can be read from, again and again. Never throws: what cannot be read is null. */
export interface MemorySource {
  /** What is read, for people: `/proc/1234/status VmRSS`, a URL. */
  readonly source: string;
  /** Null when there is nothing to read, or, with `unavailable` null, nothing new since the last reading. */
  read(): Promise<MemoryReading | null>;
  /** Why the last reading failed, for people; null when it did not. */
  readonly unavailable: string | null;
}

export interface MemorySeries {
  /** What was read, for people: `process.memoryUsage`, `/proc/1234/status VmRSS`, a URL. */
  readonly source: string;
  /** Oldest first, milliseconds since startedAtEpochMs. */
  readonly samples: readonly {
    readonly tMs: number;
    readonly bytes: number;
    readonly connections: number;
    readonly delivered: number;
  }[];
  /** Highest bytes known, between samples too where the source tells (VmHWM). */
  readonly peakBytes: number | null;
  /** Why there are no samples; null when there are. */
  readonly unavailable: string | null;
}
