import type { ResultCapacity, ResultTrial } from "../../src/result/capacity-schema.ts";

/** A trial at 1,000 msg/s that held, with anything in it replaced by `changes`. */
export function sampleTrial(changes: Partial<ResultTrial> = {}): ResultTrial {
  const load = changes.load ?? 1000;
  return {
    ...{ runId: "AAAAAAAAAAA", load, kind: "search", durationMs: 10_000, outcome: "held", reasons: [] },
    ...{ offeredPerSecond: load, sentPerSecond: load, deliveredPerSecond: load, deliveryRatio: 1 },
    ...{ latencyP99Us: 2100, connectionsOpened: 10 },
    ...changes,
  };
}

/** A search that found both bounds; `shownId` is the run whose numbers the result holds. */
export function sampleCapacity(shownId: string): ResultCapacity {
  const late = "latency.p99<50ms: 61.20 ms";
  return {
    ...{ condition: "latency.p99<50ms", over: "rate", unit: "msg/s", perConnectionPerSecond: null },
    ...{ widthRatio: 0.05, lossRatio: 0, isComplete: true, lower: 1000, upper: 1040, limitedBy: "target" },
    statement: "capacity: 1,000 to 1,040 msg/s (latency.p99<50ms), 2 of 2 final trials held",
    trials: [
      sampleTrial({ runId: "b" }),
      sampleTrial({
        ...{ runId: "c", load: 2000, outcome: "failed", latencyP99Us: 812_000, deliveredPerSecond: 1040 },
        reasons: ["delivered 52% of the offered rate", late],
      }),
      sampleTrial({
        ...{ runId: "d", load: 1040, outcome: "generator-limited" },
        reasons: ["event-loop lag p99 27.4 ms (limit 20 ms)"],
      }),
      sampleTrial({ ...{ runId: "e", load: 1040, outcome: "failed", latencyP99Us: 61_200 }, reasons: [late] }),
      sampleTrial({ runId: "f", kind: "final", durationMs: 30_000 }),
      sampleTrial({ runId: shownId, kind: "final", durationMs: 30_000, latencyP99Us: 2200 }),
      sampleTrial({
        ...{ runId: "h", kind: "final", durationMs: 30_000, load: 1040, outcome: "failed" },
        reasons: [late],
      }),
      sampleTrial({
        ...{ runId: "i", kind: "final", durationMs: 30_000, load: 1040, outcome: "failed" },
        reasons: [late],
      }),
    ],
  };
}
