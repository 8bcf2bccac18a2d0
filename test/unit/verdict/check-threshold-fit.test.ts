import { describe, expect, it } from "vitest";
import { checkThresholdFit, type ThresholdPlan } from "../../../src/verdict/check-threshold-fit.ts";
import { parseThreshold } from "../../../src/verdict/threshold.ts";

const phase = (name: string, durationMs: number, measured = true) => ({ name, durationMs, measured });
const plan: ThresholdPlan = {
  segments: [
    { phases: [phase("warmup", 60_000, false), phase("low", 4000), phase("high", 3500)] },
    { phases: [phase("last", 6000)] },
  ],
  scaling: null,
};
const check = (text: string, changes: Partial<ThresholdPlan> = {}) => {
  checkThresholdFit([parseThreshold(text, "--threshold")], { ...plan, ...changes });
};

describe("checkThresholdFit", () => {
  it("takes windows that fit into the measured load of one segment, over its phases", () => {
    expect(() => check("latency.p99<1s over 7s")).not.toThrow();
    expect(() => check("latency{phase=low}.p99<1s over 4s")).not.toThrow();
    expect(() => check("latency.p99<1s")).not.toThrow();
  });

  it("refuses windows that no stretch of measured load can hold", () => {
    expect(() => check("latency.p99<1s over 8s")).toThrow('"over 8s" is longer than the 7.5 s of measured load');
    expect(() => check("latency{phase=low}.p99<1s over 5s")).toThrow("the 4 s of measured load");
  });

  it("refuses a scaling efficiency where none is taken", () => {
    expect(() => check("scaling.efficiency>=0.9")).toThrow("scaling profiles only");
    expect(() => check("scaling.efficiency>=0.9", { scaling: "rate" })).not.toThrow();
  });
});
