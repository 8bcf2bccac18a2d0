import { noTally } from "../../src/measure/connection-tally.ts";
import { jobKeysOf, JobCodec, makeCancelCodec } from "../../src/engine/worker/job-codec.ts";
import { ConnectionSet } from "../../src/engine/worker/connection-set.ts";
import { JobReceiver } from "../../src/engine/worker/job-receiver.ts";
import { MessageRecorder } from "../../src/engine/worker/message-recorder.ts";
import { OutageBook } from "../../src/engine/worker/outage-book.ts";
import { NoteBook } from "../../src/engine/worker/worker-notes.ts";
import { DeliveryLedger } from "../../src/measure/delivery-ledger.ts";
import { IntervalRecorder } from "../../src/measure/interval-recorder.ts";
import { allocateWorkerCells } from "../../src/measure/worker-cells.ts";
import type { JobForm, Plan, QueuePlan, ReadyPlan } from "../../src/plan/plan.ts";
import { Xoshiro } from "../../src/random/xoshiro.ts";
import { aPhasePlan, aPlan } from "./a-collected.ts";
import { MemoryTransport } from "./memory-transport.ts";

function word(pattern: string): ReadyPlan {
  return { kind: "text", pattern, flags: "" };
}

/** `accepted <id>`, `started <id>` and so on; `cancel <id>` takes a job back. */
export const plainForm: JobForm = {
  cancel: { prefix: "cancel ", suffix: "" },
  accepted: word("accepted"),
  started: word("started"),
  completed: word("completed"),
  refused: word("refused"),
  cancelled: word("cancelled"),
  tooLate: word("too late"),
};

export const plainQueue: QueuePlan = {
  keys: 1,
  concurrency: 1,
  completesInOrder: true,
  cancel: { kind: "none" },
  form: plainForm,
  statistics: null,
};

/** A plan of one segment, a warm-up and a measured phase, whose messages are `job <key> <id>`. */
export function aJobPlan(queue: Partial<QueuePlan> = {}, connections = 1): Plan {
  return aPlan({
    mode: "queue",
    workers: 1,
    queue: { ...plainQueue, keys: connections, ...queue },
    message: {
      sizeBytes: 4 + 2 + 1 + 32,
      frameType: "text",
      templatePrefix: "job {{key}} ",
      templateSuffix: "",
      mix: null,
    },
    segments: [{ connections, phases: [aPhasePlan({ measured: false }), aPhasePlan()] }],
  });
}

/** One worker in mode queue over transports in memory, on a clock of its own. Phase 0 is a warm-up, phase 1 is measured. */
export class JobWorker {
  nowMs = 1000;
  readonly transports: MemoryTransport[] = [];
  readonly cells = allocateWorkerCells(2);
  readonly notes = new NoteBook(2, 0);
  readonly recorder: MessageRecorder;
  readonly receiver: JobReceiver;
  readonly connections: ConnectionSet;
  readonly #codec: JobCodec;

  constructor(queue: Partial<QueuePlan> = {}, connections = 1) {
    const plan = aJobPlan(queue, connections);
    const keys = jobKeysOf(plan, plan.queue!);
    const intervals = new IntervalRecorder(this.cells);
    const ledger = new DeliveryLedger(connections, 4, () => undefined);
    this.#codec = new JobCodec(plan.message, keys, plan.runId);
    this.recorder = new MessageRecorder(this.cells.phases, [false, false], ledger, intervals, {
      messageBytes: plan.message.sizeBytes,
      expectsAnswers: false,
      openConnections: () => this.connections.ready,
    });
    intervals.startSegment(0, 60_000, 0);
    this.receiver = new JobReceiver({
      tally: noTally,
      plan: plan.queue!,
      keys,
      seed: plan.seed,
      workerIndex: 0,
      phases: this.cells.phases,
      capacity: connections,
      jobsPerConnection: 100,
      codec: this.#codec,
      cancelCodec: makeCancelCodec(plan, plan.queue!, keys),
      recorder: this.recorder,
    });
    this.recorder.enterInto(this.receiver);
    this.connections = new ConnectionSet({
      tally: noTally,
      ...{ plan: plan.connect, workers: 1, workerIndex: 0, capacity: connections, rooms: null },
      ...{ codec: this.#codec, recorder: this.recorder, receiver: this.receiver, notes: this.notes },
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

  /** Opens all connections, which the caller closes, and begins the load. */
  async open(): Promise<void> {
    await this.connections.openUpTo(this.connections.connections.length);
    this.recorder.startWindows([
      { phase: 0, startMs: 0, endMs: 1000 },
      { phase: 1, startMs: 1000, endMs: 3000 },
    ]);
    this.recorder.advance(this.nowMs);
  }

  /** Hands `count` jobs in on a connection, each due 1 ms before. */
  submit(count: number, connection = 0): void {
    for (let job = 0; job < count; job += 1) {
      const sequence = this.recorder.recordSent(connection, this.nowMs - 1, this.nowMs, 1, false);
      this.transports[connection]!.beginBurst();
      this.transports[connection]!.writeMessage(this.#codec.encode(connection, sequence));
      this.transports[connection]!.endBurst();
    }
  }

  /** The id of a connection's job, from 1. */
  idOf(sequence: number, connection = 0): string {
    return this.#codec.encode(connection, sequence).bytes.toString().slice(-32);
  }

  /** One read at `atMs` with these words of jobs: `["started 1", "completed 1"]`. */
  hear(atMs: number, words: readonly string[], connection = 0): void {
    const frames = words.map((text) => {
      const [, said = "", job = "0"] = /^(.*) (\d+)$/.exec(text) ?? [];
      return `${said} ${this.idOf(Number(job), connection)}`;
    });
    this.read(atMs, frames, connection);
  }

  read(atMs: number, messages: readonly string[], connection = 0): void {
    this.nowMs = atMs;
    this.transports[connection]!.receive(...messages.map((text) => Buffer.from(text)));
  }

  /** `which` is one of `counter`. */
  count(which: number, phase = 1): number {
    return this.cells.phases[phase]!.counts[which]!;
  }
}
