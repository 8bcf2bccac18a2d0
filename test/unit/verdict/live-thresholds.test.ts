import { describe, expect, it } from "vitest";
import { LiveThresholds } from "../../../src/verdict/live-thresholds.ts";
import { parseThreshold } from "../../../src/verdict/threshold.ts";
import { sampleBlock, sampleInterval, samplePhase, sampleResult } from "../../support/sample-result.ts";

const watch = (delayMs: number, ...texts: string[]) =>
  new LiveThresholds(
    texts.map((text) => parseThreshold(text, "--threshold")),
    delayMs,
  );
const running = (seconds: number) =>
  sampleResult({
    end: { kind: "running", reason: null },
    phases: [samplePhase("warm-up", 0, 5, 5000, { measured: false }), samplePhase("load", 5000, seconds, 10_000)],
  });

describe("LiveThresholds", () => {
  it("names the threshold that failed and its value", () => {
    const failure = watch(0, "delivery.lost==0", "latency.p99<1ms").firstFailure(running(3));
    expect(failure).toBe("latency.p99<1ms: 3.162 ms");
  });

  it("is silent while all thresholds hold", () => {
    expect(watch(0, "delivery.lost==0", "latency.p99<50ms").firstFailure(running(3))).toBeUndefined();
  });

  it("waits for the delay, counted in measured load without the warm-up", () => {
    const watcher = watch(10_000, "latency.p99<1ms");
    expect(watcher.firstFailure(running(9.9))).toBeUndefined();
    expect(watcher.firstFailure(running(10))).toBeDefined();
  });

  it("does not end a run for a warning, for missing data, or for what the generator spoiled", () => {
    expect(watch(0, "latency.p99<1ms warn").firstFailure(running(20))).toBeUndefined();
    const empty = { ...running(20), totals: sampleBlock(0, 20) };
    expect(watch(0, "latency.p99<1ms").firstFailure(empty)).toBeUndefined();
    const limited = { ...running(20), generator: { ...running(20).generator, health: "limited" as const } };
    expect(watch(0, "latency.p99<1ms").firstFailure(limited)).toBeUndefined();
  });

  it("judges only the windows that have ended lately", () => {
    const phases = [samplePhase("load", 0, 20, 20_000)];
    const withLossAt = (lossMs: number) =>
      sampleResult({
        end: { kind: "running", reason: null },
        phases,
        intervals: Array.from({ length: 20 }, (_, i) =>
          sampleInterval(i * 1000, 1000, { lost: i * 1000 === lossMs ? 9 : 0 }),
        ),
      });
    const watcher = watch(0, "delivery.lost==0 over 2s");
    expect(watcher.firstFailure(withLossAt(18_000))).toContain("delivery.lost==0 over 2s: 9");
    expect(watcher.firstFailure(withLossAt(3000))).toBeUndefined();
  });
});
