import { noTally } from "../../src/measure/connection-tally.ts";
import { ConnectionSet } from "../../src/engine/worker/connection-set.ts";
import { MessageRecorder } from "../../src/engine/worker/message-recorder.ts";
import { StreamReceiver } from "../../src/engine/worker/stream-receiver.ts";
import { OutageBook } from "../../src/engine/worker/outage-book.ts";
import { NoteBook } from "../../src/engine/worker/worker-notes.ts";
import { DeliveryLedger } from "../../src/measure/delivery-ledger.ts";
import { IntervalRecorder } from "../../src/measure/interval-recorder.ts";
import { allocateWorkerCells, type WorkerCells } from "../../src/measure/worker-cells.ts";
import { messageClasses } from "../../src/plan/message-classes.ts";
import type { StreamPlan } from "../../src/plan/plan.ts";
import { Xoshiro } from "../../src/random/xoshiro.ts";
import { MessageCodec } from "../../src/wire/message-codec.ts";
import { aPlan } from "./a-collected.ts";
import { MemoryTransport } from "./memory-transport.ts";

/** `{"seq":12}`, and nothing else. */
export const plainStream: StreamPlan = {
  promisedPerSecond: null,
  sequence: { kind: "text", before: '"seq":', after: "" },
  first: null,
  subscribe: null,
  stop: null,
  end: null,
  check: null,
  oneWay: { kind: "unknown", reason: "a test" },
  priority: null,
  slow: null,
};

/** One worker in mode push over transports in memory, on a clock of its own. Phase 0 is a warm-up, phase 1 is measured. */
export class StreamingWorker {
  nowMs = 0;
  readonly transports: MemoryTransport[] = [];
  readonly cells: WorkerCells;
  readonly notes = new NoteBook(2, 0);
  readonly recorder: MessageRecorder;
  readonly receiver: StreamReceiver;
  readonly connections: ConnectionSet;

  constructor(plan: Partial<StreamPlan> = {}, streams = 1) {
    const whole = { ...plainStream, ...plan };
    this.cells = allocateWorkerCells(2, messageClasses({ ...aPlan(), stream: whole }).length);
    const intervals = new IntervalRecorder(this.cells);
    const ledger = new DeliveryLedger(streams, 4, () => undefined);
    this.recorder = new MessageRecorder(this.cells.phases, [false, false], ledger, intervals, {
      messageBytes: 64,
      expectsAnswers: false,
      openConnections: () => this.connections.ready,
    });
    intervals.startSegment(0, 60_000, 0);
    const { connect, message } = aPlan();
    this.receiver = new StreamReceiver({
      plan: whole,
      phases: this.cells.phases,
      classes: this.cells.classes,
      measured: [false, true],
      capacity: streams,
      recorder: this.recorder,
      nowMs: () => this.nowMs,
    });
    this.connections = new ConnectionSet({
      tally: noTally,
      plan: connect,
      workers: 1,
      workerIndex: 0,
      capacity: streams,
      rooms: null,
      codec: new MessageCodec(message, "aRunId-0001"),
      recorder: this.recorder,
      receiver: this.receiver,
      notes: this.notes,
      outages: new OutageBook(this.cells.phases),
      random: new Xoshiro(1),
      openTransport: (listener) => {
        const transport = new MemoryTransport(listener);
        this.transports.push(transport);
        queueMicrotask(() => transport.open());
        return transport;
      },
      nowMs: () => this.nowMs,
      control: new Int32Array(4),
    });
    this.receiver.attach(this.connections.connections);
  }

  /** Opens all connections; the caller closes them. */
  async open(): Promise<void> {
    await this.connections.openUpTo(this.connections.connections.length);
  }

  /** Warm-up until 1000 ms, measured load until 3000 ms. */
  startLoad(): void {
    this.recorder.startWindows([
      { phase: 0, startMs: 0, endMs: 1000 },
      { phase: 1, startMs: 1000, endMs: 3000 },
    ]);
    this.receiver.loadStarted({ streams: this.transports.length, measuredFromMs: 1000, endMs: 3000 });
  }

  /** The load ends at 3000 ms. */
  endLoad(): void {
    this.nowMs = 3000;
    this.recorder.advance(this.nowMs);
    this.recorder.endWindows();
    this.receiver.loadEnded(3000);
  }

  /** One read at `atMs` that brings messages with these numbers. */
  push(atMs: number, ...numbers: readonly number[]): void {
    this.read(atMs, ...numbers.map((number) => `{"seq":${number}}`));
  }

  read(atMs: number, ...messages: readonly string[]): void {
    this.nowMs = atMs;
    this.transports.at(-1)!.receive(...messages.map((text) => Buffer.from(text)));
  }

  /** `which` is one of `counter`. */
  count(which: number, phase = 1): number {
    return this.cells.phases[phase]!.counts[which]!;
  }

  classCount(ofClass: number, which: number, phase = 1): number {
    return this.cells.classes[ofClass]![phase]!.counts[which]!;
  }
}
