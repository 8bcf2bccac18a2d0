import type { ConnectionTally } from "../../measure/connection-tally.ts";

import { HistogramWriter } from "../../measure/histogram-writer.ts";
import {
  heard,
  JobLedger,
  jobMark,
  jobRingFor,
  jobSaid,
  type JobLossListener,
  type JobSaid,
} from "../../measure/job-ledger.ts";
import { KeyOrder } from "../../measure/key-order.ts";
import { counter, type PhaseCells } from "../../measure/worker-cells.ts";
import { choosesJob } from "../../plan/job-choice.ts";
import type { JobKeys } from "../../plan/job-keys.ts";
import type { QueuePlan } from "../../plan/plan.ts";
import { isAscii } from "../../wire/byte-search.ts";
import type { Codec } from "../../wire/message-codec.ts";
import type { CollectedQueue } from "../collected.ts";
import type { JobCodec } from "./job-codec.ts";
import { JobReplies } from "./job-replies.ts";
import { JobStatistics } from "./job-statistics.ts";
import { JobTallies } from "./job-tallies.ts";
import type { LoadConnection } from "./load-connection.ts";
import { wholeMicroseconds, type MessageRecorder, type SentRegister } from "./message-recorder.ts";
import type { Receiver } from "./receiver.ts";

export interface JobReceiverParts {
  readonly plan: QueuePlan;
  readonly keys: JobKeys;
  readonly seed: number;
  readonly workerIndex: number;
  readonly phases: readonly PhaseCells[];
  /** Connections of this worker. */
  readonly capacity: number;
  /** Planned on each; Infinity when nobody knows. */
  readonly jobsPerConnection: number;
  readonly codec: Codec;
  /** Null where jobs cannot be taken back. */
  readonly cancelCodec: JobCodec | null;
  readonly recorder: MessageRecorder;
  readonly tally: ConnectionTally;
}

/** Mode queue: follows each job from its being handed in to its end, by what the target says of it. */
export class JobReceiver implements Receiver, SentRegister {
  readonly #parts: JobReceiverParts;
  readonly #ledger: JobLedger;
  readonly #order: KeyOrder;
  readonly #tallies = new JobTallies();
  readonly #replies: JobReplies;
  readonly #statistics: JobStatistics | null;
  readonly #waits: readonly HistogramWriter[];
  readonly #runs: readonly HistogramWriter[];
  #connections: readonly LoadConnection[] = [];
  /** The job that is spoken of, so that none has to be made for each reply. */
  readonly #job = { connection: 0, slot: 0, key: 0, position: 0 };
  /** On which jobs are taken back upon the read at hand. */
  #bursting: LoadConnection | null = null;
  #view: DataView | null = null;
  #bytes: Buffer = Buffer.alloc(0);

  constructor(parts: JobReceiverParts) {
    const { plan, capacity, recorder, tally, workerIndex } = parts;
    this.#parts = parts;
    const onLost: JobLossListener = (kind, phase, intendedMs, connection) => {
      this.#tallies.lost += 1;
      recorder.recordLost(kind, phase, intendedMs);
      tally.count(connection, phase, "lost", 1);
    };
    this.#ledger = new JobLedger(capacity, jobRingFor(capacity, parts.jobsPerConnection), onLost);
    this.#order = new KeyOrder(plan.keys, plan.concurrency);
    this.#replies = new JobReplies(plan.form);
    this.#statistics = plan.statistics === null || workerIndex !== 0 ? null : new JobStatistics(plan.statistics);
    this.#waits = parts.phases.map((cells) => new HistogramWriter(cells.jobWait));
    this.#runs = parts.phases.map((cells) => new HistogramWriter(cells.jobRun));
  }

  /** The connections of the worker, by their local number; before any of them opens. */
  attach(connections: readonly LoadConnection[]): void {
    this.#connections = connections;
  }

  /** The target's own statistics, before the first job; of the first worker, for all. */
  async askBefore(): Promise<void> {
    await this.#statistics?.askBefore(this.#connections);
  }

  /** And after the last. */
  async askAfter(): Promise<void> {
    await this.#statistics?.askAfter(this.#connections);
  }

  enterSent(connection: number, intendedMs: number, sentMs: number, phase: number): number {
    this.#tallies.sent += 1;
    this.#parts.recorder.count(phase, counter.expected);
    return this.#ledger.enter(connection, intendedMs, sentMs, phase);
  }

  take(connection: LoadConnection, view: DataView, start: number, end: number): boolean {
    // What waits for its ready sign, and text that may be no UTF-8, takes the longer way.
    if (connection.state === "waiting" || !isAscii(view, start, end)) return false;
    return this.#takeReply(connection, view, start, end);
  }

  receive(connection: LoadConnection, bytes: Buffer, start: number, end: number): boolean {
    const view = new DataView(bytes.buffer, bytes.byteOffset + start, end - start);
    return this.#takeReply(connection, view, 0, end - start);
  }

