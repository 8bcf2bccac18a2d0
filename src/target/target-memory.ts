import type { MemorySource } from "../engine/memory-source.ts";

/** Where the target's memory is read. */
export type TargetMemory = MemorySource;

/** A target whose memory cannot be read, and why. */
export function noMemory(reason: string): TargetMemory {
  return { source: "none", unavailable: reason, read: () => Promise.resolve(null) };
}
