import { describe, expect, it } from "vitest";
import { Histogram } from "../../../src/measure/histogram.ts";
import type { RunResult } from "../../../src/result/run-result.ts";
import { intervalLatencyOf, timesOfHistogram } from "../../../src/result/times-of-histogram.ts";
import { checkThresholds, evaluateWithInterval } from "../../../src/verdict/check-thresholds.ts";
import { parseThreshold, type ThresholdOp } from "../../../src/verdict/threshold.ts";
import { methodVector } from "../../support/method-vectors.ts";
import { pushed } from "../../support/report-cases.ts";
import {
  noTimes,
  sampleBlock,
  sampleInterval,
  sampleMemory,
  sampleMessages,
  samplePhase,
  sampleResult,
} from "../../support/sample-result.ts";

const check = (result: RunResult, text: string) => checkThresholds(result, [parseThreshold(text, "--threshold")])[0]!;

function histogramOf(values: readonly number[]): Histogram {
  const histogram = Histogram.empty();
  for (const value of values) histogram.record(value);
  return histogram;
}

describe("checkThresholds", () => {
  it("saves what was asked, what was measured and what came of it", () => {
    expect(check(sampleResult(), "latency.p99 < 50ms")).toEqual({
      expression: "latency.p99 < 50ms",
      source: "--threshold",
      metric: "latency.p99",
      value: 0.003162,
      bound: 0.05,
      unit: "s",
      outcome: "pass",
      warnOnly: false,
      samples: 10_000,
    });
  });

  it("does not decide on a one-way latency that is nearer to its bound than the two clocks are to each other", () => {
    const base = sampleResult();
    const streams = { ...pushed.streams, oneWay: { isMeasured: true, note: "", clocksWithinUs: 10_000 } };
    const result = { ...base, config: { ...base.config, mode: "push" as const }, streams };
    const outcomes = ["<50ms", "<13.3ms", "<13.1ms", "<3ms", ">=3ms"].map((bound) => {
      const { outcome, detail } = check(result, `latency.p99${bound}`);
      return [outcome, detail];
    });
    const within = "the two clocks are known to within 10.00 ms only";
    expect(outcomes).toEqual([
      ["pass", undefined],
      ["pass", undefined],
      ["uncertain", within],
      ["uncertain", within],
      ["uncertain", within],
    ]);
    expect(check(result, "delivery.lost==0").detail).toBeUndefined();
  });

  const errors = { "connect/refused": 3, "handshake/status.503": 2 };
  const rich = sampleResult({
    totals: sampleBlock(10_000, 10, {
      messages: sampleMessages(10_000, {
        lostMissing: 2,
        lostClosed: 1,
        refused: 4,
        duplicated: 5,
        reordered: 6,
        corrupted: 7,
        late: 8,
        skipped: 10,
      }),
      errors,
    }),
    phases: [
      samplePhase("one", 0, 5, 5000, { scalingEfficiency: 0.97 }),
      samplePhase("two", 5000, 5, 5000, { scalingEfficiency: 0.88 }),
    ],
  });

  it.each([
    ["latency.p50<1s", 0.00102, "pass"],
    ["latency.service.p50<1s", 0.001, "pass"],
    ["slip.max<1s", 0.00025, "pass"],
    ["latency.mean<1s", 0.001071, "pass"],
    ["connect.max<10ms", 0.03, "fail"],
    ["delivery.ratio>=0.9993", 0.9993, "pass"],
    ["delivery.ratio==1", 0.9993, "fail"],
    ["delivery.lost==3", 3, "pass"],
    ["delivery.lostMissing==2", 2, "pass"],
    ["delivery.lostClosed==1", 1, "pass"],
    ["delivery.lostCorrupt==0", 0, "pass"],
    ["delivery.refused<4", 4, "fail"],
    ["delivery.duplicated<=5", 5, "pass"],
    ["delivery.reordered!=6", 6, "fail"],
    ["delivery.corrupted==7", 7, "pass"],
    ["delivery.late==8", 8, "pass"],
    ["delivery.unsolicited==0", 0, "pass"],
    ["rate.offered>1000/s", 1001, "pass"],
    ["rate.sent>=1000/s", 1000, "pass"],
    ["rate.delivered>=1000/s", 999.3, "fail"],
    ["rate.achieved>=99.9%", 10_000 / 10_010, "pass"],
    ["errors.count<=5", 5, "pass"],
    ["errors.rate<0.1%", 5 / 10_010, "pass"],
    ["errors.connect==3", 3, "pass"],
    ["errors.connect.refused==0", 3, "fail"],
    ["errors.handshake.status.503==2", 2, "pass"],
    ["errors.close.abnormal==0", 0, "pass"],
    ["memory.growth<=2MiB", 2 * 2 ** 20, "pass"],
    ["memory.generator.peak<100MiB", 93 * 2 ** 20, "pass"],
    ["memory.target.slope<1KiB/s", 2048, "fail"],
    ["memory.target.perMessage<3B", 2.05, "pass"],
    ["generator.lag.p99<20ms", 0.0024, "pass"],
    // CPU is counted over the measured load: ten seconds here, not the whole duration.
    ["generator.cpu<50%", 3.2 / (10 * 2), "pass"],
    ["scaling.efficiency>=0.9", 0.88, "fail"],
    ["scaling{phase=one}.efficiency>=0.9", 0.97, "pass"],
    ["latency{phase=two}.p99<1ms", 0.003162, "fail"],
    ["delivery{phase=two}.lost==0", 0, "pass"],
  ])("finds the value of %s", (text, value, outcome) => {
    const checked = check(rich, text);
    expect(checked.value).toBeCloseTo(value, 9);
    expect(checked.outcome).toBe(outcome);
  });

  it("reads percentiles that the result does not spell out from its histogram", () => {
    const latencyUs = timesOfHistogram(histogramOf(Array.from({ length: 1000 }, (_, i) => i + 1)), true);
    const result = sampleResult({ totals: sampleBlock(1000, 10, { latencyUs }) });
    expect(check(result, "latency.p75<1s")).toMatchObject({ value: 0.00075, samples: 1000, outcome: "pass" });
    expect(check(result, "latency.p100<=1ms")).toMatchObject({ value: 0.001, outcome: "pass" });
    expect(check(result, "latency.p99.99<1s").outcome).toBe("unresolved");
  });

  it.each([
    ["memory.target.growth<1MB", "no pid was given"],
    ["memory.growth<1MB", "too few readings to tell"],
    ["latency.p99<1s", "no samples"],
    ["delivery.lost==0", "delivery is unknown in mode oneway"],
    ["scaling.efficiency>=0.9", "no scaling profile"],
    ["latency{phase=gone}.p99<1s", "phase gone was not reached"],
    ["rate.delivered>=1/s", "no arrival is seen"],
    ["rate.sent>=1/s", "nothing was offered"],
    ["generator.lag.p99<1s", "no worker told"],
  ])("has no data for %s and says why", (text, why) => {
    const totals = sampleBlock(100, 10, { messages: sampleMessages(100, { expected: 0 }) });
    const result = sampleResult({
      config: { ...sampleResult().config, mode: "oneway" },
      totals: { ...totals, rate: { ...totals.rate, sentPerSecond: null } },
      memory: {
        generator: { ...sampleMemory, growthBytes: null as unknown as number },
        generatorReason: null,
        target: null,
        targetReason: "no pid was given",
      },
      generator: { ...sampleResult().generator, lagUs: null },
    });
    const checked = check(result, text);
    expect(checked).toMatchObject({ outcome: "no-data", value: null });
    expect(checked.detail).toContain(why);
  });

  it("says how many samples an unresolved percentile would need", () => {
    const result = sampleResult({ totals: sampleBlock(500, 10) });
    expect(check(result, "latency.p99.9<1s")).toMatchObject({
      outcome: "unresolved",
      detail: "p99.9 needs 10,000 samples, there are 500",
    });
  });

  it("fails few samples that break the bound, and says how few they are", () => {
    const result = sampleResult({ totals: sampleBlock(500, 10) });
    expect(check(result, "latency.p99.9<1us")).toMatchObject({
      outcome: "fail",
      detail: "p99.9 needs 10,000 samples, there are 500",
    });
  });

  it("knows nothing of the schedule of a closed loop", () => {
    const result = sampleResult({ totals: sampleBlock(100, 10, { loop: "closed", slipUs: noTimes }) });
    for (const text of ["slip.p50<1s", "rate.achieved>=0.5", "rate.offered>=1/s"]) {
      expect(check(result, text).outcome).toBe("no-data");
    }
    expect(check(result, "rate.sent>=1/s").outcome).toBe("pass");
  });

  describe("with a limited generator", () => {
    const generator = { ...sampleResult().generator, health: "limited" as const, reasons: ["slip p99 was 30 ms"] };

    it("evaluates nothing and says why", () => {
      const result = sampleResult({ generator });
      for (const text of ["latency.p99<50ms", "delivery.lost==0", "latency.p99<1us"]) {
        expect(check(result, text)).toMatchObject({
          outcome: "not-evaluated",
          detail: "the generator was limited: slip p99 was 30 ms",
        });
      }
    });

    it("judges no phase when what limited it is told of none", () => {
      expect(check(sampleResult({ generator }), "latency{phase=load}.p50<1s").outcome).toBe("not-evaluated");
    });

    it("still judges a phase in which it was not", () => {
      const phases = [
        samplePhase("low", 0, 5, 5000),
        samplePhase("high", 5000, 5, 5000, { generatorHealth: "limited" }),
      ];
      const result = sampleResult({ generator, phases });
      expect(check(result, "latency{phase=low}.p99<50ms").outcome).toBe("pass");
      expect(check(result, "latency{phase=high}.p99<50ms").outcome).toBe("not-evaluated");
    });
  });
});

