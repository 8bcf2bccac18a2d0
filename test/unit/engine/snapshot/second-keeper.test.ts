import { describe, expect, it } from "vitest";
import type { CollectedInterval } from "../../../../src/engine/collected-interval.ts";
import { SampleList } from "../../../../src/engine/sample-list.ts";
import { RunTimeline } from "../../../../src/engine/snapshot/run-timeline.ts";
import { SecondKeeper } from "../../../../src/engine/snapshot/second-keeper.ts";
import { SpanList } from "../../../../src/engine/snapshot/span-list.ts";
import { cellOf } from "../../../../src/measure/histogram.ts";
import { IntervalRecorder } from "../../../../src/measure/interval-recorder.ts";
import { allocateWorkerCells, healthCell } from "../../../../src/measure/worker-cells.ts";
import { aPhasePlan, aPlan } from "../../../support/a-collected.ts";

/** So many workers that have begun a load of ten minutes at instant 0, and the keeper of their seconds. */
function workers(count: number, mostSpans = 3600) {
  const cells = Array.from({ length: count }, () => allocateWorkerCells(1));
  const recorders = cells.map((own) => new IntervalRecorder(own));
  for (const recorder of recorders) recorder.startSegment(0, 600_000, 0);
  const timeline = new RunTimeline(aPlan({}, [aPhasePlan({ durationMs: 600_000 })]));
  timeline.connecting();
  timeline.loadStarted(0);
  const readings = new SampleList();
  const resources = { sampleWithin: (fromMs: number, toMs: number) => readings.within(fromMs, toMs) };
  const keeper = new SecondKeeper(
    cells,
    timeline,
    resources,
    0,
    new SpanList({ spans: mostSpans, histogramBytes: Infinity, spansWhatever: 0 }),
  );
  return { cells, recorders, timeline, readings, keeper };
}

/** One message goes out and comes back in that second, `latencyUs` after its instant. */
function liveThrough(recorder: IntervalRecorder, second: number, latencyUs = 1000): void {
  recorder.advance(second * 1000 + 10);
  recorder.recordSent(7);
  recorder.recordDelivered(second * 1000 + 10, latencyUs, true, 1);
}

const atSecond = (second: number): number => second * 1000 + 500;
const sumOf = (intervals: readonly CollectedInterval[], read: (each: CollectedInterval) => number): number =>
  intervals.reduce((sum, each) => sum + read(each), 0);

describe("the keeper of seconds", () => {
  it("keeps every second of a run longer than the ring, each as it was", () => {
    const { recorders, keeper } = workers(2);
    for (let second = 0; second < 60; second += 1) {
      for (const recorder of recorders) liveThrough(recorder, second, 1000 + second);
      keeper.tick(atSecond(second));
    }
    const seconds = keeper.intervals(60_000);
    expect(seconds).toHaveLength(60);
    seconds.forEach(({ tMs, sent, delivered, latencyUs, deliveredExtremes }, second) => {
      expect([tMs, sent, delivered, latencyUs.count, latencyUs.max]).toEqual([second * 1000, 2, 2, 2, 1000 + second]);
      expect(deliveredExtremes).toBeNull();
    });
  });

  it("takes a second no sooner than answers to it have a slot of their own no more", () => {
    const { recorders, keeper } = workers(1);
    const recorder = recorders[0]!;
    for (let second = 0; second < 30; second += 1) {
      recorder.advance(second * 1000 + 10);
      // Each answer comes as late as the ring allows.
      if (second >= 9) recorder.recordDelivered((second - 9) * 1000, 9_010_000, true, 1);
      keeper.tick(atSecond(second));
    }
    expect(recorder.hasToTell).toBe(false);
    const counts = keeper.intervals(30_000).map(({ latencyUs }) => latencyUs.count);
    expect(counts.slice(0, 20)).toEqual(Array(20).fill(1));
  });

  it("misses no second when it is kept from looking for a few, and reads none as another", () => {
    const { recorders, keeper } = workers(1);
    for (let second = 0; second < 40; second += 1) {
      liveThrough(recorders[0]!, second);
      if (second < 20 || second > 23) keeper.tick(atSecond(second));
    }
    keeper.sealAll(40_000);
    expect(keeper.intervals(40_000).map(({ sent }) => sent)).toEqual(Array(40).fill(1));
  });

  it("has the worst lag of each second and the memory read in it", () => {
    const { cells, readings, keeper } = workers(2);
    const reading = { connections: 1, delivered: 1, targetBytes: null };
    readings.push({ ...reading, tMs: 300, generatorBytes: 5 });
    readings.push({ ...reading, tMs: 1300, generatorBytes: 7 });
    cells[0]!.health[healthCell.lagLastSecondUs] = 300;
    cells[1]!.health[healthCell.lagLastSecondUs] = 900;
    keeper.tick(1000);
    cells[1]!.health[healthCell.lagLastSecondUs] = 100;
    keeper.tick(2000);
    const seconds = keeper.intervals(3000);
    expect(seconds.map(({ lagUs }) => lagUs)).toEqual([900, 300, 0]);
    expect(seconds.map(({ generatorRssBytes }) => generatorRssBytes)).toEqual([5, 7, null]);
  });

  it("adds what workers tell later to the second it belongs to, kept or running or put together", () => {
    const { recorders, keeper } = workers(1, 8);
    const late = new Map([
      [3, new Map([[cellOf(2000), 2]])],
      [38, new Map([[cellOf(3000), 1]])],
    ]);
    const lost = new Map([
      [3, 5],
      [38, 1],
    ]);
    const tell = (): void => {
      keeper.addLost(lost);
      keeper.addLate(late);
    };
    for (let second = 0; second < 40; second += 1) {
      liveThrough(recorders[0]!, second);
      keeper.tick(atSecond(second));
    }
    tell();
    const running = keeper.intervals(39_500);
    expect(sumOf(running, ({ lost: own }) => own)).toBe(6);
    expect(sumOf(running, ({ latencyUs }) => latencyUs.count)).toBe(43);
    expect(running[38 - 40 + running.length]).toMatchObject({ tMs: 38_000, lost: 1 });
    keeper.sealAll(40_000);
    tell();
    const kept = keeper.intervals(40_000);
    expect(kept.every(({ lengthMs }) => lengthMs > 1000)).toBe(true);
    expect(kept[0]).toMatchObject({ tMs: 0, lost: 10 });
    expect(kept.find(({ tMs, lengthMs }) => tMs + lengthMs > 38_000)).toMatchObject({ lost: 2 });
    expect(sumOf(kept, ({ latencyUs }) => latencyUs.count)).toBe(46);
  });

  it("has no second of a load that was cut short before it", () => {
    const { recorders, timeline, keeper } = workers(1);
    for (let second = 0; second < 5; second += 1) {
      liveThrough(recorders[0]!, second);
      keeper.tick(atSecond(second));
    }
    timeline.loadEnded(4700);
    // A long drain.
    for (let second = 5; second < 30; second += 1) keeper.tick(atSecond(second));
    keeper.sealAll(30_000);
    expect(keeper.intervals(30_000).map(({ lengthMs }) => lengthMs)).toEqual([1000, 1000, 1000, 1000, 700]);
  });
});
