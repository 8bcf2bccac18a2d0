import { describe, expect, it } from "vitest";
import { MessageRecorder } from "../../../src/engine/worker/message-recorder.ts";
import { StreamRecorder } from "../../../src/engine/worker/stream-recorder.ts";
import { noTally, type ConnectionTally } from "../../../src/measure/connection-tally.ts";
import { DeliveryLedger } from "../../../src/measure/delivery-ledger.ts";
import { IntervalRecorder } from "../../../src/measure/interval-recorder.ts";
import { allocateWorkerCells, counter } from "../../../src/measure/worker-cells.ts";

/** Two streams of which the second reads slowly, with messages of two classes: four classes in all; one phase. */
function setUp() {
  const cells = allocateWorkerCells(1, 4);
  const intervals = new IntervalRecorder(cells);
  intervals.startSegment(0, 60_000, 0);
  const facts = { messageBytes: 64, expectsAnswers: false, openConnections: () => 2 };
  const ledger = new DeliveryLedger(2, 4, () => undefined);
  const tallied: (readonly (string | number)[])[] = [];
  const tally: ConnectionTally = {
    ...noTally,
    delivered: (stream, _phase, times) => tallied.push([stream, "delivered", times]),
    count: (stream, _phase, event, times) => tallied.push([stream, event, times]),
  };
  const recorder = new StreamRecorder({
    recorder: new MessageRecorder(cells.phases, [false], ledger, intervals, facts),
    classes: cells.classes,
    classesOfStream: 2,
    isSlow: Uint8Array.of(0, 1),
    tally,
  });
  const all = (which: number): number => cells.phases[0]!.counts[which]!;
  const ofClass = (index: number, which: number): number => cells.classes[index]![0]!.counts[which]!;
  return { recorder, all, ofClass, tallied };
}

describe("StreamRecorder", () => {
  it("tells classes apart by priority, and slow streams from the others", () => {
    const { recorder } = setUp();
    expect([0, 1].flatMap((stream) => [0, 1].map((priority) => recorder.classOf(stream, priority)))).toEqual([
      0, 1, 2, 3,
    ]);
  });

  it("counts new messages by class at once, and of all and their connection at the end of the read", () => {
    const { recorder, all, ofClass, tallied } = setUp();
    recorder.recordNew(2, 0, 10, 1);
    recorder.recordNew(3, 0, 20, 4);
    expect([ofClass(2, counter.expected), ofClass(3, counter.expected)]).toEqual([1, 4]);
    expect([all(counter.expected), all(counter.delivered), tallied]).toEqual([0, 0, []]);
    recorder.readEnded(1, 0, 5);
    expect([all(counter.expected), all(counter.delivered), all(counter.bytesReceived)]).toEqual([5, 2, 30]);
    expect(tallied).toEqual([[1, "delivered", 2]]);
    recorder.readEnded(1, 0, 6);
    expect(all(counter.delivered)).toBe(2);
  });

  it("counts what is out of order, twice or missing for all, the class and the connection", () => {
    const { recorder, all, ofClass, tallied } = setUp();
    recorder.recordPushed(0, 1, 0, 1, 10, 5);
    recorder.countReordered(0, 1, 0);
    recorder.countDuplicated(0, 1, 0, 2);
    recorder.recordMissing(0, 1, "missing", 0, 5, 3);
    recorder.recordMissing(0, 1, "refused", 0, 5, 4);
    const { delivered, reordered, duplicated, lostMissing, refused } = counter;
    const counters = [delivered, reordered, duplicated, lostMissing, refused];
    expect(counters.map(all)).toEqual([1, 1, 2, 3, 4]);
    expect(counters.map((which) => ofClass(1, which))).toEqual([1, 1, 2, 3, 4]);
    expect(counters.map((which) => ofClass(0, which))).toEqual([0, 0, 0, 0, 0]);
    const told = [
      ["delivered", 1],
      ["reordered", 1],
      ["duplicated", 2],
      ["lost", 3],
      ["refused", 4],
    ];
    expect(tallied).toEqual(told.map((each) => [0, ...each]));
  });
});
