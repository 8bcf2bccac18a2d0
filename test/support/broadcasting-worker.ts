import { noTally } from "../../src/measure/connection-tally.ts";
import { allocateBroadcastMemory } from "../../src/engine/broadcast-memory.ts";
import type { BroadcastReceiver } from "../../src/engine/worker/broadcast-receiver.ts";
import { makeBroadcastSides } from "../../src/engine/worker/broadcast-sides.ts";
import { ConnectionSet } from "../../src/engine/worker/connection-set.ts";
import { MessageRecorder } from "../../src/engine/worker/message-recorder.ts";
import type { Publisher } from "../../src/engine/worker/publisher.ts";
import { OutageBook } from "../../src/engine/worker/outage-book.ts";
import { NoteBook } from "../../src/engine/worker/worker-notes.ts";
import { DeliveryLedger } from "../../src/measure/delivery-ledger.ts";
import { viewFanOutCells, type FanOutCells } from "../../src/measure/fan-out-cells.ts";
import { IntervalRecorder } from "../../src/measure/interval-recorder.ts";
import { allocateWorkerCells } from "../../src/measure/worker-cells.ts";
import type { BroadcastPlan } from "../../src/plan/plan.ts";
import { Xoshiro } from "../../src/random/xoshiro.ts";
import { MessageCodec } from "../../src/wire/message-codec.ts";
import { aPhasePlan, aPlan } from "./a-collected.ts";
import { MemoryTransport } from "./memory-transport.ts";

const twoRooms: BroadcastPlan = { rooms: 2, publishersPerRoom: 1, excludesPublisher: false, guardMs: 200 };

/**
 * One worker in mode broadcast over transports in memory, on a clock of its own: six connections in two rooms (0, 3 and 4;
 * 1, 2 and 5), of which 0 and 1 publish. Phase 0 is a warm-up, phase 1 is measured.
 */
export class BroadcastingWorker {
  nowMs = 0;
  readonly transports: MemoryTransport[] = [];
  readonly cells = allocateWorkerCells(2);
  readonly fanOut: FanOutCells;
  readonly notes = new NoteBook(2, 0);
  readonly publisher: Publisher;
  readonly receiver: BroadcastReceiver;
  readonly connections: ConnectionSet;
  readonly codec: MessageCodec;
  readonly #recorder: MessageRecorder;

  constructor(broadcast: Partial<BroadcastPlan> = {}) {
    const connections = 6;
    const plan = aPlan({
      mode: "broadcast",
      workers: 1,
      broadcast: { ...twoRooms, ...broadcast },
      segments: [{ connections, phases: [aPhasePlan({ measured: false }), aPhasePlan()] }],
    });
    const memory = allocateBroadcastMemory(plan, 0)![0]!;
    const task = { plan, workerIndex: 0, runStartMs: 0, cells: this.cells.memory, broadcast: memory };
    const sides = makeBroadcastSides(task)!;
    this.fanOut = viewFanOutCells(memory.fanOut, 2);
    this.publisher = sides.publisher;
    this.codec = new MessageCodec(plan.message, plan.runId);
    const intervals = new IntervalRecorder(this.cells);
    const ledger = new DeliveryLedger(1, 4, () => undefined);
    this.#recorder = new MessageRecorder(this.cells.phases, [false, false], ledger, intervals, {
      messageBytes: 64,
      expectsAnswers: false,
      openConnections: () => this.connections.ready,
    });
    this.#recorder.enterInto(this.publisher);
    intervals.startSegment(0, 60_000, 0);
    const nowMs = () => this.nowMs;
    const parts = { codec: this.codec, recorder: this.#recorder, notes: this.notes };
    this.receiver = sides.makeReceiver({ tally: noTally, ...parts, connections, nowMs });
    this.connections = new ConnectionSet({
      tally: noTally,
      ...{ ...parts, nowMs, plan: plan.connect, workers: 1, workerIndex: 0, capacity: connections },
      rooms: plan.broadcast!.rooms,
      receiver: this.receiver,
      outages: new OutageBook(this.cells.phases),
      random: new Xoshiro(1),
      openTransport: (listener) => {
        const transport = new MemoryTransport(listener);
        this.transports.push(transport);
        queueMicrotask(() => transport.open());
        return transport;
      },
      control: new Int32Array(4),
    });
  }

  /** Opens the first `count` connections; the caller closes them. */
  async open(count = this.connections.connections.length): Promise<void> {
    await this.connections.openUpTo(count);
  }

  /** Warm-up until 1000 ms, measured load until 3000 ms. */
  startLoad(): void {
    this.#recorder.startWindows([
      { phase: 0, startMs: 0, endMs: 1000 },
      { phase: 1, startMs: 1000, endMs: 3000 },
    ]);
  }

  /** Connection `from` publishes a message in the measured phase at `atMs`, which was due 1 ms before; returns its bytes. */
  publish(from: number, atMs: number): Buffer {
    this.nowMs = atMs;
    const sequence = this.publisher.enterSent(from, atMs - 1, atMs, 1);
    return Buffer.from(this.codec.encode(from, sequence).bytes);
  }

  /** One read of connection `to` at `atMs`. */
  read(to: number, atMs: number, ...frames: readonly Buffer[]): void {
    this.#passTo(atMs);
    this.transports[to]!.receive(...frames);
  }

  /** The target ends connection `to` at `atMs`. */
  end(to: number, atMs: number): void {
    this.#passTo(atMs);
    this.transports[to]!.end({ opened: true, closeCode: 1001, closeReason: "", failure: undefined });
  }

  /** `which` is one of `counter`, in the measured phase. */
  count(which: number): number {
    return this.cells.phases[1]!.counts[which]!;
  }

  /** `which` is one of `fanOutCounter`, in the measured phase. */
  fannedOut(which: number): number {
    return this.fanOut.phases[1]!.counts[which]!;
  }

  #passTo(atMs: number): void {
    this.nowMs = atMs;
    this.#recorder.advance(atMs);
  }
}
