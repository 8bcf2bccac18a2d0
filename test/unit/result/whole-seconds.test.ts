import { describe, expect, it } from "vitest";
import { IntervalReader } from "../../../src/engine/snapshot/interval-reader.ts";
import { RunTimeline } from "../../../src/engine/snapshot/run-timeline.ts";
import { IntervalRecorder } from "../../../src/measure/interval-recorder.ts";
import { allocateWorkerCells } from "../../../src/measure/worker-cells.ts";
import { areSecondsComplete, deliveredPerSecond, wholeSecondsOf } from "../../../src/result/whole-seconds.ts";
import { aPhasePlan, aPlan } from "../../support/a-collected.ts";
import { expectVector, methodVector } from "../../support/method-vectors.ts";
import { sampleInterval, sampleResult } from "../../support/sample-result.ts";

/** Messages that come back at these instants, as the engine puts them into seconds. */
function secondsOfInstants(instantsMs: readonly number[], durationMs: number) {
  const cells = allocateWorkerCells(1);
  const recorder = new IntervalRecorder(cells);
  const timeline = new RunTimeline(aPlan({ segments: [{ connections: 1, phases: [aPhasePlan({ durationMs })] }] }));
  recorder.startSegment(0, durationMs, timeline.connecting());
  timeline.loadStarted(0);
  for (const instantMs of instantsMs) {
    recorder.advance(instantMs);
    recorder.recordSent(0);
    recorder.recordDelivered(instantMs, 0, true, 1);
  }
  timeline.loadEnded(durationMs);
  const reader = new IntervalReader([cells]);
  return timeline.secondsFrom(0, durationMs).map(({ number, fromMs, lengthMs }) => {
    const { sent, delivered } = reader.read(number);
    return sampleInterval(fromMs, sent, { delivered, lengthMs });
  });
}

describe("seconds", () => {
  it("are half open, and the last partial one is flagged, has its own rate and is left out of what is judged", () => {
    const { sentAt, endSec } = methodVector("throughput.intervals").input as {
      sentAt: readonly number[];
      endSec: number;
    };
    const endMs = endSec * 1000;
    const intervals = secondsOfInstants(
      sentAt.map((at) => at * 1000),
      endMs,
    );
    const last = intervals.at(-1)!;
    expectVector("throughput.intervals", {
      counts: intervals.map(({ sent }) => sent),
      ratePerSec: intervals.map(deliveredPerSecond),
      lastIsPartial: last.lengthMs < 1000,
      partialSec: last.lengthMs / 1000,
    });
    expect(wholeSecondsOf({ intervals }, { segment: 0, startMs: 0, endMs })).toEqual(intervals.slice(0, 3));
  });

  it("that two phases share belong to neither", () => {
    const intervals = Array.from({ length: 6 }, (_, second) => sampleInterval(100 + second * 1000, 10));
    const starts = (startMs: number, endMs: number, mergedFrom?: []) =>
      wholeSecondsOf({ intervals, ...(mergedFrom && { mergedFrom }) }, { segment: 0, startMs, endMs }).map(
        ({ tMs }) => tMs,
      );
    expect(starts(100, 2600)).toEqual([100, 1100]);
    expect(starts(2600, 6100)).toEqual([3100, 4100, 5100]);
    expect(starts(101, 6099)).toEqual([100, 1100, 2100, 3100, 4100, 5100]);
    expect(wholeSecondsOf({ intervals }, { segment: 1, startMs: 100, endMs: 6100 })).toEqual([]);
    // Seconds of several generators were moved by up to half a second to be laid over each other.
    expect(starts(100, 6100, [])).toEqual([1100, 2100, 3100, 4100]);
  });

  it("are complete unless something is known to be missed", () => {
    const { generator } = sampleResult();
    expect(areSecondsComplete({ generator })).toBe(true);
    expect(areSecondsComplete({ generator: { ...generator, missedIntervalSamples: 1 } })).toBe(false);
    const missed = { sent: 0, delivered: 1, lost: 0 };
    expect(areSecondsComplete({ generator: { ...generator, missedIntervalCounts: missed } })).toBe(false);
  });
});