  readEnded(): void {
    if (this.#bursting !== null) this.#bursting.transport?.endBurst();
    this.#bursting = null;
    this.#parts.recorder.settleRun();
  }

  becameReady(): void {
    // Handing in is the sender's affair.
  }

  ended(connection: LoadConnection): void {
    this.#ledger.closeConnection(connection.local);
    const { keys } = this.#parts;
    for (let nth = 1; nth <= keys.countOf(connection.global); nth += 1) {
      this.#order.forgetRunning(keys.keyOf(connection.global, nth));
    }
  }

  closing(): void {
    // Its jobs were settled by the end of the drain before.
  }

  everySecond(): void {
    // Nothing grows old here.
  }

  hasOutstanding(): boolean {
    return this.#ledger.outstanding > 0;
  }

  settle(): void {
    this.#ledger.finish();
  }

  get givenUp(): number {
    return this.#ledger.givenUp;
  }

  tallies(): CollectedQueue {
    return { ...this.#tallies.told(this.#order), statistics: this.#statistics?.told ?? null };
  }

  /** False when the message speaks of no job of ours in a way that is known. */
  #takeReply(connection: LoadConnection, view: DataView, start: number, end: number): boolean {
    if (this.#statistics?.take(view, start, end) === true) return true;
    const said = this.#replies.read(view, start, end);
    if (said === null) return false;
    const nowMs = connection.readInstant();
    let bytes = end - start;
    let latest = 0;
    this.#parts.codec.scan(this.#bytesOf(view), start, end, ({ kind, connectionId, sequence }) => {
      const isOwn = connectionId === connection.global || kind === "corrupt";
      // An id may stand in a message more than once.
      if (!isOwn || sequence === latest) return;
      latest = sequence;
      if (kind === "valid") this.#hear(connection, sequence, said, nowMs, bytes);
      else this.#hearCorrupt(connection, sequence, bytes);
      bytes = 0;
    });
    return latest !== 0;
  }