describe("thresholds over rolling windows", () => {
  const second = (index: number, latencyUs: number, changes = {}) =>
    sampleInterval(index * 1000, 2000, {
      latencyUs: intervalLatencyOf(histogramOf(Array.from({ length: 2000 }, () => latencyUs)), true),
      ...changes,
    });
  const phases = [samplePhase("warm-up", 0, 2, 4000, { measured: false }), samplePhase("load", 2000, 8, 16_000)];
  const stalled = sampleResult({
    phases,
    intervals: Array.from({ length: 10 }, (_, index) => second(index, index === 1 || index === 6 ? 900_000 : 1000)),
  });

  it("fails when one window does not hold although the whole run does", () => {
    expect(check(stalled, "latency.p90<500ms").outcome).toBe("pass");
    const checked = check(stalled, "latency.p90<500ms over 3s");
    expect(checked).toMatchObject({ outcome: "fail", samples: 6000, detail: "worst 3 s: from 4 s" });
    expect(checked.value).toBeCloseTo(0.9, 2);
  });

  it("adds histograms rather than averaging percentiles", () => {
    // One slow second in eight is 12.5 % of the messages: the p80 of that window is the fast value.
    expect(check(stalled, "latency.p80<=1ms over 8s")).toMatchObject({ outcome: "pass", value: 0.001 });
    expect(check(stalled, "latency.p90<=1ms over 8s").outcome).toBe("fail");
  });

  it("leaves out warm-up, other segments and the cut second at the end", () => {
    const result = sampleResult({
      phases: [...phases, samplePhase("next", 20_000, 2, 4000, { segment: 1 })],
      intervals: [
        ...stalled.intervals.filter((interval) => interval.tMs !== 6000),
        second(20, 900_000, { segment: 1 }),
        second(21, 900_000, { segment: 1, lengthMs: 400 }),
      ],
    });
    expect(check(result, "latency.p90<500ms over 3s").outcome).toBe("pass");
    expect(check(result, "latency{phase=next}.p90<500ms over 1s").outcome).toBe("fail");
    expect(check(result, "latency{phase=next}.p90<500ms over 2s")).toMatchObject({
      outcome: "unresolved",
      detail: "no 2 s of measured load",
    });
  });

  it("is unresolved when a window has too few samples", () => {
    const checked = check(stalled, "latency.p99.9<2s over 3s");
    expect(checked.outcome).toBe("unresolved");
    expect(checked.detail).toContain("needs 10,000 samples, there are 6,000");
  });

  it("has no data where nothing was measured at all", () => {
    const result = sampleResult({ intervals: [], totals: sampleBlock(0, 10) });
    expect(check(result, "latency.p99<1s over 10s").outcome).toBe("no-data");
  });

  it.each([
    ["rate.sent>=2000/s over 2s", 2000, "pass"],
    ["rate.delivered>=1900/s over 2s", 1750, "fail"],
    ["delivery.lost==0 over 1s", 500, "fail"],
    ["delivery.ratio>=0.9 over 2s", 0.875, "fail"],
    ["memory.target.peak<60MiB over 1s", 70 * 2 ** 20, "fail"],
    ["memory.generator.peak<=90MiB over 1s", 90 * 2 ** 20, "pass"],
    ["generator.lag.max<5ms over 2s", 0.0008, "pass"],
  ])("judges %s", (text, value, outcome) => {
    const intervals = stalled.intervals.map((interval) =>
      interval.tMs === 5000 ? { ...interval, delivered: 1500, lost: 500, targetRssBytes: 70 * 2 ** 20 } : interval,
    );
    const checked = check(sampleResult({ phases, intervals }), text);
    expect(checked.value).toBeCloseTo(value, 9);
    expect(checked.outcome).toBe(outcome);
  });
});

describe("evaluateWithInterval", () => {
  it("gives the outcomes of the vector threshold.confident", () => {
    const { input, expected } = methodVector("threshold.confident");
    const cases = input as { op: ThresholdOp; bound: number; lo: number; hi: number }[];
    expect(cases.map(({ op, bound, lo, hi }) => evaluateWithInterval(op, bound, { lo, hi }))).toEqual(expected);
  });

  it("cannot be sure of equality while the interval spans the bound", () => {
    expect(evaluateWithInterval("==", 1, { lo: 0.5, hi: 1.5 })).toBe("uncertain");
    expect(evaluateWithInterval("!=", 1, { lo: 0.5, hi: 1.5 })).toBe("uncertain");
    expect(evaluateWithInterval("!=", 1, { lo: 2, hi: 3 })).toBe("pass");
  });
});
