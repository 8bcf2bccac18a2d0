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
import type { JobKeys } from "../../plan/job-keys.ts";
import type { QueuePlan } from "../../plan/plan.ts";
import type { CollectedQueue } from "../collected-queue.ts";
import { JobTallies } from "./job-tallies.ts";
import type { LoadConnection } from "./load-connection.ts";
import { wholeMicroseconds, type BurstRegister, type MessageRecorder } from "./message-recorder.ts";

export interface JobFollowerParts {
  readonly plan: QueuePlan;
  readonly keys: JobKeys;
  readonly phases: readonly PhaseCells[];
  /** Connections of this worker. */
  readonly capacity: number;
  /** Planned on each; Infinity when nobody knows. */
  readonly jobsPerConnection: number;
  readonly recorder: MessageRecorder;
  readonly tally: ConnectionTally;
  /** A job was accepted for the first time: it may be taken back now. */
  readonly onAccepted: (connection: LoadConnection, sequence: number, key: number, position: number) => void;
}

/** Follows each job from its being handed in to its end, and holds what is said of it against what may be. */
export class JobFollower implements BurstRegister {
  /** A queue may take its time; a connection on which no job has ended for so long stands still. */
  readonly patienceMs = 10_000;
  /** By connection of the worker: when a job of it ended last. */
  readonly #lastEndMs: Float64Array;
  readonly #parts: JobFollowerParts;
  readonly #ledger: JobLedger;
  readonly #order: KeyOrder;
  readonly #tallies = new JobTallies();
  readonly #waits: readonly HistogramWriter[];
  readonly #runs: readonly HistogramWriter[];
  /** The job that is spoken of, so that none has to be made for each reply. */
  readonly #job = { connection: 0, slot: 0, key: 0, position: 0 };

  constructor(parts: JobFollowerParts) {
    const { plan, capacity, recorder, tally } = parts;
    this.#parts = parts;
    const onLost: JobLossListener = (kind, phase, intendedMs, connection) => {
      this.#tallies.lost += 1;
      recorder.recordLost(kind, phase, intendedMs);
      tally.count(connection, phase, "lost", 1);
    };
    this.#ledger = new JobLedger(capacity, jobRingFor(capacity, parts.jobsPerConnection), onLost);
    this.#lastEndMs = new Float64Array(capacity).fill(-Infinity);
    this.#order = new KeyOrder(plan.keys, plan.concurrency);
    this.#waits = parts.phases.map((cells) => new HistogramWriter(cells.jobWait));
    this.#runs = parts.phases.map((cells) => new HistogramWriter(cells.jobRun));
  }

  /** A job is handed in on the worker's connection `connection`; returns its sequence. */
  enter(connection: number, intendedMs: number, sentMs: number, phase: number): number {
    this.#tallies.sent += 1;
    this.#parts.recorder.count(phase, counter.expected);
    return this.#ledger.enter(connection, intendedMs, sentMs, phase);
  }

  enterBurst(connection: number, count: number, sentMs: number, phase: number): number {
    const first = this.#enterHeld(connection, sentMs, phase);
    for (let more = 1; more < count; more += 1) this.#enterHeld(connection, sentMs, phase);
    return first;
  }

  get windowsFreedBySpill(): number {
    return this.#ledger.windowsFreedBySpill;
  }

  set windowsFreedBySpill(places: number) {
    this.#ledger.windowsFreedBySpill = places;
  }

  /** None while jobs of the connection come to their ends: those that wait behind them keep their places. */
  releaseOlder(connection: number, beforeMs: number): number {
    return this.#lastEndMs[connection]! >= beforeMs ? 0 : this.#ledger.releaseOlder(connection, beforeMs);
  }

  releaseAll(): void {
    this.#ledger.releaseAll();
  }

  /** The connection has ended: nothing more will be told of its jobs. */
  connectionEnded(connection: LoadConnection): void {
    this.#ledger.closeConnection(connection.local);
    const { keys } = this.#parts;
    for (let nth = 1; nth <= keys.countOf(connection.global); nth += 1) {
      this.#order.forgetRunning(keys.keyOf(connection.global, nth));
    }
  }

  /** What has not ended is lost. */
  settle(): void {
    this.#ledger.finish();
  }

  /** Jobs that have not ended. */
  get outstanding(): number {
    return this.#ledger.outstanding;
  }

  get givenUp(): number {
    return this.#ledger.givenUp;
  }

  told(): Omit<CollectedQueue, "statistics"> {
    return this.#tallies.told(this.#order);
  }

  /** This job was asked to be taken back. */
  noteCancelAsked(connection: number, sequence: number): void {
    this.#ledger.mark(this.#ledger.slotOf(connection, sequence), jobMark.askedToCancel);
    this.#tallies.cancelAsked += 1;
  }

  /** Something came of this job that could not be read. */
  noteCorrupt(connection: number, sequence: number): void {
    this.#ledger.markCorrupt(connection, sequence);
  }

  /** Takes a reply of `bytes` bytes that says this of a job. The hot path: allocates nothing. */
  hear(connection: LoadConnection, sequence: number, said: JobSaid, nowMs: number, bytes: number): void {
    const { recorder } = this.#parts;
    const answer = this.#ledger.hear(connection.local, sequence, said);
    // The bytes of a completion are counted with its message.
    if (said !== jobSaid.completed || answer !== heard.first) {
      recorder.count(recorder.eventPhase, counter.bytesReceived, bytes);
    }
    if (answer === heard.lost) this.#tallies.afterLoss += 1;
    else if (answer === heard.unknown) recorder.count(recorder.eventPhase, counter.unsolicited);
    else if (answer === heard.again) this.#hearAgain(connection, said);
    else {
      this.#hearFirst(connection, sequence, said, nowMs, bytes);
      if (!this.#ledger.takeWindow(this.#job.slot)) return;
      connection.windowUsed -= 1;
      this.#lastEndMs[connection.local] = nowMs;
    }
  }

  #enterHeld(connection: number, sentMs: number, phase: number): number {
    this.#tallies.sent += 1;
    this.#parts.recorder.count(phase, counter.expected);
    return this.#ledger.enter(connection, sentMs, sentMs, phase, true);
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
        this.#parts.onAccepted(connection, sequence, job.key, job.position);
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

  #start(nowMs: number): void {
    const ledger = this.#ledger;
    const { slot, key, position } = this.#job;
    this.#tallies.started += 1;
    ledger.startedMs[slot] = nowMs;
    if (this.#mustNotRun(slot)) this.#order.ran(key);
    else if (this.#order.started(key, position)) this.#countMisordered();
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
    if (!this.#mustNotRun(slot) && this.#order.completed(key, position) && plan.completesInOrder)
      this.#countMisordered();
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

  #mustNotRun(slot: number): boolean {
    return this.#ledger.wasSaid(slot, jobSaid.cancelled) || this.#ledger.wasSaid(slot, jobSaid.refused);
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
}
