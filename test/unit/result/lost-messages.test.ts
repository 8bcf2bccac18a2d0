import { describe, expect, it } from "vitest";
import { latencyOfferedOf, lossPeriodsOf, offeredPercentile } from "../../../src/result/lost-messages.ts";
import { aCollectedPhase, aHistogram } from "../../support/a-collected.ts";
import { aResult } from "../../support/a-result.ts";
import { sampleInterval } from "../../support/sample-result.ts";

/** A block of messages with these latencies, and some that were never delivered. */
function blockOf(latencies: readonly number[], lost: number, refused = 0) {
  const sent = latencies.length + lost + refused;
  const histograms = { latencyUs: aHistogram(latencies), serviceUs: aHistogram(latencies) };
  return aResult({
    phases: [aCollectedPhase(histograms, { sent, delivered: latencies.length, lostMissing: lost, refused })],
  }).totals;
}

describe("latency with lost messages as infinitely late", () => {
  it("is that of the received ones while no lost one is reached, and lost from there on", () => {
    const block = blockOf([100, 110, 90, 500], 1);
    expect(latencyOfferedOf(block)).toMatchObject({ count: 5, undelivered: 1, p50: 110, p90: "lost", p999: "lost" });
    expect(offeredPercentile(block, 80)).toBe(500);
    expect(offeredPercentile(block, 81)).toBe(Infinity);
  });

  it("counts a refused message as undelivered", () => {
    expect(latencyOfferedOf(blockOf([100, 110, 90, 500], 0, 1))).toMatchObject({ undelivered: 1, p90: "lost" });
  });

  it("is plain latency when all came back, and nothing when nothing was sent", () => {
    const block = blockOf([100, 110, 90, 500], 0);
    const { p50, p99, p999 } = block.latencyUs;
    expect(latencyOfferedOf(block)).toMatchObject({ count: 4, undelivered: 0, p50, p99, p999 });
    expect(latencyOfferedOf(blockOf([], 0))).toEqual({
      ...{ count: 0, undelivered: 0, p50: null, p90: null, p95: null, p99: null, p999: null, unresolved: [] },
    });
  });

  it("has as many messages to resolve a percentile as there were, lost ones too", () => {
    const block = blockOf(new Array<number>(990).fill(100), 10);
    expect(block.latencyUs.unresolved).toContain("p99");
    expect(latencyOfferedOf(block).unresolved).toEqual(["p999"]);
  });
});

describe("loss periods", () => {
  const intervalsOf = (lost: readonly number[], segments: readonly number[] = []) =>
    lost.map((count, second) => sampleInterval(second * 1000, 100, { lost: count, segment: segments[second] ?? 0 }));

  it("are runs of seconds in a row with losses", () => {
    expect(lossPeriodsOf(intervalsOf([0, 0, 5, 1, 1, 0, 9, 0, 2]))).toEqual({
      ...{ periods: 3, longestSeconds: 3, longestMessages: 9, firstMs: 2000 },
    });
  });

  it("are none without losses, and end with their segment", () => {
    expect(lossPeriodsOf(intervalsOf([0, 0, 0]))).toBeNull();
    expect(lossPeriodsOf(intervalsOf([1, 1], [0, 1]))).toMatchObject({ periods: 2, longestSeconds: 1 });
  });
});
