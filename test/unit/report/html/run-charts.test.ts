import { describe, expect, it } from "vitest";
import { Histogram } from "../../../../src/measure/histogram.ts";
import { capacityChart } from "../../../../src/report/html/html-capacity.ts";
import { deliveryChart, lossPeriods } from "../../../../src/report/html/delivery-chart.ts";
import { distributionChart, latencyOverTimeChart } from "../../../../src/report/html/latency-charts.ts";
import { memoryChart } from "../../../../src/report/html/memory-chart.ts";
import { scalingChart } from "../../../../src/report/html/scaling-chart.ts";
import { throughputChart } from "../../../../src/report/html/throughput-chart.ts";
import { timesOfHistogram } from "../../../../src/result/times-of-histogram.ts";
import { aPhasePlan, aPlan } from "../../../support/a-collected.ts";
import { lineOf } from "../../../support/page-parts.ts";
import { reportCases } from "../../../support/report-cases.ts";
import { sampleCapacity, sampleTrial } from "../../../support/sample-capacity.ts";
import {
  noTimes,
  sampleBlock,
  sampleInterval,
  sampleMemory,
  sampleMessages,
  samplePhase,
  sampleResult,
} from "../../../support/sample-result.ts";

describe("capacityChart", () => {
  const found = sampleCapacity("x");
  const echo = { mode: "echo" } as const;

  it("shows what each trial delivered, by its outcome, and marks both bounds", () => {
    const { chart, summary } = capacityChart(found, echo);
    expect(lineOf(chart, "held")).toMatchObject({ shape: "points", xs: [1000, 1000, 1000], ys: [1000, 1000, 1000] });
    expect(lineOf(chart, "failed").xs).toEqual([1040, 1040, 1040, 2000]);
    expect(lineOf(chart, "generator limited").xs).toEqual([1040]);
    expect(lineOf(chart, "all that was offered")).toMatchObject({ xs: [0, 2000], ys: [0, 2000] });
    expect(chart!.marks.map(({ at, label }) => [at, label])).toEqual([
      [1000, "held"],
      [1040, "did not hold"],
    ]);
    expect(summary).toEqual(["Capacity: 1,000 to 1,040 msg/s (latency.p99<50ms), 2 of 2 final trials held."]);
  });

  it("shows how many connections were opened where none sends", () => {
    const trials = [
      sampleTrial({ load: 20, connectionsOpened: 20 }),
      sampleTrial({ load: 40, connectionsOpened: 21, outcome: "failed" }),
    ];
    const { chart, title } = capacityChart(
      { ...found, ...{ over: "connections", unit: "connections", lower: 20, upper: null }, trials },
      { mode: "connect" },
    );
    expect(title).toBe("Connections opened by each trial");
    expect(lineOf(chart, "failed")).toMatchObject({ xs: [40], ys: [21] });
    expect(chart!.marks).toHaveLength(1);
  });

  it("holds the deliveries of a broadcast against no line of what was offered: there are more of them", () => {
    const { chart } = capacityChart(found, { mode: "broadcast" });
    expect(chart!.series.map(({ label }) => label)).toEqual(["held", "failed", "generator limited"]);
  });

  it("draws nothing where no trial was run to its end", () => {
    const trials = [sampleTrial({ outcome: "interrupted" })];
    const { chart, summary } = capacityChart({ ...found, lower: null, upper: null, trials }, echo);
    expect(chart).toBeNull();
    expect(summary.at(-1)).toBe("No trial has brought back anything.");
  });
});

describe("latencyOverTimeChart in mode push", () => {
  it("says why there is no one-way latency", () => {
    expect(latencyOverTimeChart({ ...reportCases["push-untimed"]!, intervals: [] })).toMatchObject({
      title: "Percentiles of one-way latency over time",
      summary: ["One-way: not measurable here: the target's messages have no instant of sending."],
      chart: null,
    });
  });
});

