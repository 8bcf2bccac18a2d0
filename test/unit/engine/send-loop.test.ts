import { describe, expect, it, vi } from "vitest";
import { counter, histogramStat } from "../../../src/measure/worker-cells.ts";
import type { Load } from "../../../src/plan/plan.ts";
import { useFakeTime } from "../../support/fake-time.ts";
import { constantLoad as constant, SendingWorker } from "../../support/sending-worker.ts";

describe("the send loop", () => {
  useFakeTime();

  it("sends exactly what the schedule asks for, in turn over the connections", async () => {
    const worker = new SendingWorker({ connections: 4 });
    await worker.open();
    const ended = worker.start([constant(100)], 3000);
    await vi.advanceTimersByTimeAsync(3200);
    await ended;
    expect(worker.count(counter.offered)).toBe(300);
    expect(worker.count(counter.sent)).toBe(300);
    expect(worker.transports.map((transport) => transport.messages.length)).toEqual([75, 75, 75, 75]);
  });

  it("leaves to each worker its own arrivals, so that all workers together send the schedule once", async () => {
    for (const connections of [5, 6]) {
      let sent = 0;
      for (const workerIndex of [0, 1]) {
        const worker = new SendingWorker({ connections, workers: 2, workerIndex });
        await worker.open();
        const ended = worker.start([constant(77)], 1000);
        await vi.advanceTimersByTimeAsync(1200);
        await ended;
        sent += worker.count(counter.sent);
        expect(worker.count(counter.offered)).toBe(worker.count(counter.sent));
      }
      expect(sent).toBe(77);
    }
  });

  it("catches up after a freeze, and records how late each message left", async () => {
    const worker = new SendingWorker();
    await worker.open();
    const ended = worker.start([constant(100)], 3000);
    await vi.advanceTimersByTimeAsync(1010);
    worker.jumpMs = 500;
    await vi.advanceTimersByTimeAsync(3000);
    await ended;
    expect(worker.count(counter.offered)).toBe(300);
    expect(worker.count(counter.sent)).toBe(300);
    const worst = worker.cells.phases[0]!.ownSlip.stats[histogramStat.max]!;
    expect(worst).toBeGreaterThan(480_000);
    expect(worst).toBeLessThan(510_000);
  });

  it("with --on-late skip leaves out what is later than allowed, and counts it", async () => {
    const worker = new SendingWorker({ pacing: { onLate: "skip", maxSlipMs: 100 } });
    await worker.open();
    const ended = worker.start([constant(100)], 3000);
    await vi.advanceTimersByTimeAsync(1010);
    worker.jumpMs = 500;
    await vi.advanceTimersByTimeAsync(3000);
    await ended;
    expect(worker.count(counter.offered)).toBe(300);
    expect(worker.count(counter.skipped)).toBe(40);
    expect(worker.count(counter.sent)).toBe(260);
  });

  it("lets messages wait in the schedule while the target does not read, and sends them late when it does", async () => {
    const worker = new SendingWorker({ connections: 1, maxBufferedBytes: 1000 });
    await worker.open();
    const transport = worker.transports[0]!;
    const ended = worker.start([constant(100)], 2000);
    await vi.advanceTimersByTimeAsync(510);
    transport.bufferedBytes = 5000;
    await vi.advanceTimersByTimeAsync(500);
    const sentBefore = transport.messages.length;
    expect(sentBefore).toBe(50);
    transport.bufferedBytes = 0;
    transport.listener.onWritable();
    expect(transport.messages.length).toBe(100);
    await vi.advanceTimersByTimeAsync(1200);
    await ended;
    expect(worker.count(counter.sent)).toBe(200);
    const { blockedSlip, ownSlip } = worker.cells.phases[0]!;
    expect(blockedSlip.stats[histogramStat.max]).toBeGreaterThan(490_000);
    expect(ownSlip.stats[histogramStat.max]).toBeLessThan(5_000);
  });

  it("counts what still waits at the end as unsent for the target's sake", async () => {
    const worker = new SendingWorker({ connections: 1, maxBufferedBytes: 1000 });
    await worker.open();
    worker.transports[0]!.bufferedBytes = 5000;
    const ended = worker.start([constant(100)], 1000);
    await vi.advanceTimersByTimeAsync(1300);
    await ended;
    expect(worker.count(counter.offered)).toBe(100);
    expect(worker.count(counter.unsentBlocked)).toBe(100);
    expect(worker.count(counter.sent)).toBe(0);
  });

  it("never moves a message to another connection: it is unsendable when its own is gone", async () => {
    const worker = new SendingWorker({ connections: 2 });
    await worker.open();
    const ended = worker.start([constant(100)], 1000);
    await vi.advanceTimersByTimeAsync(510);
    worker.transports[1]!.end({ opened: true, closeCode: 1006, closeReason: "", failure: undefined });
    await vi.advanceTimersByTimeAsync(700);
    await ended;
    expect(worker.count(counter.sent)).toBe(75);
    expect(worker.count(counter.unsendable)).toBe(25);
    expect(worker.count(counter.lostClosed)).toBe(25);
  });

  it("keeps exactly the asked number in flight in a closed loop", async () => {
    const worker = new SendingWorker({ connections: 1 });
    await worker.open();
    const transport = worker.transports[0]!;
    const ended = worker.start([{ kind: "max", inFlight: 4 }], 500, 3);
    await vi.advanceTimersByTimeAsync(20);
    expect(transport.messages).toHaveLength(4);
    transport.receive(transport.messages[0]!, transport.messages[1]!);
    expect(transport.messages).toHaveLength(6);
    expect(transport.bursts[transport.bursts.length - 1]).toHaveLength(2);
    transport.receive(transport.messages[0]!);
    expect(transport.messages).toHaveLength(6);
    await vi.advanceTimersByTimeAsync(600);
    await ended;
    expect(worker.count(counter.sent, 3)).toBe(6);
    expect(worker.count(counter.delivered, 3)).toBe(2);
    expect(worker.count(counter.duplicated, 3)).toBe(1);
  });

  it("after a scheduled phase has no more in flight than asked for, whatever was in flight before", async () => {
    const worker = new SendingWorker({ connections: 1 });
    await worker.open();
    const transport = worker.transports[0]!;
    const ended = worker.start([constant(100), { kind: "max", inFlight: 2 }], 1000, 2);
    await vi.advanceTimersByTimeAsync(1005);
    const before = transport.messages.length;
    transport.receive(...transport.messages.slice(0, 50));
    await vi.advanceTimersByTimeAsync(20);
    expect(before).toBe(100);
    expect(transport.messages.length - before).toBe(2);
    transport.receive(...transport.messages.slice(50, 100));
    expect(transport.messages.length - before).toBe(2);
    transport.receive(transport.messages[100]!);
    expect(transport.messages.length - before).toBe(3);
    await vi.advanceTimersByTimeAsync(1500);
    await ended;
  });

  it("frees every place of several messages that are overtaken in one burst", async () => {
    const worker = new SendingWorker({ connections: 1, ringLength: 16 });
    await worker.open();
    const transport = worker.transports[0]!;
    const ended = worker.start([{ kind: "max", inFlight: 8 }], 1000, 3);
    await vi.advanceTimersByTimeAsync(12);
    const answered = new Set([0, 1, 2]); // never answered
    for (let turn = 0; turn < 200; turn += 1) {
      const open = transport.messages.flatMap((message, index) =>
        answered.has(index) ? [] : [[message, index] as const],
      );
      for (const [, index] of open) answered.add(index);
      transport.receive(...open.map(([message]) => message));
    }
    const last = transport.bursts[transport.bursts.length - 1]!;
    expect(last).toHaveLength(8);
    expect(worker.count(counter.windowTimeouts, 3)).toBe(3);
    await vi.advanceTimersByTimeAsync(1500);
    await ended;
  });

  it("ends a limited closed loop with its last answer, though some are never answered", async () => {
    const worker = new SendingWorker({ connections: 1 });
    await worker.open();
    const transport = worker.transports[0]!;
    const startedMs = performance.now();
    const ended = worker.start([{ kind: "max", inFlight: 4 }], 3_600_000, 3, 10);
    await vi.advanceTimersByTimeAsync(12);
    for (let turn = 0; turn < 3; turn += 1) transport.receive(...transport.messages.slice(turn * 2, turn * 2 + 2));
    await vi.advanceTimersByTimeAsync(3000);
    expect(worker.count(counter.sent, 3)).toBe(10);
    expect((await ended) - startedMs).toBeLessThan(30);
  });

  it("waits for slow answers of a limited closed loop, and counts the wait for none as load", async () => {
    const worker = new SendingWorker({ connections: 1 });
    await worker.open();
    const transport = worker.transports[0]!;
    const startedMs = performance.now();
    const slow = worker.start([{ kind: "max", inFlight: 4 }], 3_600_000, 3, 4);
    await vi.advanceTimersByTimeAsync(410);
    transport.receive(...transport.messages);
    expect((await slow) - startedMs).toBeGreaterThan(390);

    const silentFromMs = performance.now();
    const silent = worker.start([{ kind: "max", inFlight: 4 }], 3_600_000, 3, 4);
    await vi.advanceTimersByTimeAsync(3000);
    expect((await silent) - silentFromMs).toBeGreaterThan(2000);
  });

  it("gives lost messages of one closed loop no place in a later one", async () => {
    const worker = new SendingWorker({ connections: 1, ringLength: 16 });
    await worker.open();
    const transport = worker.transports[0]!;
    const loop: Load = { kind: "max", inFlight: 4 };
    const ended = worker.start([loop, constant(100), loop], 600, 1);
    await vi.advanceTimersByTimeAsync(1500);
    const before = transport.messages.length;
    expect(before).toBe(4 + 60 + 4);
    await vi.advanceTimersByTimeAsync(1000);
    await ended;
  });

  it("sends nothing into a connection whose end came with the answers", async () => {
    const worker = new SendingWorker({ connections: 1 });
    await worker.open();
    const transport = worker.transports[0]!;
    const ended = worker.start([{ kind: "max", inFlight: 4 }], 500, 3);
    await vi.advanceTimersByTimeAsync(20);
    transport.canSend = false;
    transport.receive(...transport.messages);
    expect(worker.count(counter.delivered, 3)).toBe(4);
    expect(worker.count(counter.sent, 3)).toBe(4);
    await vi.advanceTimersByTimeAsync(1000);
    await ended;
  });

  it("ends at once for a worker that has no share of a few messages", async () => {
    const worker = new SendingWorker({ connections: 2, workers: 2, workerIndex: 0 });
    await worker.open();
    const ended = worker.start([{ kind: "max", inFlight: 1 }], 3_600_000, 3, 1);
    await vi.advanceTimersByTimeAsync(50);
    await ended;
    expect(worker.count(counter.sent, 3)).toBe(0);
  });

  it("does not let lost messages close the window for ever", async () => {
    const worker = new SendingWorker({ connections: 1 });
    await worker.open();
    const transport = worker.transports[0]!;
    const ended = worker.start([{ kind: "max", inFlight: 2 }], 5000, 3);
    await vi.advanceTimersByTimeAsync(2600);
    expect(transport.messages.length).toBe(4);
    expect(worker.count(counter.windowTimeouts, 3)).toBe(2);
    await vi.advanceTimersByTimeAsync(3000);
    await ended;
  });

  it("ends a limited closed loop as soon as all is answered", async () => {
    const worker = new SendingWorker({ connections: 2 });
    await worker.open();
    const ended = worker.start([{ kind: "max", inFlight: 1 }], 60_000, 3, 5);
    await vi.advanceTimersByTimeAsync(20);
    for (let turn = 0; turn < 10; turn += 1) {
      const transport = worker.transports[turn % 2]!;
      const newest = transport.messages[transport.messages.length - 1]!;
      transport.receive(newest);
    }
    await ended;
    expect(worker.count(counter.sent, 3)).toBe(5);
    expect(worker.count(counter.delivered, 3)).toBe(5);
  });

  it("gives each phase its own counts, and no message to two of them", async () => {
    const worker = new SendingWorker({ connections: 3 });
    await worker.open();
    const ended = worker.start([constant(10), constant(50), { kind: "burst", size: 20, everyMs: 500 }], 1000);
    await vi.advanceTimersByTimeAsync(3300);
    await ended;
    expect([0, 1, 2].map((phase) => worker.count(counter.sent, phase))).toEqual([10, 50, 40]);
    expect([0, 1, 2].map((phase) => worker.count(counter.sentInWindow, phase))).toEqual([10, 50, 40]);
  });

  it("begins a phase at once when the last messages of the one before took the turn that should have begun it", async () => {
    for (const mode of ["timer", "precise"] as const) {
      const worker = new SendingWorker({ connections: 4, pacing: { mode } });
      await worker.open();
      const ended = worker.start([constant(100), constant(100)], 1000);
      await vi.advanceTimersByTimeAsync(985);
      // The next turn comes after the boundary with messages of the first phase to send, and each write takes a while.
      worker.jumpMs = 40;
      for (const transport of worker.transports) {
        const write = transport.writeMessage.bind(transport);
        transport.writeMessage = (bytes) => {
          worker.jumpMs += 1;
          write(bytes);
        };
      }
      await vi.advanceTimersByTimeAsync(1300);
      await ended;
      expect([0, 1].map((phase) => worker.count(counter.sent, phase))).toEqual([100, 100]);
      const latestUs = worker.cells.phases[1]!.ownSlip.stats[histogramStat.max]!;
      expect(latestUs).toBeLessThan(50_000);
    }
  });

  it("when stopped early, offers no more than was due by then", async () => {
    const worker = new SendingWorker();
    await worker.open();
    const ended = worker.start([constant(100), constant(100)], 1000);
    await vi.advanceTimersByTimeAsync(512);
    worker.loop.stop();
    await ended;
    expect(worker.count(counter.sent)).toBe(50);
    expect(worker.count(counter.unsentLate)).toBe(0);
    expect(worker.count(counter.offered)).toBe(50);
    expect(worker.count(counter.offered, 1)).toBe(0);
  });

  it("counts what it could not get to as unsent", async () => {
    const worker = new SendingWorker({ connections: 1 });
    await worker.open();
    const ended = worker.start([constant(1000)], 1000);
    await vi.advanceTimersByTimeAsync(510);
    worker.jumpMs = 5000;
    await vi.advanceTimersByTimeAsync(5000);
    await ended;
    const told = [counter.sent, counter.unsentLate, counter.unsentBlocked, counter.skipped, counter.unsendable];
    expect(worker.count(counter.offered)).toBe(1000);
    expect(told.reduce((sum, which) => sum + worker.count(which), 0)).toBe(1000);
  });

  it("sends oneway without waiting for anybody", async () => {
    const worker = new SendingWorker({ connections: 1, isOneway: true });
    await worker.open();
    const ended = worker.start([constant(200)], 1000);
    await vi.advanceTimersByTimeAsync(1200);
    await ended;
    expect(worker.count(counter.sent)).toBe(200);
    expect(worker.recorder.ledger.outstanding).toBe(0);
  });

  it("goes on at once with the next phase when it was late for its beginning and slow to send what was before", async () => {
    const worker = new SendingWorker({ connections: 1 });
    await worker.open();
    const ended = worker.start([constant(100), constant(100)], 300);
    await vi.advanceTimersByTimeAsync(280);
    const [transport] = worker.transports;
    const endBurst = transport!.endBurst.bind(transport);
    transport!.endBurst = () => {
      worker.jumpMs += 3;
      endBurst();
    };
    worker.jumpMs += 40;
    await vi.advanceTimersByTimeAsync(1000);
    await ended;
    const { ownSlip } = worker.cells.phases[1]!;
    expect(worker.cells.phases[1]!.counts[counter.sent]).toBe(30);
    expect(ownSlip.stats[histogramStat.max]).toBeLessThan(100_000);
  });
});
