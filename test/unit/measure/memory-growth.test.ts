import { describe, expect, it } from "vitest";
import {
  judgeMemory,
  memoryPerConnection,
  memoryPerMessage,
  type MemorySample,
} from "../../../src/measure/memory-growth.ts";
import { Xoshiro } from "../../../src/random/xoshiro.ts";

const mib = 1024 * 1024;

/** One sample a second, `seconds` of them, from bytes(second). */
function series(seconds: number, bytes: (second: number) => number): readonly MemorySample[] {
  return Array.from({ length: seconds }, (_, second) => ({ tMs: second * 1000, bytes: Math.round(bytes(second)) }));
}

/** A collector's saw-tooth of `period` seconds and `height` above the floor. */
function saw(second: number, period: number, height: number): number {
  return ((second % period) / period) * height;
}

describe("judgeMemory", () => {
  it("has nothing to say without samples", () => {
    expect(judgeMemory([])).toBeNull();
  });

  it("finds a leak under the saw-tooth of a garbage collector, and its slope", () => {
    const growth = judgeMemory(series(600, (s) => 200 * mib + 0.1 * mib * s + saw(s, 7, 40 * mib)))!;
    expect(growth.verdict).toBe("leak");
    expect(growth.slopeBytesPerSecond! / mib).toBeCloseTo(0.1, 2);
    expect(growth.slopeLowBytesPerSecond!).toBeLessThanOrEqual(growth.slopeBytesPerSecond!);
    expect(growth.slopeHighBytesPerSecond!).toBeGreaterThanOrEqual(growth.slopeBytesPerSecond!);
    expect(growth.pValue!).toBeLessThan(0.001);
    expect(growth.inconclusive).toBeNull();
  });

  it("finds none in the saw-tooth alone", () => {
    for (const period of [3, 7, 13, 20]) {
      const growth = judgeMemory(series(600, (s) => 200 * mib + saw(s, period, 60 * mib)))!;
      expect([period, growth.verdict]).toEqual([period, "no leak"]);
    }
  });

  it("forgives the rise of a warm-up", () => {
    const growth = judgeMemory(series(600, (s) => 300 * mib - 200 * mib * Math.exp(-s / 15)))!;
    expect(growth.verdict).toBe("no leak");
    expect(growth.peakBytes).toBeGreaterThan(299 * mib);
  });

  it("calls no leak what may be garbage that is still to be collected", () => {
    // A heap that is collected every 25 minutes, as that of a worker that makes little garbage.
    const samples = series(2400, (s) => 90 * mib + saw(s, 1500, 9 * mib) + saw(s, 2400, 12 * mib));
    expect(judgeMemory(samples)!.verdict).toBe("leak");
    expect(judgeMemory(samples, 1)).toMatchObject({
      verdict: "inconclusive",
      inconclusive: "it rose, but all garbage was collected once meanwhile; 20 times tell a leak from garbage",
    });
    expect(judgeMemory(samples, 19)!.inconclusive).toContain("collected 19 times");
    expect(judgeMemory(samples, 20)).toMatchObject({ verdict: "leak", inconclusive: null });
    expect(
      judgeMemory(
        series(2400, (s) => 90 * mib + saw(s, 50, 9 * mib)),
        1,
      )!.verdict,
    ).toBe("no leak");
  });

  it("calls a certain but small rise no leak", () => {
    const growth = judgeMemory(series(600, (s) => 200 * mib + 0.01 * mib * s))!;
    expect([growth.verdict, growth.pValue! < 0.01]).toEqual(["no leak", true]);
  });

  it("gives false alarms in at most 2 of 100 series of correlated noise", () => {
    let alarms = 0;
    for (let seed = 0; seed < 100; seed++) {
      const random = new Xoshiro(seed);
      let noise = 0;
      const samples = series(600, () => {
        noise = 0.6 * noise + random.normal();
        return 500 * mib + 20 * mib * noise;
      });
      const { pValue } = judgeMemory(samples)!;
      if (pValue! < 0.01) alarms++;
    }
    expect(alarms).toBeLessThanOrEqual(2);
  });

  it("is inconclusive on short runs and on few samples, but gives the figures it has", () => {
    expect(judgeMemory(series(60, (s) => 100 * mib + s * mib))).toMatchObject({
      growthBytes: 44 * mib,
      slopeBytesPerSecond: null,
      pValue: null,
    });
    const short = judgeMemory(series(100, (s) => 100 * mib + s * mib))!;
    expect(short).toMatchObject({
      verdict: "inconclusive",
      startBytes: 123.5 * mib,
      endBytes: 195.5 * mib,
      growthBytes: 72 * mib,
    });
    expect(short.slopeBytesPerSecond! / mib).toBeCloseTo(1, 6);
    expect(short.inconclusive).toMatch(/79 s after warm-up/);
    const sparse = judgeMemory(Array.from({ length: 60 }, (_, i) => ({ tMs: i * 60_000, bytes: mib * i })))!;
    expect(sparse.verdict).toBe("inconclusive");
    expect(sparse.inconclusive).toMatch(/48 samples/);
  });

  it("takes a single sample for start, peak and end, and knows no growth", () => {
    expect(judgeMemory([{ tMs: 5, bytes: 7 }])).toMatchObject({
      startBytes: 7,
      peakBytes: 7,
      endBytes: 7,
      growthBytes: null,
      slopeBytesPerSecond: null,
      pValue: null,
      verdict: "inconclusive",
    });
  });

  it("judges a day of samples, one a second, in little time", () => {
    const growth = judgeMemory(series(86_400, (s) => 200 * mib + 600 * s + saw(s, 61, 40 * mib)))!;
    expect(growth.verdict).toBe("leak");
    expect(growth.slopeBytesPerSecond!).toBeCloseTo(600, -1);
  });
});

describe("per message and per connection", () => {
  it("are unknown when rate or levels are missing", () => {
    expect([memoryPerMessage(null, 10), memoryPerMessage(10, null), memoryPerMessage(10, 0)]).toEqual([
      null,
      null,
      null,
    ]);
    const levels = [100, 200, 200].map((connections) => ({ connections, bytes: connections * 1000 }));
    expect(memoryPerConnection(levels)).toBeNull();
    expect(memoryPerConnection([...levels, { connections: 300, bytes: 300_000 }])).toBe(1000);
  });
});
