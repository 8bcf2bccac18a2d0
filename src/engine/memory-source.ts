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
