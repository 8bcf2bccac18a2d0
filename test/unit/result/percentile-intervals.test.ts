import { describe, expect, it } from "vitest";
import { Xoshiro } from "../../../src/random/xoshiro.ts";
import { percentileInterval, percentileIntervals } from "../../../src/result/percentile-intervals.ts";
import { intervalLatencyOf, timesOfHistogram } from "../../../src/result/times-of-histogram.ts";
import { exactQuantileRanks } from "../../../src/statistics/quantile-interval.ts";
import { aHistogram } from "../../support/a-collected.ts";
import { sampleInterval } from "../../support/sample-result.ts";

/** So many seconds of 100 latencies: 1 .. 2 ms evenly, made `slow(second)` times as long. */
function secondsOf(count: number, slow: (second: number) => number = () => 1) {
  const random = new Xoshiro(3);
  const values = Array.from({ length: count }, (_, second) =>
    Array.from({ length: 100 }, () => Math.round((1000 + 1000 * random.f53()) * slow(second))),
  );
  const seconds = values.map((list, second) =>
    sampleInterval(second * 1000, 100, { latencyUs: intervalLatencyOf(aHistogram(list), false) }),
  );
  const times = timesOfHistogram(aHistogram(values.flat()), false);
  return { seconds, times };
}

describe("the interval of a percentile", () => {
  it("is about that of independent samples where seconds are alike", () => {
    const { seconds, times } = secondsOf(60);
    const { lowUs, highUs, effectiveSamples, confidence } = percentileInterval(times, 90, seconds)!;
    expect(confidence).toBe(0.95);
    expect(effectiveSamples).toBeGreaterThan(2500);
    expect(effectiveSamples).toBeLessThanOrEqual(6000);
    const { lower, upper } = exactQuantileRanks(6000, 0.9);
    // Values run from 1000 to 2000 evenly: a rank is a sixth of a microsecond.
    expect(lowUs!).toBeGreaterThan(1000 + lower! / 6 - 20);
    expect(lowUs!).toBeLessThan(times.p90!);
    expect(highUs!).toBeLessThan(1000 + upper! / 6 + 20);
    expect(highUs!).toBeGreaterThan(times.p90!);
  });

  it("is as wide as bad seconds make it, though there are as many samples", () => {
    const alike = secondsOf(60);
    const bad = secondsOf(60, (second) => (second % 12 === 5 ? 4 : 1));
    const [even, uneven] = [alike, bad].map(({ times, seconds }) => percentileInterval(times, 95, seconds)!);
    expect(uneven!.effectiveSamples).toBeLessThan(even!.effectiveSamples / 10);
    expect(uneven!.highUs! / uneven!.lowUs!).toBeGreaterThan(2);
    expect(even!.highUs! / even!.lowUs!).toBeLessThan(1.05);
  });

  it("has no upper end where the effective samples reach none", () => {
    const { times, seconds } = secondsOf(60, (second) => (second === 30 ? 10 : 1));
    expect(percentileInterval(times, 99, seconds)!.highUs).toBeNull();
  });

  it("is not given for fewer than ten seconds, nor for a percentile of too few samples", () => {
    const nine = secondsOf(9);
    expect(percentileInterval(nine.times, 50, nine.seconds)).toBeNull();
    const ten = secondsOf(10);
    expect(percentileInterval(ten.times, 99, ten.seconds)).not.toBeNull();
    expect(percentileInterval(ten.times, 99.9, ten.seconds)).toBeNull();
  });

  it("is given of service times in a closed loop alone, as seconds hold none", () => {
    const { times, seconds } = secondsOf(20);
    const metricsOf = (loop: "open" | "closed") =>
      percentileIntervals({ latencyUs: times, serviceUs: times, loop }, seconds).map(
        ({ metric, percentile }) => `${metric} ${percentile}`,
      );
    expect(metricsOf("open")).toEqual(["latency 50", "latency 90", "latency 95", "latency 99"]);
    expect(metricsOf("closed")).toHaveLength(8);
  });
});
