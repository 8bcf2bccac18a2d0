import { describe, expect, it } from "vitest";
import type { Load } from "../../../src/plan/plan.ts";
import { offeredIn, offeredOverTime } from "../../../src/result/offered-in-second.ts";
import { aPhasePlan, aPlan } from "../../support/a-collected.ts";
import { sampleInterval, samplePhase, sampleResult } from "../../support/sample-result.ts";

const planned = (load: Load, durationMs = 3000, maxMessages: number | null = null) => ({
  load,
  durationMs,
  maxMessages,
});
const perSecond = (ratePerSecond: number) => planned({ kind: "constant", arrival: "constant", ratePerSecond });
const phase = (startMs: number, seconds = 3) => samplePhase("a", startMs, seconds, 300);

describe("offeredIn", () => {
  it("is the rate of the schedule, by the length of the second", () => {
    const half = sampleInterval(2000, 50, { lengthMs: 500 });
    expect(offeredIn(half, [phase(0)], [perSecond(100)])).toBeCloseTo(100);
  });

  it("adds what two phases ask for in a second that begins in one and ends in the next", () => {
    const second = sampleInterval(2500, 150);
    expect(offeredIn(second, [phase(0), phase(3000)], [perSecond(100), perSecond(200)])).toBeCloseTo(150);
  });

  it("counts a burst in the second that begins with it", () => {
    const bursts = planned({ kind: "burst", size: 500, everyMs: 1000 });
    const offered = [100, 1100, 2100].map((tMs) => offeredIn(sampleInterval(tMs, 0), [phase(100)], [bursts]));
    expect(offered).toEqual([500, 500, 500]);
  });

  it("offers no more once the phase has had its last message", () => {
    const capped = planned({ kind: "constant", arrival: "constant", ratePerSecond: 100 }, 3000, 150);
    const offered = [0, 1000, 2000].map((tMs) => offeredIn(sampleInterval(tMs, 0), [phase(0)], [capped]));
    expect(offered).toEqual([100, 50, 0]);
  });

  it("is what the streams of its segment promise in mode push", () => {
    const promising = (promisedPerSecond: number | null, segment: number) => {
      const streams = samplePhase("a", segment * 3000, 3, 300, { segment });
      return { ...streams, rate: { ...streams.rate, promisedPerSecond } };
    };
    const { config } = sampleResult();
    const result = sampleResult({
      config: { ...config, mode: "push" },
      phases: [promising(500, 0), promising(null, 1)],
      intervals: [sampleInterval(0, 9), sampleInterval(3000, 9, { segment: 1 })],
    });
    expect(offeredOverTime(result)).toEqual([500, null]);
  });

  it("is unknown in a closed loop", () => {
    expect(offeredIn(sampleInterval(0, 9), [phase(0)], [planned({ kind: "max", inFlight: 1 })])).toBeNull();
  });
});

describe("offeredOverTime", () => {
  const intervals = [sampleInterval(0, 100), sampleInterval(1000, 100)];
  const phases = [phase(0)];
  const plan = aPlan({}, [
    aPhasePlan({ load: { kind: "ramp", arrival: "poisson", fromPerSecond: 0, toPerSecond: 300 }, durationMs: 3000 }),
  ]);
  const config = { ...sampleResult().config, plan: JSON.parse(JSON.stringify(plan)) as unknown };

  it("reads the schedule from the plan in the result", () => {
    const offered = offeredOverTime(sampleResult({ intervals, phases, config }));
    expect(offered.map((value) => Math.round(value!))).toEqual([50, 150]);
  });

  it.each([
    ["holds no plan", {}],
    ["holds a load of a later version", { segments: [{ phases: [{ durationMs: 3000, load: { kind: "sine" } }] }] }],
    ["lacks a figure", { segments: [{ phases: [{ durationMs: 3000, load: { kind: "constant" } }] }] }],
  ])("tells nothing when the result %s", (_, unreadable) => {
    const result = sampleResult({ intervals, phases, config: { ...config, plan: unreadable } });
    expect(offeredOverTime(result)).toEqual([null, null]);
  });

  it("tells nothing of merged results: the plan of one does not know the shares of the others", () => {
    expect(offeredOverTime(sampleResult({ intervals, phases, config, mergedFrom: [] }))).toEqual([null, null]);
  });
});