describe("throughputChart", () => {
  it("shows offered, sent and delivered of each second in its middle", () => {
    const plan = aPlan({}, [aPhasePlan({ durationMs: 2000 })]);
    const { chart } = throughputChart(
      sampleResult({
        config: { ...sampleResult().config, plan },
        phases: [samplePhase("a", 100, 2, 190)],
        intervals: [sampleInterval(100, 100, { delivered: 60 }), sampleInterval(1100, 90, { delivered: 120 })],
      }),
    );
    expect(lineOf(chart, "offered")).toMatchObject({ xs: [0.6, 1.6], ys: [100, 100] });
    expect(lineOf(chart, "sent").ys).toEqual([100, 90]);
    expect(lineOf(chart, "delivered").ys).toEqual([60, 120]);
    expect(chart!.bands).toEqual([{ from: 0.1, to: 2.1, label: "a", kind: "plain" }]);
  });

  it("adds the rest of a segment to the second before, as so short a time has no rate of its own", () => {
    const intervals = [sampleInterval(0, 100), sampleInterval(1000, 90, { lengthMs: 3, delivered: 0 })];
    const { chart } = throughputChart(sampleResult({ intervals }));
    expect(lineOf(chart, "sent").ys).toEqual([(190 * 1000) / 1003]);
  });

  it("shows what was seen of what streams promise, where nothing is sent", () => {
    const { chart, summary } = throughputChart(reportCases.push!);
    expect(chart!.series.map(({ label }) => label)).toEqual(["seen"]);
    expect(summary[0]).toContain("seen 7,907 of 8,000 promised (98.84%)");
    const [first] = reportCases.push!.phases;
    const promised = { ...first!, rate: { ...first!.rate, promisedPerSecond: 8000 } };
    const line = lineOf(throughputChart({ ...reportCases.push!, phases: [promised] }).chart, "promised");
    expect(new Set(line.ys)).toEqual(new Set([8000]));
  });

  it("breaks its lines between segments, where there is no load", () => {
    const intervals = [sampleInterval(0, 100), sampleInterval(3000, 200, { segment: 1 })];
    expect(lineOf(throughputChart(sampleResult({ intervals })).chart, "sent")).toMatchObject({
      ...{ xs: [0.5, 2, 3.5], ys: [100, null, 200] },
    });
  });

  it("shades the warm-up, and phases in which the generator was limited", () => {
    const phases = [
      samplePhase("warm-up", 0, 1, 1, { measured: false }),
      samplePhase("a", 1000, 1, 1, { generatorHealth: "limited" }),
    ];
    expect(throughputChart(sampleResult({ phases })).chart!.bands.map(({ kind }) => kind)).toEqual([
      "pale",
      "doubtful",
    ]);
  });
});

describe("latencyOverTimeChart", () => {
  it("is logarithmic, and has the largest of each second", () => {
    const { chart } = latencyOverTimeChart(sampleResult());
    expect(chart!.y).toMatchObject({ unit: "microseconds", isLogarithmic: true });
    expect(chart!.series.map(({ label }) => label)).toEqual(["p50", "p95", "p99", "max"]);
    expect(lineOf(chart, "max").ys).toEqual(Array.from({ length: 12 }, () => 5000));
  });

  it("draws 0 us where a logarithmic axis begins", () => {
    const latencyUs = { count: 1000, p50: 0, p95: 0, p99: 1, max: 2, hdr: null };
    const { chart } = latencyOverTimeChart(sampleResult({ intervals: [sampleInterval(0, 1000, { latencyUs })] }));
    expect(lineOf(chart, "p50").ys).toEqual([1]);
  });
});

describe("distributionChart", () => {
  const times = (values: readonly number[]) => {
    const histogram = Histogram.empty();
    for (const value of values) histogram.record(value);
    return timesOfHistogram(histogram, true);
  };

  it("shows latency and service by 1 / (1 - quantile), up to the largest of all", () => {
    const values = Array.from({ length: 1000 }, (_, index) => index + 1);
    const totals = sampleBlock(1000, 10, { latencyUs: times(values), serviceUs: times(values.map((us) => us / 2)) });
    const { chart, summary } = distributionChart(sampleResult({ totals }));
    const { xs, ys } = lineOf(chart, "latency");
    expect(ys[xs.indexOf(2)]).toBe(500);
    expect(ys[xs.indexOf(4)]).toBe(750);
    expect([xs.at(-1), ys.at(-1)]).toEqual([1000, 1000]);
    expect(xs.every((x, index) => index === 0 || x > xs[index - 1]!)).toBe(true);
    expect(lineOf(chart, "service").ys.at(-1)).toBe(500);
    // Beyond 1 - 10 / n a place rests on fewer than ten messages.
    expect(chart!.bands).toMatchObject([{ from: 100, kind: "pale" }]);
    expect(summary.join(" ")).toContain("1,000 answers");
  });

  it("says that a result holds no histogram in place of an empty chart", () => {
    expect(distributionChart(sampleResult())).toMatchObject({
      chart: null,
      summary: ["The result holds no histogram."],
    });
    const nothing = sampleBlock(10, 1, { latencyUs: noTimes, serviceUs: noTimes });
    expect(distributionChart(sampleResult({ totals: nothing })).summary).toEqual([
      "No answer came back in the measured time.",
    ]);
  });
});

