import { describe, expect, it } from "vitest";
import { IntervalRecorder } from "../../../src/measure/interval-recorder.ts";
import {
  allocateWorkerCells,
  histogramStat,
  intervalCounter,
  intervalRingLength,
  type IntervalCells,
} from "../../../src/measure/worker-cells.ts";

function recorderWithSlots(): [IntervalRecorder, readonly IntervalCells[]] {
  const cells = allocateWorkerCells(1);
  return [new IntervalRecorder(cells), cells.intervals];
}

function latencyCount(slot: IntervalCells): number {
  return slot.latency.cells.reduce((sum, count) => sum + count, 0);
}

describe("the interval recorder", () => {
  it("puts latency into the second of the intended instant and deliveries into the second they came", () => {
    const [recorder, slots] = recorderWithSlots();
    recorder.startSegment(5000, 10_000, 0);
    recorder.advance(6100);
    recorder.recordDelivered(5900, 200_000, true, 1);
    expect(latencyCount(slots[0]!)).toBe(1);
    expect(slots[0]!.counts[intervalCounter.delivered]).toBe(0);
    expect(slots[1]!.counts[intervalCounter.delivered]).toBe(1);
  });

  it("keeps samples whose second has left the ring, apart", () => {
    const [recorder, slots] = recorderWithSlots();
    recorder.startSegment(0, 60_000, 0);
    recorder.advance(30_500);
    recorder.recordDelivered(1000, 29_500_000, true, 1);
    expect(slots.reduce((sum, slot) => sum + latencyCount(slot), 0)).toBe(0);
    const late = [...recorder.told.late.entries()];
    expect(late.map(([number, cells]) => [number, [...cells.values()]])).toEqual([[1, [1]]]);
  });

  it("empties a slot before it is used for a newer second", () => {
    const [recorder, slots] = recorderWithSlots();
    recorder.startSegment(0, 60_000, 0);
    recorder.recordSent(7);
    recorder.advance(intervalRingLength * 1000 + 1);
    expect(slots[0]!.counts[intervalCounter.interval]).toBe(intervalRingLength);
    expect(slots[0]!.counts[intervalCounter.sent]).toBe(0);
    expect(slots[0]!.slip.stats[histogramStat.max]).toBe(0);
  });

  it("counts what happens after the planned end in the last second", () => {
    const [recorder, slots] = recorderWithSlots();
    recorder.startSegment(0, 2000, 4);
    recorder.advance(2050);
    recorder.recordDelivered(1999, 51_000, false, 1);
    expect(slots[5]!.counts[intervalCounter.interval]).toBe(5);
    expect(latencyCount(slots[5]!)).toBe(1);
    expect(slots[5]!.counts[intervalCounter.delivered]).toBe(0);
  });

  it("keeps the sums of seconds that have left the ring, and of what came after", () => {
    const cells = allocateWorkerCells(1);
    const recorder = new IntervalRecorder(cells);
    recorder.startSegment(0, 60_000, 0);
    recorder.recordSent(7);
    recorder.countSent(2);
    recorder.recordDelivered(0, 1000, true, 3);
    recorder.advance(14_500);
    recorder.recordLost(100);
    expect([...cells.past]).toEqual([0, 0, 0, 1]);
    recorder.advance(16_100);
    expect([...cells.past]).toEqual([3, 3, 3, 1]);
    recorder.recordDelivered(100, 16_000_000, true, 2);
    expect([...cells.past]).toEqual([3, 3, 5, 1]);
    // Sleeping through a whole ring takes each second out of it once.
    recorder.advance(50_000);
    recorder.startSegment(100_000, 1000, 60);
    expect([...cells.past]).toEqual([3, 5, 5, 1]);
  });

  it("notes lost messages under the second they were meant for", () => {
    const [recorder] = recorderWithSlots();
    recorder.startSegment(1000, 3000, 0);
    for (const intendedMs of [1000, 1999, 2000, 3999, 9000]) recorder.recordLost(intendedMs);
    expect([...recorder.told.lost]).toEqual([
      [0, 2],
      [1, 1],
      [2, 2],
    ]);
  });
});
