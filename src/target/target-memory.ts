/** Memory of the target at one instant. */
export interface MemoryReading {
  readonly bytes: number;
  /** The highest it ever was, between readings too; only where the source tells. */
  readonly peakBytes?: number;
}

/** Where the target's memory is read. Never throws: what cannot be read is null. */
export interface TargetMemory {
  /** What is read, for people: `/proc/1234/status VmRSS`, a URL. */
  readonly source: string;
  /** Null when there is nothing to read, or, with `unavailable` null, nothing new since the last reading. */
  read(): Promise<MemoryReading | null>;
  /** Why the last reading failed, for people; null when it did not. */
  readonly unavailable: string | null;
}

/** A target whose memory cannot be read, and why. */
export function noMemory(reason: string): TargetMemory {
  return { source: "none", unavailable: reason, read: () => Promise.resolve(null) };
}
