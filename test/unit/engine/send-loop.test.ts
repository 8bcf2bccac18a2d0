import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { ConnectionSet } from "../../../src/engine/worker/connection-set.ts";
import { MessageRecorder } from "../../../src/engine/worker/message-recorder.ts";
import { SendLoop } from "../../../src/engine/worker/send-loop.ts";
import { NoteBook } from "../../../src/engine/worker/worker-notes.ts";
import { DeliveryLedger } from "../../../src/measure/delivery-ledger.ts";
import { IntervalRecorder } from "../../../src/measure/interval-recorder.ts";
import { allocateWorkerCells, counter, histogramStat } from "../../../src/measure/worker-cells.ts";
import type { ConnectPlan, Load, PacingPlan, PhasePlan } from "../../../src/plan/plan.ts";
import { Xoshiro } from "../../../src/random/xoshiro.ts";
import { MessageCodec } from "../../../src/wire/message-codec.ts";
import { MemoryTransport } from "../../support/memory-transport.ts";

const connect: ConnectPlan = {
  url: "ws://memory/",
  ratePerSecond: null,
  timeoutMs: 1000,
  headers: [],
  localAddresses: [],
  subprotocols: [],
  compress: false,
  tls: { insecure: false, caPem: null, certPem: null, keyPem: null },
  firstMessages: [],
  ready: null,
  reconnect: null,
};

interface HarnessOptions {
  readonly connections?: number;
  readonly workers?: number;
  readonly workerIndex?: number;
  readonly pacing?: Partial<PacingPlan>;
  readonly maxBufferedBytes?: number;
  readonly connect?: Partial<ConnectPlan>;
  readonly isOneway?: boolean;
  readonly ringLength?: number;
}

/** One worker's sender over transports in memory, on the fake clock. */
class Harness {
  readonly transports: MemoryTransport[] = [];
  readonly codec = new MessageCodec(
    { sizeBytes: 64, frameType: "text", templatePrefix: "", templateSuffix: "" },
    "abcdefghijk",
  );
  readonly cells = allocateWorkerCells(4);
  readonly connections: ConnectionSet;
  readonly recorder: MessageRecorder;
  readonly loop: SendLoop;
  readonly total: number;
  opensItself = true;
  /** Added to the clock: what a frozen process finds when it goes on. */
  jumpMs = 0;

  constructor(options: HarnessOptions = {}) {
    const { connections = 2, workers = 1, workerIndex = 0 } = options;
    this.total = connections;
    const own = Math.ceil((connections - workerIndex) / workers);
    const nowMs = (): number => performance.now() + this.jumpMs;
    const intervals = new IntervalRecorder(this.cells.intervals);
    const ledger = new DeliveryLedger(own, options.ringLength ?? 1024, (kind, phase, intendedMs) =>
      this.recorder.recordLost(kind, phase, intendedMs),
    );
    const facts = { expectsAnswers: options.isOneway !== true, openConnections: () => this.connections.ready };
    this.recorder = new MessageRecorder(this.cells.phases, [false, false, false, true], ledger, intervals, facts);
    intervals.startSegment(performance.now(), 60_000, 0);
    this.connections = new ConnectionSet({
      plan: { ...connect, ...options.connect },
      workers,
      workerIndex,
      capacity: own,
      codec: this.codec,
      recorder: this.recorder,
      notes: new NoteBook(4, 0),
      random: new Xoshiro(1),
      openTransport: (listener) => {
        const transport = new MemoryTransport(listener);
        this.transports.push(transport);
        if (this.opensItself) setTimeout(() => transport.open(), 1);
        return transport;
      },
      nowMs,
      control: new Int32Array(4),
    });
    this.loop = new SendLoop({
      connections: this.connections,
      recorder: this.recorder,
      pacing: { mode: "timer", onLate: "catch-up", maxSlipMs: 100, ...options.pacing },
      seed: 1,
      workers,
      workerIndex,
      messageBytes: 64,
      maxBufferedBytes: options.maxBufferedBytes ?? 1_000_000,
      expectsAnswers: options.isOneway !== true,
      nowMs,
    });
    this.connections.attachSender(this.loop);
  }

