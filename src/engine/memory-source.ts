/** Somewhere memory can be read from, again and again. */
export interface MemorySource {
  /** For people: `/proc/1234/status VmRSS`. */
  readonly source: string;
  /** Null when this reading failed. */
  read(): Promise<MemoryReading | null>;
  /** Why there is nothing to read; null when there is. May be set by a failed read. */
  readonly unavailable: string | null;
}

export interface MemoryReading {
  readonly bytes: number;
  /** Highest since the process began, where the source tells. */
  readonly peakBytes?: number | null;
}
