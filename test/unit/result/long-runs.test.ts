import { describe, expect, it } from "vitest";
import { spanLimits } from "../../../src/engine/snapshot/span-list.ts";
import { renderCsv } from "../../../src/report/csv-report.ts";
import { renderHlog } from "../../../src/report/hlog-report.ts";
import { addResults } from "../../../src/result/add-results.ts";
import { parseResult } from "../../../src/result/result-file.ts";
import type { RunResult } from "../../../src/result/run-result.ts";
import { histogramOfTimes, sumOfTimes } from "../../../src/result/times-of-histogram.ts";
import { secondsIn } from "../../../src/result/whole-seconds.ts";
import { resultText } from "../../../src/result/write-result.ts";
import { checkThresholds } from "../../../src/verdict/check-thresholds.ts";
import { parseThreshold } from "../../../src/verdict/threshold.ts";
import { longRun, perSecond, warmupSeconds } from "../../support/long-run.ts";

const eightHours = 8 * 3600;
const tool = { name: "floodgate", version: "0.1.0", wsVersion: "8.23.0" };
const MiB = 1024 * 1024;
const small = { spans: 60, histogramBytes: Infinity, spansWhatever: 0 };

const sumOf = ({ intervals }: RunResult, read: (each: RunResult["intervals"][number]) => number): number =>
  intervals.reduce((sum, each) => sum + read(each), 0);

const steadyOf = (result: RunResult) => result.phases[1]!.steady!;

/** Memory that garbage collection brings back to its floor every 50 s, and what is kept beside that. */
const sawtooth =
  (keptPerHour: number) =>
  (second: number): number =>
    80 * MiB + (second % 50) * 0.4 * MiB + (Math.max(0, second) / 3600) * keptPerHour;

const dip = (from: number, to: number) => (second: number) => (second >= from && second < from + 13 ? to : perSecond);

describe("a run of eight hours", () => {
  /** Its target keeps some MiB an hour, and delivers a little less once. */
  const aRun = longRun({
    seconds: eightHours,
    deliveredAt: dip(20_003, 95),
    generatorBytesAt: sawtooth(0),
    targetBytesAt: sawtooth(5 * MiB),
  });

  it("is saved in less than 2 MB that read back whole: nothing is lost but the second within a stretch", async () => {
    const result = await aRun;
    const { intervals, phases, totals } = result;
    expect(intervals.length).toBeLessThanOrEqual(spanLimits.spans);
    expect(intervals.slice(0, warmupSeconds).map(secondsIn)).toEqual(Array(warmupSeconds).fill(1));
    expect(new Set(intervals.slice(warmupSeconds, -1).map(secondsIn)).size).toBe(1);
    expect(sumOf(result, secondsIn)).toBe(warmupSeconds + eightHours);
    expect(sumOf(result, ({ sent }) => sent)).toBe((warmupSeconds + eightHours) * perSecond);
    const measured = sumOfTimes(intervals.slice(warmupSeconds).map(({ latencyUs }) => latencyUs));
    expect([measured.count, measured.percentile(99)]).toEqual([totals.latencyUs.count, totals.latencyUs.p99]);
    const text = resultText(result);
    expect(text.length).toBeLessThan(2_000_000);
    expect(parseResult(text, "eight hours").phases[1]!.steady).toEqual(phases[1]!.steady);
    expect(renderCsv(result).trimEnd().split("\r\n")).toHaveLength(1 + intervals.length);
    const lengths = renderHlog(result)
      .split("\n")
      .filter((line) => line.startsWith("Tag=latency"))
      .map((line) => Number(line.split(",")[2]));
    expect(lengths.reduce((sum, length) => sum + length, 0)).toBe(warmupSeconds + eightHours);
  });

  it("held its rate by the worst ten seconds of all, though none of its stretches is so short", async () => {
    expect(steadyOf(await aRun)).toMatchObject({
      outcome: "steady",
      sustained: { windowSeconds: 10, peakPerSecond: 100, sustainedPerSecond: 95, ratio: 0.95, outcome: "pass" },
    });
  });

  it("tells a leak of some MiB an hour from garbage collection, in generator and target", async () => {
    const { memory } = await aRun;
    expect(memory.generator).toMatchObject({ verdict: "no leak" });
    expect(memory.target).toMatchObject({ verdict: "leak" });
    expect(memory.target!.slopeBytesPerSecond! * 3600).toBeCloseTo(5 * MiB, -5);
    expect(memory.target!.sampleCount).toBeLessThanOrEqual(3600);
  });
});

