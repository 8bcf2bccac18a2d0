import { noTally } from "../../src/measure/connection-tally.ts";
import { vi } from "vitest";
import { ConnectionSet } from "../../src/engine/worker/connection-set.ts";
import { EchoReceiver } from "../../src/engine/worker/echo-receiver.ts";
import { MessageRecorder } from "../../src/engine/worker/message-recorder.ts";
import { SendLoop } from "../../src/engine/worker/send-loop.ts";
import { OutageBook } from "../../src/engine/worker/outage-book.ts";
import { NoteBook } from "../../src/engine/worker/worker-notes.ts";
import { DeliveryLedger } from "../../src/measure/delivery-ledger.ts";
import { IntervalRecorder } from "../../src/measure/interval-recorder.ts";
import { allocateWorkerCells } from "../../src/measure/worker-cells.ts";
import type { ConnectPlan, Load, PacingPlan, PhasePlan } from "../../src/plan/plan.ts";
import { ownedConnections } from "../../src/plan/split-plan.ts";
import { Xoshiro } from "../../src/random/xoshiro.ts";
import { MessageCodec } from "../../src/wire/message-codec.ts";
import { MemoryTransport } from "./memory-transport.ts";

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
  disturb: { churnPerSecond: 0, dropAllAtMs: null },
};

export interface SendingWorkerOptions {
  readonly connections?: number;
  readonly workers?: number;
  readonly workerIndex?: number;
  readonly pacing?: Partial<PacingPlan>;
  readonly maxBufferedBytes?: number;
  readonly connect?: Partial<ConnectPlan>;
  readonly isOneway?: boolean;
  readonly ringLength?: number;
}

/** One worker's connections, sender and recorder over transports in memory, on the fake clock. Phase 3 is a closed loop. */
export class SendingWorker {
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

  constructor(options: SendingWorkerOptions = {}) {
    const { connections = 2, workers = 1, workerIndex = 0 } = options;
    this.total = connections;
    const own = ownedConnections(connections, workerIndex, workers);
    const nowMs = (): number => performance.now() + this.jumpMs;
    const intervals = new IntervalRecorder(this.cells);
    const ledger = new DeliveryLedger(own, options.ringLength ?? 1024, (kind, phase, intendedMs) =>
      this.recorder.recordLost(kind, phase, intendedMs),
    );
    const facts = {
      messageBytes: 64,
      expectsAnswers: options.isOneway !== true,
      openConnections: () => this.connections.ready,
    };
    this.recorder = new MessageRecorder(this.cells.phases, [false, false, false, true], ledger, intervals, facts);
    intervals.startSegment(performance.now(), 60_000, 0);
    const notes = new NoteBook(4, 0);
    this.connections = new ConnectionSet({
      tally: noTally,
      plan: { ...connect, ...options.connect },
      workers,
      workerIndex,
      capacity: own,
      rooms: null,
      codec: this.codec,
      recorder: this.recorder,
      receiver: new EchoReceiver(this.codec, this.recorder, notes),
      notes,
      outages: new OutageBook(this.cells.phases),
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
      maxBufferedBytes: options.maxBufferedBytes ?? 1_000_000,
      expectsAnswers: options.isOneway !== true,
      bufferMessages: options.connect?.reconnect?.bufferMessages ?? null,
      nowMs,
    });
    this.connections.attachSender(this.loop);
  }

  /** Opens all connections. */
  async open(): Promise<void> {
    const opened = this.connections.openUpTo(this.connections.connections.length);
    await vi.advanceTimersByTimeAsync(10);
    await opened;
  }

  /** Runs one phase of `durationMs` for each load, from 10 ms from now on; `firstPhase` is where they are counted. */
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

  /** `which` is one of `counter`. */
  count(which: number, phase = 0): number {
    return this.cells.phases[phase]!.counts[which]!;
  }
}

/** So many messages a second, evenly spaced, over all connections and workers. */
export function constantLoad(ratePerSecond: number): Load {
  return { kind: "constant", arrival: "constant", ratePerSecond };
}
