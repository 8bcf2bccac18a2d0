import { Value } from "@sinclair/typebox/value";
import { describe, expect, it } from "vitest";
import { noiseFloorSchema } from "../../../src/compare/noise-floor-record.ts";
import { makeNoiseFloor, noiseFloorProblem } from "../../../src/compare/noise-floor.ts";
import { comparedRun, comparedRuns } from "../../support/compared-runs.ts";

const runs = comparedRuns("aa", [1, 1.1, 0.99]).map(({ result }) => result);
const facts = { createdAt: "2026-01-02T00:00:00.000Z", toolVersion: "0.1.0" };
const record = makeNoiseFloor(runs, facts);
const taken = Date.parse(facts.createdAt);
const dayMs = 86_400_000;

describe("makeNoiseFloor", () => {
  it("gives the spread of every metric, as ratios or as differences", () => {
    expect(Value.Errors(noiseFloorSchema, record).First()).toBeUndefined();
    const p50 = record.metrics.find(({ name }) => name === "latency.p50")!;
    expect(p50).toMatchObject({ unit: "s", kind: "ratio" });
    expect(p50.values).toHaveLength(3);
    // The largest of three pairs: 1.1 against 0.99.
    expect(p50.floor).toBeCloseTo(1.1 / 0.99 - 1, 2);
    expect(record.metrics.find(({ name }) => name === "memory.target.growth")).toMatchObject({
      ...{ unit: "bytes", kind: "difference", floor: 0, coefficientOfVariation: 0 },
    });
    expect(record.metrics.some(({ name }) => name === "delivery.ratio")).toBe(false);
  });

  it("has no floor of what one of the runs lacks", () => {
    const without = [...runs.slice(1), comparedRun("x", { targetGrowthMiB: null })];
    expect(makeNoiseFloor(without, facts).metrics.some(({ name }) => name.startsWith("memory.target"))).toBe(false);
  });
});

describe("noiseFloorProblem", () => {
  it("has nothing against runs of that load on that host within 30 days", () => {
    expect(noiseFloorProblem(record, comparedRun("new"), taken + 30 * dayMs)).toBeNull();
  });

  it("refuses an old one, another host and another load", () => {
    const run = comparedRun("new");
    expect(noiseFloorProblem(record, run, taken + 31 * dayMs)).toBe("is 31 days old; it holds for 30");
    const elsewhere = { ...run, environment: { ...run.environment, hostFingerprint: "ffff" } };
    expect(noiseFloorProblem(record, elsewhere, taken)).toBe("was taken on another host");
    const closed = { ...run, config: { ...run.config, model: "closed" as const } };
    expect(noiseFloorProblem(record, closed, taken)).toBe("was taken under another load: loop open, not closed");
  });
});