  async open(): Promise<void> {
    const opened = this.connections.openUpTo(this.connections.connections.length);
    await vi.advanceTimersByTimeAsync(10);
    await opened;
  }

  start(
    loads: readonly Load[],
    durationMs: number,
    firstPhase = 0,
    maxMessages: number | null = null,
  ): Promise<number> {
    const phases: PhasePlan[] = loads.map((load, index) => ({
      name: `p${index}`,
      measured: true,
      startMs: index * durationMs,
      durationMs,
      load,
      maxMessages,
    }));
    return this.loop.run(phases, firstPhase, this.total, performance.now() + this.jumpMs + 10);
  }

  count(which: number, phase = 0): number {
    return this.cells.phases[phase]!.counts[which]!;
  }
}

const constant = (ratePerSecond: number): Load => ({ kind: "constant", arrival: "constant", ratePerSecond });

describe("the send loop", () => {
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: [
        "setTimeout",
        "clearTimeout",
        "setInterval",
        "clearInterval",
        "setImmediate",
        "clearImmediate",
        "performance",
      ],
    });
  });
  afterEach(() => vi.useRealTimers());

  it("sends exactly what the schedule asks for, in turn over the connections", async () => {
    const harness = new Harness({ connections: 4 });
    await harness.open();
    const ended = harness.start([constant(100)], 3000);
    await vi.advanceTimersByTimeAsync(3200);
    await ended;
    expect(harness.count(counter.offered)).toBe(300);
    expect(harness.count(counter.sent)).toBe(300);
    expect(harness.transports.map((transport) => transport.messages.length)).toEqual([75, 75, 75, 75]);
  });

  it("leaves to each worker its own arrivals, so that all workers together send the schedule once", async () => {
    for (const connections of [5, 6]) {
      let sent = 0;
      for (const workerIndex of [0, 1]) {
        const harness = new Harness({ connections, workers: 2, workerIndex });
        await harness.open();
        const ended = harness.start([constant(77)], 1000);
        await vi.advanceTimersByTimeAsync(1200);
        await ended;
        sent += harness.count(counter.sent);
        expect(harness.count(counter.offered)).toBe(harness.count(counter.sent));
      }
      expect(sent).toBe(77);
    }
  });

  it("catches up after a freeze, and records how late each message left", async () => {
    const harness = new Harness();
    await harness.open();
    const ended = harness.start([constant(100)], 3000);
    await vi.advanceTimersByTimeAsync(1010);
    harness.jumpMs = 500;
    await vi.advanceTimersByTimeAsync(3000);
    await ended;
    expect(harness.count(counter.offered)).toBe(300);
    expect(harness.count(counter.sent)).toBe(300);
    const worst = harness.cells.phases[0]!.ownSlip.stats[histogramStat.max]!;
    expect(worst).toBeGreaterThan(480_000);
    expect(worst).toBeLessThan(510_000);
  });

  it("with --on-late skip leaves out what is later than allowed, and counts it", async () => {
    const harness = new Harness({ pacing: { onLate: "skip", maxSlipMs: 100 } });
    await harness.open();
    const ended = harness.start([constant(100)], 3000);
    await vi.advanceTimersByTimeAsync(1010);
    harness.jumpMs = 500;
    await vi.advanceTimersByTimeAsync(3000);
    await ended;
    expect(harness.count(counter.offered)).toBe(300);
    expect(harness.count(counter.skipped)).toBe(40);
    expect(harness.count(counter.sent)).toBe(260);
  });

  it("lets messages wait in the schedule while the target does not read, and sends them late when it does", async () => {
    const harness = new Harness({ connections: 1, maxBufferedBytes: 1000 });
    await harness.open();
    const transport = harness.transports[0]!;
    const ended = harness.start([constant(100)], 2000);
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
    expect(harness.count(counter.sent)).toBe(200);
    const { blockedSlip, ownSlip } = harness.cells.phases[0]!;
    expect(blockedSlip.stats[histogramStat.max]).toBeGreaterThan(490_000);
    expect(ownSlip.stats[histogramStat.max]).toBeLessThan(5_000);
  });

  it("counts what still waits at the end as unsent for the target's sake", async () => {
    const harness = new Harness({ connections: 1, maxBufferedBytes: 1000 });
    await harness.open();
    harness.transports[0]!.bufferedBytes = 5000;
    const ended = harness.start([constant(100)], 1000);
    await vi.advanceTimersByTimeAsync(1300);
    await ended;
    expect(harness.count(counter.offered)).toBe(100);
    expect(harness.count(counter.unsentBlocked)).toBe(100);
    expect(harness.count(counter.sent)).toBe(0);
  });

  it("never moves a message to another connection: it is unsendable when its own is gone", async () => {
    const harness = new Harness({ connections: 2 });
    await harness.open();
    const ended = harness.start([constant(100)], 1000);
    await vi.advanceTimersByTimeAsync(510);
    harness.transports[1]!.end({ opened: true, closeCode: 1006, closeReason: "", failure: undefined });
    await vi.advanceTimersByTimeAsync(700);
    await ended;
    expect(harness.count(counter.sent)).toBe(75);
    expect(harness.count(counter.unsendable)).toBe(25);
    expect(harness.count(counter.lostClosed)).toBe(25);
  });

  it("keeps exactly the asked number in flight in a closed loop", async () => {
    const harness = new Harness({ connections: 1 });
    await harness.open();
    const transport = harness.transports[0]!;
    const ended = harness.start([{ kind: "max", inFlight: 4 }], 500, 3);
    await vi.advanceTimersByTimeAsync(20);
    expect(transport.messages).toHaveLength(4);
    transport.receive(transport.messages[0]!, transport.messages[1]!);
    expect(transport.messages).toHaveLength(6);
    expect(transport.bursts[transport.bursts.length - 1]).toHaveLength(2);
    transport.receive(transport.messages[0]!);
    expect(transport.messages).toHaveLength(6);
    await vi.advanceTimersByTimeAsync(600);
    await ended;
    expect(harness.count(counter.sent, 3)).toBe(6);
    expect(harness.count(counter.delivered, 3)).toBe(2);
    expect(harness.count(counter.duplicated, 3)).toBe(1);
  });

  it("after a scheduled phase has no more in flight than asked for, whatever was in flight before", async () => {
    const harness = new Harness({ connections: 1 });
    await harness.open();
    const transport = harness.transports[0]!;
    const ended = harness.start([constant(100), { kind: "max", inFlight: 2 }], 1000, 2);
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
    const harness = new Harness({ connections: 1, ringLength: 16 });
    await harness.open();
    const transport = harness.transports[0]!;
    const ended = harness.start([{ kind: "max", inFlight: 8 }], 1000, 3);
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
    expect(harness.count(counter.windowTimeouts, 3)).toBe(3);
    await vi.advanceTimersByTimeAsync(1500);
    await ended;
  });

  it("ends a limited closed loop with its last answer, though some are never answered", async () => {
    const harness = new Harness({ connections: 1 });
    await harness.open();
    const transport = harness.transports[0]!;
    const startedMs = performance.now();
    const ended = harness.start([{ kind: "max", inFlight: 4 }], 3_600_000, 3, 10);
    await vi.advanceTimersByTimeAsync(12);
    for (let turn = 0; turn < 3; turn += 1) transport.receive(...transport.messages.slice(turn * 2, turn * 2 + 2));
    await vi.advanceTimersByTimeAsync(1000);
    expect(harness.count(counter.sent, 3)).toBe(10);
    expect((await ended) - startedMs).toBeLessThan(30);
  });

  it("ends at once for a worker that has no share of a few messages", async () => {
    const harness = new Harness({ connections: 2, workers: 2, workerIndex: 0 });
    await harness.open();
    const ended = harness.start([{ kind: "max", inFlight: 1 }], 3_600_000, 3, 1);
    await vi.advanceTimersByTimeAsync(50);
    await ended;
    expect(harness.count(counter.sent, 3)).toBe(0);
  });

  it("does not let lost messages close the window for ever", async () => {
    const harness = new Harness({ connections: 1 });
    await harness.open();
    const transport = harness.transports[0]!;
    const ended = harness.start([{ kind: "max", inFlight: 2 }], 5000, 3);
    await vi.advanceTimersByTimeAsync(2600);
    expect(transport.messages.length).toBe(4);
    expect(harness.count(counter.windowTimeouts, 3)).toBe(2);
    await vi.advanceTimersByTimeAsync(3000);
    await ended;
  });

  it("ends a limited closed loop as soon as all is answered", async () => {
    const harness = new Harness({ connections: 2 });
    await harness.open();
    const ended = harness.start([{ kind: "max", inFlight: 1 }], 60_000, 3, 5);
    await vi.advanceTimersByTimeAsync(20);
    for (let turn = 0; turn < 10; turn += 1) {
      const transport = harness.transports[turn % 2]!;
      const newest = transport.messages[transport.messages.length - 1]!;
      transport.receive(newest);
    }
    await ended;
    expect(harness.count(counter.sent, 3)).toBe(5);
    expect(harness.count(counter.delivered, 3)).toBe(5);
  });

  it("gives each phase its own counts, and no message to two of them", async () => {
    const harness = new Harness({ connections: 3 });
    await harness.open();
    const ended = harness.start([constant(10), constant(50), { kind: "burst", size: 20, everyMs: 500 }], 1000);
    await vi.advanceTimersByTimeAsync(3300);
    await ended;
    expect([0, 1, 2].map((phase) => harness.count(counter.sent, phase))).toEqual([10, 50, 40]);
    expect([0, 1, 2].map((phase) => harness.count(counter.sentInWindow, phase))).toEqual([10, 50, 40]);
  });

  it("when stopped early, offers no more than was due by then", async () => {
    const harness = new Harness();
    await harness.open();
    const ended = harness.start([constant(100), constant(100)], 1000);
    await vi.advanceTimersByTimeAsync(512);
    harness.loop.stop();
    await ended;
    expect(harness.count(counter.sent)).toBe(50);
    expect(harness.count(counter.unsentLate)).toBe(0);
    expect(harness.count(counter.offered)).toBe(50);
    expect(harness.count(counter.offered, 1)).toBe(0);
  });

  it("counts what it could not get to as unsent", async () => {
    const harness = new Harness({ connections: 1 });
    await harness.open();
    const ended = harness.start([constant(1000)], 1000);
    await vi.advanceTimersByTimeAsync(510);
    harness.jumpMs = 5000;
    await vi.advanceTimersByTimeAsync(5000);
    await ended;
    const told = [counter.sent, counter.unsentLate, counter.unsentBlocked, counter.skipped, counter.unsendable];
    expect(harness.count(counter.offered)).toBe(1000);
    expect(told.reduce((sum, which) => sum + harness.count(which), 0)).toBe(1000);
  });

  it("sends oneway without waiting for anybody", async () => {
    const harness = new Harness({ connections: 1, isOneway: true });
    await harness.open();
    const ended = harness.start([constant(200)], 1000);
    await vi.advanceTimersByTimeAsync(1200);
    await ended;
    expect(harness.count(counter.sent)).toBe(200);
    expect(harness.recorder.ledger.outstanding).toBe(0);
  });
});

