import { describe, expect, it } from "vitest";
import { NoteBook } from "../../../../src/engine/worker/worker-notes.ts";
import { PhaseReader } from "../../../../src/engine/snapshot/phase-reader.ts";
import { allocateFanOutCells, fanOutCounter } from "../../../../src/measure/fan-out-cells.ts";
import { HistogramWriter } from "../../../../src/measure/histogram-writer.ts";
import { allocateWorkerCells, control, counter, type WorkerCells } from "../../../../src/measure/worker-cells.ts";
import type { Mode } from "../../../../src/plan/plan.ts";
import { aPhasePlan, aPlan } from "../../../support/a-collected.ts";

const soFar = { connections: 10, startMs: 5000, endMs: 6000, isRunning: false };
const nobody = new Map<number, string>();

/** Two workers' cells with one scheduled phase and one closed loop, and their reader. */
function twoWorkers(mode: Mode = "echo") {
  const cells = [allocateWorkerCells(2), allocateWorkerCells(2)] as const;
  const phases = [aPhasePlan(), aPhasePlan({ load: { kind: "max", inFlight: 1 } })];
  return { cells, reader: new PhaseReader(aPlan({ mode }, phases), cells) };
}

/** The same of a broadcast, of whose first phase nothing has been settled yet. */
function twoBroadcasters() {
  const cells = [allocateWorkerCells(1), allocateWorkerCells(1)] as const;
  const fanOut = [allocateFanOutCells(1), allocateFanOutCells(1)] as const;
  const reader = new PhaseReader(aPlan({ mode: "broadcast" }), cells, fanOut);
  for (const own of fanOut) own.phases[0]!.counts[fanOutCounter.presentAtSend] = 100;
  const read = (isOver: boolean, lost = nobody) => reader.read(0, { ...soFar, isOver }, 0, [null, null], lost).messages;
  return { cells, fanOut, reader, read };
}

function put(cells: WorkerCells, counts: Partial<Record<keyof typeof counter, number>>): void {
  for (const [name, value] of Object.entries(counts)) {
    cells.phases[0]!.counts[counter[name as keyof typeof counter]] = value;
  }
}

