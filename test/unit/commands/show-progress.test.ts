import { describe, expect, it } from "vitest";
import { showProgress } from "../../../src/commands/show-progress.ts";
import type { Load } from "../../../src/plan/plan.ts";
import type { RunResult } from "../../../src/result/run-result.ts";
import { aPhasePlan, aPlan } from "../../support/a-collected.ts";
import { fakeHost } from "../../support/fake-host.ts";
import { sampleInterval, samplePhase, sampleResult } from "../../support/sample-result.ts";

const constant = (ratePerSecond: number): Load => ({ kind: "constant", arrival: "constant", ratePerSecond });
const plan = aPlan({}, [
  aPhasePlan({ name: "low", durationMs: 2500, load: constant(100) }),
  aPhasePlan({ name: "high", startMs: 2500, durationMs: 2500, load: constant(1000) }),
]);
const output = { file: null, reports: [], json: false, quiet: false, progress: true, metricsPort: null } as const;

function lineOf(result: RunResult, stage: "load" | "draining"): string {
  const { host, stderr } = fakeHost();
  showProgress({ ...output }, plan, host)!.show(result, stage);
  return stderr();
}

describe("showProgress", () => {
  const phases = [samplePhase("low", 0, 2.5, 250), samplePhase("high", 2500, 0.6, 600)];
  const running = sampleResult({ end: { kind: "running", reason: null }, phases });

  it("tells what was offered in the very second of which sent is told, also where the load steps up in it", () => {
    const before = { ...running, intervals: [sampleInterval(0, 100), sampleInterval(1000, 100)] };
    expect(lineOf(before, "load")).toContain("phase=high done=62% offered=100 sent=100 ");
    const across = { ...running, intervals: [...before.intervals, sampleInterval(2000, 550)] };
    expect(lineOf(across, "load")).toContain("offered=550 sent=550 ");
  });

  it("offers nothing while it drains", () => {
    const result = { ...running, intervals: [sampleInterval(1000, 100)] };
    expect(lineOf(result, "draining")).toContain("offered=- sent=- delivered=- ");
  });
});
