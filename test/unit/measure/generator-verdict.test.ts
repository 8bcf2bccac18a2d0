import { describe, expect, it } from "vitest";
import { judgeGenerator, type GeneratorSignals } from "../../../src/measure/generator-verdict.ts";

const healthy: GeneratorSignals = {
  sentRatio: 1,
  slipP99Ms: 0.4,
  contamination: 0.01,
  lagP99Ms: 1,
  utilization: 0.4,
  throttledRatio: 0,
  stealRatio: 0,
  clockErrors: 0,
};

describe("judgeGenerator", () => {
  it("finds nothing wrong with a healthy or an unknown generator", () => {
    expect(judgeGenerator(healthy)).toEqual({ health: "ok", reasons: [] });
    const unknown = Object.fromEntries(Object.keys(healthy).map((key) => [key, null]));
    expect(judgeGenerator({ ...unknown, clockErrors: 0 } as GeneratorSignals)).toEqual({ health: "ok", reasons: [] });
  });

  it.each<[Partial<GeneratorSignals>, string, string]>([
    [{ sentRatio: 0.9985 }, "degraded", "99.85% of the schedule was sent (limit 99.9%)"],
    [{ sentRatio: 0.985 }, "limited", "98.5% of the schedule was sent (limit 99%)"],
    [{ slipP99Ms: 3, contamination: 0.06 }, "degraded", "slip p99 3 ms (limit 2 ms) and 6% of latency p99 (limit 5%)"],
    [
      { slipP99Ms: 30, contamination: 0.4 },
      "limited",
      "slip p99 30 ms (limit 10 ms) and 40% of latency p99 (limit 10%)",
    ],
    [{ slipP99Ms: 30, contamination: null }, "degraded", "slip p99 30 ms (limit 10 ms)"],
    [{ lagP99Ms: 12.34 }, "degraded", "event-loop lag p99 12.3 ms (limit 10 ms)"],
    [{ lagP99Ms: 25 }, "limited", "event-loop lag p99 25 ms (limit 20 ms)"],
    [{ utilization: 0.9 }, "degraded", "the busiest worker's loop was 90% busy (limit 85%)"],
    [{ utilization: 0.97 }, "limited", "the busiest worker's loop was 97% busy (limit 95%)"],
    [{ throttledRatio: 0.05 }, "degraded", "CPU quota held the generator back for 5% of the run (limit 1%)"],
    [{ throttledRatio: 0.2 }, "limited", "CPU quota held the generator back for 20% of the run (limit 10%)"],
    [{ stealRatio: 0.02 }, "degraded", "other guests of the host took 2% of its CPU time (limit 1%)"],
    [{ stealRatio: 0.11 }, "limited", "other guests of the host took 11% of its CPU time (limit 10%)"],
    [
      { slipP99Ms: 445, contamination: 0.022, slipOfMedian: 0.44 },
      "limited",
      "slip p99 445 ms (limit 10 ms) and 44% of the median latency (limit 25%)",
    ],
    [{ stalledRatio: 0.083 }, "degraded", "the generator stood still for 8.3% of the load (limit 1%)"],
    [{ stalledRatio: 0.2 }, "limited", "the generator stood still for 20% of the load (limit 10%)"],
    [
      { stalledRatio: 0.008, longestStallMs: 480 },
      "degraded",
      "the generator stood still for 480 ms at a time (limit 50 ms)",
    ],
    [
      { stalledRatio: 0.02, longestStallMs: 480 },
      "degraded",
      "the generator stood still for 2% of the load (limit 1%)",
    ],
    [
      { longestConnectStallMs: 503 },
      "degraded",
      "the generator stood still for 503 ms while connecting (limit 100 ms)",
    ],
    [
      { starvedRatio: 0.49, lagP99Ms: 4.44, lagOfLatency: 0.8 },
      "degraded",
      "a worker waited 49% of the load for a core that others used (limit 10%), and its lag p99 of 4.44 ms is 80% of latency p99 (limit 25%)",
    ],
    [{ clockErrors: 2 }, "limited", "the clock went backwards 2 times; those messages were not recorded"],
  ])("judges %j as %s", (signals, health, reason) => {
    expect(judgeGenerator({ ...healthy, ...signals })).toEqual({ health, reasons: [reason] });
  });

  it("holds slip against the generator only when it is a notable part of latency", () => {
    expect(judgeGenerator({ ...healthy, slipP99Ms: 30, contamination: 0.02 }).health).toBe("ok");
  });

  it("minds no core that others used where nobody felt it: little waiting, short, or lost in the latency", () => {
    const starved = { starvedRatio: 0.5, lagP99Ms: 4, lagOfLatency: 0.8 };
    for (const change of [{ starvedRatio: 0.1 }, { lagP99Ms: 2 }, { lagOfLatency: 0.25 }, { lagOfLatency: null }]) {
      expect(judgeGenerator({ ...healthy, ...starved, ...change }).health).toBe("ok");
    }
  });

  it("stays ok exactly on the limits", () => {
    const onLimits = {
      ...{ sentRatio: 0.999, slipP99Ms: 2, contamination: 1, lagP99Ms: 10, utilization: 0.85 },
      ...{ stalledRatio: 0.01, longestStallMs: 50, longestConnectStallMs: 100 },
    };
    expect(judgeGenerator({ ...healthy, ...onLimits, throttledRatio: 0.01, stealRatio: 0.01 }).health).toBe("ok");
  });

  it("names the reasons that decided, and no lesser ones", () => {
    const verdict = judgeGenerator({ ...healthy, sentRatio: 0.998, lagP99Ms: 30 });
    expect(verdict.health).toBe("limited");
    expect(verdict.reasons).toEqual(["event-loop lag p99 30 ms (limit 20 ms)"]);
  });
});