describe("the reader of phases", () => {
  it("adds up counts, histograms and bytes of all workers", () => {
    const { cells, reader } = twoWorkers();
    for (const [index, own] of cells.entries()) {
      put(own, { offered: 10, sent: 10, delivered: 9, lostMissing: 1, bytesSent: 640, bytesReceived: 576 });
      const { latency, service, ownSlip, blockedSlip } = own.phases[0]!;
      new HistogramWriter(latency).record(1000 * (index + 1));
      new HistogramWriter(service).record(900);
      new HistogramWriter(ownSlip).record(100);
      new HistogramWriter(blockedSlip).record(5000);
    }
    const phase = reader.read(0, soFar, 4000, [null, null], nobody);
    expect(phase.messages).toMatchObject({ offered: 20, sent: 20, expected: 20, delivered: 18, lostMissing: 2 });
    expect(phase.messages.pending).toBe(0);
    expect(phase.bytes).toEqual({ sent: 1280, received: 1152, accepted: 0 });
    expect([phase.latencyUs.count, phase.latencyUs.max, phase.serviceUs.count]).toEqual([2, 2000, 2]);
    expect([phase.slipUs.count, phase.ownSlipUs.count, phase.slipUs.max]).toEqual([4, 2, 5000]);
    expect([phase.startMs, phase.endMs]).toEqual([1000, 2000]);
  });

  it("takes service for the latency of a closed loop", () => {
    const { cells, reader } = twoWorkers();
    new HistogramWriter(cells[0].phases[1]!.service).record(700);
    expect(reader.read(1, soFar, 0, [null, null], nobody).latencyUs.max).toBe(700);
    expect(reader.latencyOf(1).count).toBe(1);
    expect(reader.latencyOf(0).count).toBe(0);
  });

  it("calls pending what a running worker has not settled, and lost what a dead one left in flight", () => {
    const { cells, reader } = twoWorkers();
    put(cells[0], { offered: 10, sent: 10, delivered: 7 });
    put(cells[1], { offered: 10, sent: 10, delivered: 4, lostClosed: 1 });
    expect(reader.read(0, soFar, 0, [null, null], nobody).messages).toMatchObject({ pending: 8, lostClosed: 1 });
    expect(reader.read(0, soFar, 0, [null, null], new Map([[1, "gone"]])).messages).toMatchObject({
      pending: 3,
      lostClosed: 6,
    });
  });

  it("counts as unsent what a dead worker had taken from the schedule and told nothing of", () => {
    const { cells, reader } = twoWorkers();
    put(cells[0], { offered: 10, sent: 10, delivered: 10 });
    put(cells[1], { offered: 30, sent: 20, delivered: 20, skipped: 3, unsendable: 1, unsentBlocked: 1 });
    const { messages } = reader.read(0, soFar, 0, [null, null], new Map([[1, "gone"]]));
    expect(messages.unsentLate).toBe(5);
    const told = messages.sent + messages.skipped + messages.unsendable + messages.unsentBlocked + messages.unsentLate;
    expect(messages.offered).toBe(told);
  });

  it("expects and loses nothing where nothing is answered", () => {
    const { cells, reader } = twoWorkers("oneway");
    put(cells[1], { offered: 10, sent: 10 });
    expect(reader.read(0, soFar, 0, [null, null], new Map([[1, "gone"]])).messages).toMatchObject({
      ...{ sent: 10, expected: 0, lostClosed: 0, pending: 0 },
    });
  });

  it("tells the connections open now while the phase runs, and what the workers noted when it is over", () => {
    const { cells, reader } = twoWorkers();
    for (const own of cells) {
      own.control[control.openConnections] = 5;
      put(own, { openAtEnd: 4 });
    }
    const openAtEnd = (isRunning: boolean) =>
      reader.read(0, { ...soFar, isRunning }, 0, [null, null], nobody).connectionCounts.openAtEnd;
    expect([openAtEnd(true), openAtEnd(false)]).toEqual([10, 8]);
  });

  it("adds errors, close codes and lifetimes from the notes, of this phase only", () => {
    const { reader } = twoWorkers();
    const refused = { phase: "connect", kind: "refused", blame: "target", example: "refused" } as const;
    const notes = [new NoteBook(2, 0), new NoteBook(2, 0), null].map((book, index) => {
      book?.noteFailure(refused, 0, 10);
      book?.noteClose(1006, 0, 100 * (index + 1));
      book?.noteClose(1001, 1, 9999);
      return book?.notes({ lost: new Map(), late: new Map() }) ?? null;
    });
    const phase = reader.read(0, soFar, 0, notes, nobody);
    expect(phase.errors).toEqual({ "connect/refused": 2 });
    expect(phase.connectionCounts.closeCodes).toEqual({ 1006: 2 });
    expect(phase.connectionCounts.closedLifetimeMs).toEqual({ count: 2, min: 100, mean: 150, max: 200 });
    expect(reader.read(0, soFar, 0, [null, null], nobody).connectionCounts.closedLifetimeMs).toBe(null);
  });

  describe("of a broadcast", () => {
    it("expects of a running phase what was there when it was sent", () => {
      const { cells, fanOut, read } = twoBroadcasters();
      put(cells[0], { sent: 10, delivered: 60, lostClosed: 1 });
      fanOut[1].phases[0]!.counts[fanOutCounter.indeterminate] = 4;
      expect(read(false)).toMatchObject({ sent: 10, expected: 196, delivered: 60, lostClosed: 1, pending: 135 });
    });

    it("expects of one that is over what its receivers have settled", () => {
      const { cells, read } = twoBroadcasters();
      put(cells[0], { sent: 20, delivered: 95, lostMissing: 2 });
      put(cells[1], { delivered: 98, lostCorrupt: 1 });
      expect(read(true)).toMatchObject({ expected: 196, delivered: 193, lostMissing: 2, lostCorrupt: 1, pending: 0 });
    });

    it("counts as lost with the connection what receivers of a dead worker were owed", () => {
      const { cells, reader, read } = twoBroadcasters();
      put(cells[0], { sent: 20, delivered: 100 });
      put(cells[1], { delivered: 30 });
      const lost = new Map([[1, "gone"]]);
      expect(read(true, lost)).toMatchObject({ expected: 200, delivered: 130, lostClosed: 70, pending: 0 });
      expect([reader.orphanedIn(0, lost), reader.orphanedIn(0, nobody)]).toEqual([70, 0]);
    });

    it("never expects less than was settled", () => {
      const { cells, read } = twoBroadcasters();
      put(cells[0], { sent: 20, delivered: 205 });
      expect(read(false)).toMatchObject({ expected: 205, pending: 0 });
    });
  });
});
