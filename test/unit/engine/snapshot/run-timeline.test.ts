import { describe, expect, it } from "vitest";
import { RunTimeline } from "../../../../src/engine/snapshot/run-timeline.ts";
import { aPhasePlan, aPlan } from "../../../support/a-collected.ts";

/** Two segments: 2.5 s in two phases over 10 connections, then 4 s in one over 20. */
function twoSegments(): RunTimeline {
  const warmup = aPhasePlan({ name: "warm-up", durationMs: 1000 });
  const load = aPhasePlan({ startMs: 1000, durationMs: 1500 });
  const more = aPhasePlan({ name: "more", durationMs: 4000 });
  const segments = [
    { connections: 10, phases: [warmup, load] },
    { connections: 20, phases: [more] },
  ];
  return new RunTimeline(aPlan({ segments }));
}

describe("the timeline of a run", () => {
  it("gives seconds numbers that go on from segment to segment", () => {
    const timeline = twoSegments();
    expect(timeline.connecting()).toBe(0);
    expect(timeline.newestInterval(100)).toBe(null);
    timeline.loadStarted(1000);
    expect([999, 1000, 1999, 2000, 3499, 9999].map((ms) => timeline.newestInterval(ms))).toEqual([null, 0, 0, 1, 2, 2]);
    timeline.loadEnded(3500);
    expect(timeline.connecting()).toBe(3);
    expect(timeline.newestInterval(4000)).toBe(null);
    timeline.loadStarted(5000);
    expect(timeline.newestInterval(5000)).toBe(3);
    expect(timeline.newestInterval(99_000)).toBe(6);
  });

  it("cuts the last second of a segment where its load ended", () => {
    const timeline = twoSegments();
    timeline.connecting();
    timeline.loadStarted(1000);
    expect(timeline.secondsFrom(0, 1000)).toEqual([]);
    expect(timeline.secondsFrom(0, 2400)).toEqual([
      { number: 0, segment: 0, phase: 0, fromMs: 1000, lengthMs: 1000 },
      { number: 1, segment: 0, phase: null, fromMs: 2000, lengthMs: 400 },
    ]);
    // Overdue messages may leave a little after the planned end: in the last second, which gets no longer by that.
    timeline.loadEnded(3580);
    timeline.connecting();
    timeline.loadStarted(5000);
    expect(timeline.secondsFrom(0, 6000).map(({ number, fromMs, lengthMs }) => [number, fromMs, lengthMs])).toEqual([
      [0, 1000, 1000],
      [1, 2000, 1000],
      [2, 3000, 500],
      [3, 5000, 1000],
    ]);
  });

  it("has only the seconds that a load which was cut short had", () => {
    const timeline = twoSegments();
    timeline.connecting();
    timeline.loadStarted(1000);
    timeline.loadEnded(1300);
    expect(timeline.secondsFrom(0, 60_000)).toEqual([
      { number: 0, segment: 0, phase: null, fromMs: 1000, lengthMs: 300 },
    ]);
    expect(timeline.phaseSoFar(1, 60_000)).toBe(null);
  });

  it("knows of the first phase of a segment while it connects, and of others when they begin", () => {
    const timeline = twoSegments();
    expect(timeline.phaseSoFar(0, 50)).toBe(null);
    timeline.connecting();
    expect(timeline.phaseSoFar(0, 50)).toEqual({ connections: 10, startMs: 50, endMs: 50, isRunning: true });
    expect(timeline.phaseSoFar(1, 50)).toBe(null);
    timeline.loadStarted(1000);
    expect(timeline.phaseSoFar(0, 1600)).toEqual({ connections: 10, startMs: 1000, endMs: 1600, isRunning: true });
    expect(timeline.phaseSoFar(1, 1999)).toBe(null);
    expect(timeline.phaseSoFar(0, 2100)).toEqual({ connections: 10, startMs: 1000, endMs: 2000, isRunning: false });
    expect(timeline.phaseSoFar(1, 2100)).toEqual({ connections: 10, startMs: 2000, endMs: 2100, isRunning: true });
    timeline.loadEnded(3580);
    expect(timeline.phaseSoFar(1, 9000)).toEqual({ connections: 10, startMs: 2000, endMs: 3500, isRunning: false });
    expect(timeline.phaseSoFar(2, 9000)).toBe(null);
    timeline.connecting();
    expect(timeline.phaseSoFar(2, 9000)?.connections).toBe(20);
  });

  it("is before the first phase while its start is still ahead", () => {
    const timeline = twoSegments();
    timeline.connecting();
    timeline.loadStarted(1020);
    expect(timeline.phaseSoFar(0, 1010)).toEqual({ connections: 10, startMs: 1020, endMs: 1020, isRunning: true });
    expect(timeline.secondsFrom(0, 1010)).toEqual([]);
  });
});
