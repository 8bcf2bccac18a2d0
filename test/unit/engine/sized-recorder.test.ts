import { describe, expect, it } from "vitest";
import { SizedRecorder } from "../../../src/engine/worker/sized-recorder.ts";
import { DeliveryLedger } from "../../../src/measure/delivery-ledger.ts";
import { IntervalRecorder } from "../../../src/measure/interval-recorder.ts";
import { allocateWorkerCells, counter, histogramStat } from "../../../src/measure/worker-cells.ts";

const bytes = [100, 2000];

/** Odd messages are small, even ones large. Phase 0 has a schedule, phase 1 is a closed loop; a second each. */
class Worker {
  readonly cells = allocateWorkerCells(2, 2);
  readonly ledger: DeliveryLedger;
  readonly recorder: SizedRecorder;

  constructor(options: { readonly isOneway?: boolean; readonly ringLength?: number } = {}) {
    this.ledger = new DeliveryLedger(2, options.ringLength ?? 64, (...loss) =>
      this.recorder.recordLostMessage(...loss),
    );
    const intervals = new IntervalRecorder(this.cells);
    this.recorder = new SizedRecorder(this.cells, [false, true], this.ledger, intervals, {
      expectsAnswers: options.isOneway !== true,
      openConnections: () => 2,
      sizes: { bytes, sizeOf: (_, sequence) => (sequence % 2 === 1 ? 0 : 1) },
    });
    intervals.startSegment(0, 2000, 0);
    this.recorder.startWindows([0, 1].map((phase) => ({ phase, startMs: phase * 1000, endMs: phase * 1000 + 1000 })));
    this.recorder.advance(0);
  }

  /** Of all messages, of the small and of the large ones. */
  counts(which: number, phase = 0): readonly number[] {
    const all = [this.cells.phases, ...this.cells.classes];
    return all.map((phases) => phases[phase]!.counts[which]!);
  }

  sums(histogram: "latency" | "service" | "ownSlip" | "blockedSlip", phase = 0): readonly number[] {
    const all = [this.cells.phases, ...this.cells.classes];
    return all.map((phases) => phases[phase]![histogram].stats[histogramStat.sum]!);
  }
}

describe("the recorder of messages of several sizes", () => {
  it("counts each message once among all and once among those of its size, with its true bytes", () => {
    const worker = new Worker();
    for (let index = 0; index < 5; index += 1) worker.recorder.recordSent(0, 8, 10, 0, false);
    expect(worker.counts(counter.sent)).toEqual([5, 3, 2]);
    expect(worker.counts(counter.sentInWindow)).toEqual([5, 3, 2]);
    expect(worker.counts(counter.bytesSent)).toEqual([4300, 300, 4000]);
    expect(worker.counts(counter.offered)).toEqual([0, 3, 2]);
    expect(worker.sums("ownSlip")).toEqual([10_000, 6000, 4000]);
  });

  it("times answers by size, those of one read and one write as well", () => {
    const worker = new Worker();
    for (let index = 0; index < 3; index += 1) worker.recorder.recordSent(0, 8, 10, 0, index === 2);
    worker.recorder.advance(15);
    for (const sequence of [1, 2, 3]) worker.recorder.recordReceived(0, sequence, 15, bytes[(sequence + 1) % 2]!);
    worker.recorder.settleRun();
    expect(worker.counts(counter.delivered)).toEqual([3, 2, 1]);
    expect(worker.counts(counter.deliveredInWindow)).toEqual([3, 2, 1]);
    expect(worker.counts(counter.bytesReceived)).toEqual([2200, 200, 2000]);
    expect(worker.sums("latency")).toEqual([21_000, 14_000, 7000]);
    expect(worker.sums("service")).toEqual([15_000, 10_000, 5000]);
    expect(worker.sums("blockedSlip")).toEqual([2000, 2000, 0]);
  });

  it("tells of which size the late, doubled, overtaken, damaged and lost ones were", () => {
    const worker = new Worker();
    for (let index = 0; index < 6; index += 1) worker.recorder.recordSent(0, 10, 10, 0, false);
    for (const sequence of [2, 1, 2]) worker.recorder.recordReceived(0, sequence, 20, 0);
    worker.recorder.recordCorrupt(0, 4);
    worker.recorder.recordCorrupt(0, -1);
    worker.recorder.endWindows();
    worker.recorder.recordReceived(0, 6, 2500, 0);
    worker.recorder.settleRun();
    worker.ledger.finish();
    expect(worker.counts(counter.reordered)).toEqual([1, 1, 0]);
    expect(worker.counts(counter.duplicated)).toEqual([1, 0, 1]);
    expect(worker.counts(counter.corrupted)).toEqual([2, 0, 1]);
    expect(worker.counts(counter.late)).toEqual([1, 0, 1]);
    expect(worker.counts(counter.lostCorrupt)).toEqual([1, 0, 1]);
    expect(worker.counts(counter.lostMissing)).toEqual([2, 2, 0]);
  });

  it("knows the size of a lost message that had left its ring, and of one whose connection ended", () => {
    const worker = new Worker({ ringLength: 4 });
    for (let index = 0; index < 12; index += 1) worker.recorder.recordSent(1, 10, 10, 0, false);
    worker.recorder.recordReceived(1, 2, 20, 0);
    worker.ledger.closeConnection(1);
    expect(worker.counts(counter.lostClosed)).toEqual([11, 6, 5]);
  });

  it("counts a burst of the closed loop message by message", () => {
    const worker = new Worker();
    worker.recorder.advance(1000);
    expect(worker.recorder.recordBurst(0, 5, 1000, 1)).toBe(1);
    worker.recorder.advance(1004);
    expect(worker.recorder.recordReceived(0, 2, 1004, 2000)).toBe(true);
    worker.recorder.settleRun();
    expect(worker.counts(counter.offered, 1)).toEqual([5, 3, 2]);
    expect(worker.counts(counter.sent, 1)).toEqual([5, 3, 2]);
    expect(worker.counts(counter.bytesSent, 1)).toEqual([4300, 300, 4000]);
    expect(worker.counts(counter.delivered, 1)).toEqual([1, 0, 1]);
    expect(worker.sums("service", 1)).toEqual([4000, 0, 4000]);
  });

  it("has counts alone where nothing comes back", () => {
    const worker = new Worker({ isOneway: true });
    worker.recorder.recordBurst(0, 3, 10, 0);
    worker.recorder.recordSent(0, 10, 10, 0, false);
    expect(worker.counts(counter.bytesSent)).toEqual([4200, 200, 4000]);
    expect(worker.ledger.outstanding).toBe(0);
  });
});