describe("a run of an hour and more", () => {
  it("did not hold its rate when ten seconds anywhere say so", async () => {
    const broken = steadyOf(await longRun({ seconds: 5000, deliveredAt: dip(4003, 50) }));
    expect(broken).toMatchObject({
      sustained: { windowSeconds: 10, peakPerSecond: 100, sustainedPerSecond: 50, ratio: 0.5, outcome: "fail" },
      delivered: { minPerSecond: 50, maxPerSecond: 100 },
    });
    expect(broken.sustained.longestRunSeconds).toBeGreaterThan(3990);
    expect(broken.sustained.longestRunSeconds).toBeLessThanOrEqual(4003);
  });

  it("shows when its target grew slower for good", async () => {
    const steady = steadyOf(await longRun({ seconds: 5000, deliveredAt: (s) => (s < 2500 ? 100 : 80) }));
    expect(steady.outcome).toBe("not-steady");
    expect(steady.reason).toMatch(/^its backlog grew|^deliveries grew worse/);
  });
});

describe("seconds that were put together", () => {
  it("are judged in windows of whole stretches, and that is said", async () => {
    const deliveredAt = (second: number) => (second === 500 ? 0 : perSecond);
    const result = await longRun({ seconds: 960, deliveredAt, limits: small });
    expect(secondsIn(result.intervals.at(-1)!)).toBe(32);
    const thresholds = [
      "rate.delivered>=90/s over 10s",
      "delivery.lost==0 over 1s",
      "memory.target.peak<1GB over 5s",
    ].map((text) => parseThreshold(text, "a test"));
    const [rate, lost, memory] = checkThresholds(result, thresholds);
    expect(rate).toMatchObject({ outcome: "pass", value: 3100 / 32 });
    expect(rate!.detail).toBe("worst 32 s: from 510 s, as the seconds of a long run are put together");
    expect(lost).toMatchObject({ outcome: "fail", value: perSecond });
    expect(memory!.outcome).toBe("pass");
    expect(result.lossPeriods).toEqual({
      periods: 1,
      longestSeconds: 32,
      longestMessages: perSecond,
      firstMs: 510_000,
    });
  });

  it("are laid over those of another generator, whichever put more of them together", async () => {
    const deliveredAt = (second: number) => (second >= 300 && second < 320 ? 40 : perSecond);
    const coarse = await longRun({ seconds: 960, deliveredAt, limits: small });
    const fine = await longRun({
      ...{ seconds: 960, limits: { spans: 300, histogramBytes: Infinity, spansWhatever: 0 } },
      ...{ runId: "aLongRun-02", startedAfterMs: 700 },
    });
    const whole = await longRun({ seconds: 960, runId: "aLongRun-03", startedAfterMs: 300 });
    expect([coarse, fine, whole].map(({ intervals }) => secondsIn(intervals.at(-1)!))).toEqual([32, 4, 1]);
    const merged = addResults([coarse, fine, whole], tool);
    const own = merged.intervals.filter((each) => secondsIn(each) > 1);
    expect(own.map((each) => [secondsIn(each), each.sent])).toEqual(
      Array.from({ length: 30 }, () => [32, 3 * 32 * perSecond]),
    );
    expect(sumOf(merged, ({ delivered }) => delivered)).toBe(3 * 990 * perSecond - 20 * 60);
    expect(histogramOfTimes(merged.totals.latencyUs).count).toBe(3 * 960 * perSecond - 20 * 60);
    const { sustained } = steadyOf(merged);
    expect(sustained.windowSeconds).toBe(32);
    expect(sustained.sustainedPerSecond).toBeCloseTo((3 * 32 * perSecond - 20 * 60) / 32, 6);
    expect(parseResult(resultText(merged), "merged").intervals).toHaveLength(merged.intervals.length);
  });
});