describe("the connection set", () => {
  beforeEach(() => {
    vi.useFakeTimers({
      toFake: [
        "setTimeout",
        "clearTimeout",
        "setInterval",
        "clearInterval",
        "setImmediate",
        "clearImmediate",
        "performance",
      ],
    });
  });
  afterEach(() => vi.useRealTimers());

  it("opens at the asked rate", async () => {
    const harness = new Harness({ connections: 10, connect: { ratePerSecond: 10 } });
    const opened = harness.connections.openUpTo(10);
    await vi.advanceTimersByTimeAsync(450);
    expect(harness.transports.length).toBe(5);
    await vi.advanceTimersByTimeAsync(600);
    await opened;
    expect(harness.connections.ready).toBe(10);
  });

  it("settles when some fail, and says how many are ready", async () => {
    const harness = new Harness({ connections: 3 });
    harness.opensItself = false;
    const opened = harness.connections.openUpTo(3);
    harness.transports[0]!.open();
    const failure = { phase: "connect", kind: "refused", blame: "target", example: "refused" } as const;
    for (const transport of harness.transports.slice(1)) {
      transport.end({ opened: false, closeCode: 1006, closeReason: "", failure });
    }
    await opened;
    expect(harness.connections.ready).toBe(1);
    expect(harness.count(counter.failed)).toBe(2);
  });

  it("counts a connection as ready only when the sign was seen, and as failed when it never comes", async () => {
    const ready = { kind: "regex", pattern: "welcome \\d+", flags: "i" } as const;
    const harness = new Harness({ connections: 2, connect: { ready, firstMessages: ["login"] } });
    const opened = harness.connections.openUpTo(2);
    await vi.advanceTimersByTimeAsync(5);
    expect(harness.connections.ready).toBe(0);
    expect(harness.transports[0]!.messages.map(String)).toEqual(["login"]);
    harness.transports[0]!.receive(Buffer.from("hello"), Buffer.from("Welcome 7"));
    expect(harness.connections.ready).toBe(1);
    await vi.advanceTimersByTimeAsync(1500);
    await opened;
    expect(harness.count(counter.failed)).toBe(1);
  });

  it("opens again after a loss when asked to, with waits that grow", async () => {
    const harness = new Harness({
      connections: 1,
      connect: { reconnect: { baseMs: 100, maxMs: 1000, maxAttempts: null } },
    });
    await harness.open();
    harness.transports[0]!.end({ opened: true, closeCode: 1006, closeReason: "", failure: undefined });
    await vi.advanceTimersByTimeAsync(300);
    expect(harness.transports).toHaveLength(2);
    expect(harness.count(counter.reconnects)).toBe(1);
    expect(harness.connections.ready).toBe(1);
  });

  it("opens again what a segment with fewer had closed, even while the target is slow to close", async () => {
    const harness = new Harness({ connections: 3 });
    await harness.open();
    const [, second, third] = harness.transports;
    for (const transport of [second!, third!]) transport.close = () => undefined;
    await harness.connections.openUpTo(1);
    const opened = harness.connections.openUpTo(3);
    await vi.advanceTimersByTimeAsync(10);
    expect(harness.connections.ready).toBe(1);
    for (const transport of [second!, third!]) transport.destroy();
    await vi.advanceTimersByTimeAsync(10);
    await opened;
    expect(harness.connections.ready).toBe(3);
    expect(harness.count(counter.reconnects)).toBe(0);
  });

  it("does not reopen what it is told to stop opening", async () => {
    const reconnect = { baseMs: 100, maxMs: 100, maxAttempts: null };
    const harness = new Harness({ connections: 1, connect: { reconnect } });
    await harness.open();
    harness.transports[0]!.end({ opened: true, closeCode: 1006, closeReason: "", failure: undefined });
    harness.connections.stopOpening();
    await vi.advanceTimersByTimeAsync(1000);
    expect(harness.transports).toHaveLength(1);
  });

  it("closes everything and leaves no timer behind", async () => {
    const harness = new Harness({ connections: 5 });
    await harness.open();
    await harness.connections.closeAll();
    expect(harness.transports.every((transport) => transport.isOver)).toBe(true);
    expect(vi.getTimerCount()).toBe(0);
  });

  it("finds a message inside a frame that wraps it", async () => {
    const harness = new Harness({ connections: 1 });
    await harness.open();
    const ended = harness.start([constant(10)], 1000);
    await vi.advanceTimersByTimeAsync(1300);
    await ended;
    const transport = harness.transports[0]!;
    const wrapped = transport.messages.map((message) => Buffer.from(JSON.stringify({ echo: message.toString() })));
    transport.receive(...wrapped, Buffer.from("something else"));
    expect(harness.count(counter.delivered)).toBe(10);
    expect(harness.count(counter.unsolicited)).toBe(1);
  });
});
