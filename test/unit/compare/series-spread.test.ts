import { describe, expect, it } from "vitest";
import { spreadOf } from "../../../src/compare/series-spread.ts";
import type { RunResult } from "../../../src/result/run-result.ts";
import { noTimes, sampleMemory, sampleResult, sampleTimes } from "../../support/sample-result.ts";

const sound = sampleResult();

function withLatency(p50: number): RunResult {
  return { ...sound, totals: { ...sound.totals, latencyUs: { ...sampleTimes(10_000, 1000), p50 } } };
}

describe("spreadOf", () => {
  it("gives median, extremes and relative standard deviation of a metric over the runs, in canonical units", () => {
    // The values of vector aa.noiseFloor, whose coefficient is 2.09 %.
    const [p50] = spreadOf([102, 99.5, 101.2, 104.8, 98.9, 100.4].map((value) => withLatency(value * 1000)));
    expect(p50).toMatchObject({ name: "latency.p50", unit: "s", isRepeatable: true });
    expect(p50!.values[0]).toBeCloseTo(0.102, 9);
    expect(p50!.median).toBeCloseTo(0.1008, 9);
    expect(p50!.min).toBeCloseTo(0.0989, 9);
    expect(p50!.max).toBeCloseTo(0.1048, 9);
    expect(p50!.coefficientOfVariation).toBeCloseTo(0.0209, 4);
  });

  it("calls a metric that scatters by 10 % or more not repeatable", () => {
    const spread = spreadOf([100, 130, 90].map((value) => withLatency(value * 1000)));
    expect(spread.find(({ name }) => name === "latency.p50")?.isRepeatable).toBe(false);
  });

  it("has no coefficient for growth of memory, which may as well be none or negative", () => {
    const run = (growthBytes: number): RunResult => ({
      ...sound,
      memory: { ...sound.memory, target: { ...sampleMemory, growthBytes }, targetReason: null },
    });
    const growth = spreadOf([run(-5), run(10)]).find(({ name }) => name === "memory.target.growth");
    expect(growth).toMatchObject({ median: 2.5, min: -5, max: 10, coefficientOfVariation: null, isRepeatable: null });
  });

  it("has no percentile of a run with too few samples for one", () => {
    const short: RunResult = { ...sound, totals: { ...sound.totals, latencyUs: sampleTimes(200, 1000) } };
    const names = spreadOf([short, short]).map(({ name }) => name);
    expect(names).toContain("latency.p50");
    expect(names).not.toContain("latency.p99");
    const p99 = spreadOf([withLatency(1000), short]).find(({ name }) => name === "latency.p99");
    expect(p99?.values).toEqual([expect.any(Number), null]);
  });

  it("leaves out what no run has, and keeps the place of a run that has none", () => {
    const silent: RunResult = { ...sound, totals: { ...sound.totals, latencyUs: noTimes } };
    expect(spreadOf([silent, silent]).map(({ name }) => name)).not.toContain("latency.p50");
    const [p50] = spreadOf([withLatency(1000), silent, withLatency(1000)]);
    expect(p50).toMatchObject({ name: "latency.p50", values: [0.001, null, 0.001], coefficientOfVariation: 0 });
  });
});
