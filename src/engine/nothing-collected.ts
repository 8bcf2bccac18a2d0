import type { Collected } from "./collected.ts";
import type { MemorySeries } from "./memory-source.ts";

/** What has been collected of a run that has not begun: nothing. */
export function nothingCollected(startedAtEpochMs: number, targetDescription: string): Collected {
  return {
    startedAtEpochMs,
    durationMs: 0,
    end: { kind: "running" },
    phases: [],
    intervals: [],
    failures: [],
    generator: {
      workers: [],
      cpuSeconds: 0,
      lostWorkers: [],
      memory: noMemory,
      throttledRatio: null,
      fullCollections: 0,
      stealRatio: null,
      ledgerGivenUp: 0,
      missedByIntervals: { sent: 0, delivered: 0, lost: 0, latencies: 0 },
    },
    target: { description: targetDescription, memory: noMemory, mockBooks: null },
    firstForeignFrame: null,
    classes: [],
    streams: null,
    resilience: null,
    queue: null,
    compressionAgreed: true,
    faultyReceivers: null,
    connections: null,
    shutdown: null,
  };
}

const noMemory: MemorySeries = { source: "nothing", samples: [], peakBytes: null, unavailable: "not begun" };