  #hear(connection: LoadConnection, sequence: number, said: JobSaid, nowMs: number, bytes: number): void {
    const { recorder } = this.#parts;
    const answer = this.#ledger.hear(connection.local, sequence, said);
    // The bytes of a completion are counted with its message.
    if (said !== jobSaid.completed || answer !== heard.first) {
      recorder.count(recorder.eventPhase, counter.bytesReceived, bytes);
    }
    if (answer === heard.lost) this.#tallies.afterLoss += 1;
    else if (answer === heard.unknown) recorder.count(recorder.eventPhase, counter.unsolicited);
    else if (answer === heard.again) this.#hearAgain(connection, said);
    else this.#hearFirst(connection, sequence, said, nowMs, bytes);
  }

  #hearAgain({ local }: LoadConnection, said: JobSaid): void {
    const { recorder, tally } = this.#parts;
    if (said === jobSaid.completed) {
      this.#tallies.completedAgain += 1;
      recorder.recordDuplicate(0);
      tally.count(local, recorder.eventPhase, "duplicated", 1);
    } else if (said === jobSaid.started) this.#tallies.startedAgain += 1;
    else this.#tallies.repeated += 1;
  }

  #hearFirst(connection: LoadConnection, sequence: number, said: JobSaid, nowMs: number, bytes: number): void {
    const job = this.#job;
    job.connection = connection.local;
    job.slot = this.#ledger.slotOf(connection.local, sequence);
    job.key = this.#parts.keys.keyOf(connection.global, sequence);
    job.position = this.#parts.keys.positionOf(connection.global, sequence);
    switch (said) {
      case jobSaid.accepted:
        this.#tallies.accepted += 1;
        if (choosesJob(this.#parts.plan.cancel, this.#parts.seed, job.key, job.position)) {
          this.#takeBack(connection, sequence);
        }
        return;
      case jobSaid.started:
        this.#start(nowMs);
        return;
      case jobSaid.completed:
        this.#complete(nowMs, bytes);
        return;
      case jobSaid.refused:
        this.#refuse();
        return;
      case jobSaid.cancelled:
        this.#cancel();
        return;
      case jobSaid.tooLate:
        this.#tallies.tooLate += 1;
    }
  }

  /** All that is to be taken back of one read leaves in one write. */
  #takeBack(connection: LoadConnection, sequence: number): void {
    const { transport } = connection;
    const { cancelCodec } = this.#parts;
    if (transport === null || cancelCodec === null) return;
    if (this.#bursting === null) transport.beginBurst();
    this.#bursting = connection;
    transport.writeMessage(cancelCodec.encode(connection.global, sequence));
    this.#ledger.mark(this.#job.slot, jobMark.askedToCancel);
    this.#tallies.cancelAsked += 1;
  }

  #start(nowMs: number): void {
    const ledger = this.#ledger;
    const { slot, key, position } = this.#job;
    this.#tallies.started += 1;
    ledger.startedMs[slot] = nowMs;
    if (this.#order.started(key, position)) this.#countMisordered();
    this.#refuseRun();
    this.#waits[ledger.phase[slot]!]!.record(wholeMicroseconds(nowMs - ledger.sentMs[slot]!));
  }

  #complete(nowMs: number, bytes: number): void {
    const { recorder, tally, plan } = this.#parts;
    const ledger = this.#ledger;
    const { connection, slot, key, position } = this.#job;
    const phase = ledger.phase[slot]!;
    this.#tallies.completed += 1;
    if (ledger.wasSaid(slot, jobSaid.started)) {
      this.#order.stopped(key);
      this.#runs[phase]!.record(wholeMicroseconds(nowMs - ledger.startedMs[slot]!));
    } else if (plan.form.started !== null) {
      this.#tallies.neverStarted += 1;
      this.#tallies.note("never-started", key, position);
    }
    if (this.#order.completed(key, position) && plan.completesInOrder) this.#countMisordered();
    this.#refuseRun();
    if (ledger.end(slot, "completed")) {
      this.#tallies.endedCompleted += 1;
      recorder.recordDelivered(phase, ledger.intendedMs[slot]!, ledger.sentMs[slot]!, nowMs, bytes);
      tally.delivered(connection, phase, 1, nowMs);
      tally.took(connection, phase, wholeMicroseconds(nowMs - ledger.intendedMs[slot]!));
    } else recorder.count(recorder.eventPhase, counter.bytesReceived, bytes);
  }

  #refuse(): void {
    const { recorder, tally } = this.#parts;
    const ledger = this.#ledger;
    const { connection, slot } = this.#job;
    this.#tallies.refused += 1;
    if (ledger.end(slot, "refused")) {
      this.#tallies.endedRefused += 1;
      recorder.count(ledger.phase[slot]!, counter.refused);
      tally.count(connection, ledger.phase[slot]!, "refused", 1);
    }
    if (ledger.wasSaid(slot, jobSaid.started) || ledger.wasSaid(slot, jobSaid.completed)) this.#countRan("refused");
  }

  /** One that is running may be taken back, too, but then it must not be completed. */
  #cancel(): void {
    const ledger = this.#ledger;
    const { slot, key, position } = this.#job;
    this.#tallies.cancelled += 1;
    if (!ledger.hasMark(slot, jobMark.askedToCancel)) {
      this.#tallies.cancelledUnasked += 1;
      this.#tallies.note("cancelled-unasked", key, position);
    }
    const hasStarted = ledger.wasSaid(slot, jobSaid.started);
    if (ledger.end(slot, "cancelled")) {
      this.#tallies.endedCancelled += 1;
      this.#parts.recorder.count(ledger.phase[slot]!, counter.expected, -1);
      if (hasStarted) {
        this.#tallies.cancelledRunning += 1;
        this.#order.stopped(key);
      }
    } else if (ledger.wasSaid(slot, jobSaid.completed)) this.#countRan("cancelled");
  }

  /** What was cancelled or refused must not run. */
  #refuseRun(): void {
    const { slot } = this.#job;
    if (this.#ledger.wasSaid(slot, jobSaid.cancelled)) this.#countRan("cancelled");
    if (this.#ledger.wasSaid(slot, jobSaid.refused)) this.#countRan("refused");
  }

  #countRan(although: "cancelled" | "refused"): void {
    const { slot, key, position } = this.#job;
    if (!this.#ledger.mark(slot, jobMark.ranWrongly)) return;
    if (although === "cancelled") this.#tallies.cancelledRan += 1;
    else this.#tallies.refusedRan += 1;
    this.#tallies.note(although === "cancelled" ? "cancelled-ran" : "refused-ran", key, position);
  }

  /** A job is out of order once, be it by its start or by its completion. */
  #countMisordered(): void {
    const { recorder, tally } = this.#parts;
    const { connection, slot, key, position } = this.#job;
    if (!this.#ledger.mark(slot, jobMark.misordered)) return;
    this.#tallies.misordered += 1;
    this.#tallies.note("misordered", key, position);
    recorder.count(this.#ledger.phase[slot]!, counter.reordered);
    tally.count(connection, this.#ledger.phase[slot]!, "reordered", 1);
  }

  /** A reply about a job that was damaged on its way. Sequence -1 when nobody can tell which job. */
  #hearCorrupt(connection: LoadConnection, sequence: number, bytes: number): void {
    const { recorder } = this.#parts;
    recorder.count(recorder.eventPhase, counter.corrupted);
    recorder.count(recorder.eventPhase, counter.bytesReceived, bytes);
    if (sequence > 0) this.#ledger.markCorrupt(connection.local, sequence);
  }

  #bytesOf(view: DataView): Buffer {
    if (view !== this.#view) {
      this.#view = view;
      this.#bytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
    }
    return this.#bytes;
  }
}