describe("lossPeriods", () => {
  it("joins seconds in a row that lost messages, and no others", () => {
    const lost = [0, 3, 2, 0, 1];
    const intervals = lost.map((count, index) => sampleInterval(index * 1000, 100, { lost: count }));
    expect(lossPeriods(intervals)).toEqual([
      { startMs: 1000, endMs: 3000, lost: 5, decided: 205 },
      { startMs: 4000, endMs: 5000, lost: 1, decided: 101 },
    ]);
    const apart = [sampleInterval(0, 1, { lost: 1 }), sampleInterval(1000, 1, { lost: 1, segment: 1 })];
    expect(lossPeriods(apart)).toHaveLength(2);
  });
});

describe("deliveryChart", () => {
  it("shows what share of the messages due in a second was lost", () => {
    const latencyUs = { count: 75, p50: 1, p95: 1, p99: 1, max: 1, hdr: null };
    const intervals = [sampleInterval(0, 100), sampleInterval(1000, 100, { lost: 25, latencyUs })];
    const totals = sampleBlock(200, 2, { messages: sampleMessages(200, { lostMissing: 25 }) });
    const { chart, summary } = deliveryChart(sampleResult({ intervals, totals }));
    expect(lineOf(chart, "lost").ys).toEqual([0, 0.25]);
    expect(summary[1]).toBe("1 loss period in 2 seconds of load, warm-up included: 25 lost from 1.0 s to 2.0 s.");
  });

  it("says in words that nothing was lost, with what that is worth", () => {
    const { chart, summary } = deliveryChart(sampleResult());
    expect(chart).toBeNull();
    expect(summary).toEqual([
      "Delivered 100%: 0 lost of 10,000; 95 % sure that loss < 0.030 %.",
      "No second lost any.",
    ]);
  });
});

describe("memoryChart", () => {
  it("draws the fitted slope from the level at the start of the steady part to the end of the load", () => {
    const growing = { ...sampleMemory, startBytes: 100e6, slopeBytesPerSecond: 1e6 };
    const memory = { generator: sampleMemory, generatorReason: null, target: growing, targetReason: null };
    const phases = [samplePhase("a", 1000, 100, 1)];
    const { chart, summary } = memoryChart(sampleResult({ memory, phases }));
    // The first fifth is left out of the fit.
    expect(lineOf(chart, "target, fitted")).toMatchObject({ xs: [21, 101], ys: [100e6, 180e6], shape: "dashed" });
    expect(summary[1]).toContain("fitted slope +57.2 MiB a minute");
  });

  it("says why the target's memory is not known", () => {
    const memory = { ...sampleResult().memory, target: null, targetReason: "no pid was given" };
    const intervals = [sampleInterval(0, 1, { targetRssBytes: null })];
    const { chart, summary } = memoryChart(sampleResult({ memory, intervals }));
    expect(chart!.series.map(({ label }) => label)).not.toContain("target");
    expect(summary[1]).toBe("Target: unknown; no pid was given.");
  });
});

describe("scalingChart", () => {
  it("shows nothing for a profile that scales nothing", () => {
    expect(scalingChart(sampleResult())).toBeNull();
  });

  it("tells phases in which the generator was the limit apart from those that say something", () => {
    const { chart } = scalingChart(reportCases["scaling-profile"]!)!;
    expect(lineOf(chart, "delivered").xs).toEqual([100, 1000]);
    expect(lineOf(chart, "delivered, generator limited").xs).toEqual([10_000]);
    expect(lineOf(chart, "all that was offered")).toMatchObject({ xs: [100, 10_000], ys: [100, 10_000] });
  });

  it("draws the fitted law through the measured levels, and where its knee and peak are", () => {
    const result = reportCases["scaling-connections"]!;
    const { chart, summary } = scalingChart(result)!;
    const { xs, ys } = lineOf(chart, "fitted law");
    const { peak, fit } = result.scalability!;
    expect(fit).not.toBeNull();
    expect(Math.max(...ys.map(Number))).toBeCloseTo(peak!.deliveredPerSecond, -2);
    expect(xs.at(-1)).toBeGreaterThan(peak!.n);
    expect(chart!.marks.map(({ label }) => label)).toContain("peak");
    expect(summary.join(" ")).toMatch(/Scalability law of \d levels/);
  });

  it("leaves out as much of the ideal as would leave no room for what was reached", () => {
    const { chart } = scalingChart(reportCases["scaling-connections"]!)!;
    const most = Math.max(...lineOf(chart, "delivered").ys.map(Number));
    expect(Math.max(...lineOf(chart, "in proportion").ys.map(Number))).toBeLessThanOrEqual(1.5 * most);
  });
});
