import { describe, expect, it } from "vitest";
import { IntervalReader } from "../../../../src/engine/snapshot/interval-reader.ts";
import { IntervalRecorder } from "../../../../src/measure/interval-recorder.ts";
import { allocateWorkerCells } from "../../../../src/measure/worker-cells.ts";

/** So many workers that have begun a load of ten minutes at instant 0, and the reader of their seconds. */
function workers(count: number) {
  const cells = Array.from({ length: count }, () => allocateWorkerCells(1));
  const recorders = cells.map((own) => new IntervalRecorder(own));
  for (const recorder of recorders) recorder.startSegment(0, 600_000, 0);
  return { cells, recorders, reader: new IntervalReader(cells) };
}

/** One message goes out and comes back in that second, `latencyUs` after its instant. */
function liveThrough(recorder: IntervalRecorder, second: number, latencyUs = 1000): void {
  recorder.advance(second * 1000 + 10);
  recorder.recordSent(7);
  recorder.recordDelivered(second * 1000 + 10, latencyUs, true, 1);
}

describe("the reader of intervals", () => {
  it("adds the workers up, second by second", () => {
    const { recorders, reader } = workers(2);
    liveThrough(recorders[0]!, 0, 1000);
    liveThrough(recorders[1]!, 0, 3000);
    liveThrough(recorders[1]!, 1, 5000);
    const [first, second] = [reader.read(0), reader.read(1)];
    expect([first.sent, first.delivered, first.latency.count, first.slip.count]).toEqual([2, 2, 2, 2]);
    expect([first.latency.min, first.latency.max]).toEqual([1000, 3000]);
    expect([second.sent, second.delivered, second.latency.count]).toEqual([1, 1, 1]);
  });

  it("reads a live second again only when a worker has added to it, in whatever way", () => {
    const { recorders, reader } = workers(2);
    for (const recorder of recorders) liveThrough(recorder, 0);
    liveThrough(recorders[0]!, 1);
    const [first, second] = [reader.readLive(0), reader.readLive(1)];
    liveThrough(recorders[1]!, 1, 5000);
    expect(reader.readLive(0)).toBe(first);
    expect(reader.readLive(1)).not.toBe(second);
    expect(reader.readLive(1)).toEqual(reader.read(1));
    expect(second.latency.count).toBe(1);
    // An answer to the first second that came in the next one: none of the counts of the first has changed.
    recorders[1]!.recordDelivered(20, 1_500_000, true, 1);
    expect(reader.readLive(0).latency.count).toBe(3);
    for (let next = 2; next < 40; next += 1) {
      for (const recorder of recorders) liveThrough(recorder, next, 1000 + next);
      expect(reader.readLive(next).latency.max).toBe(1000 + next);
    }
  });

  it("finds nothing in a second that was overwritten before it could be read", () => {
    const { recorders, reader } = workers(1);
    for (let second = 0; second < 20; second += 1) liveThrough(recorders[0]!, second);
    expect(reader.read(3)).toMatchObject({ sent: 0, delivered: 0 });
    expect(reader.read(3).latency.count).toBe(0);
    expect(reader.read(4).sent).toBe(1);
  });
});
