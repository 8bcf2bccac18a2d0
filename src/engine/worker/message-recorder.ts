import { noTally, type ConnectionTally } from "../../measure/connection-tally.ts";
import {
  ledgerAnswer,
  type DeliveryLedger,
  type LossKind,
  type LossListener,
  type WindowPlaces,
} from "../../measure/delivery-ledger.ts";
import { HistogramWriter } from "../../measure/histogram-writer.ts";
import type { IntervalRecorder } from "../../measure/interval-recorder.ts";
import { counter, type PhaseCells } from "../../measure/worker-cells.ts";

/** Where one phase's events are counted. */
interface PhaseRecorder {
  readonly counts: Float64Array;
  readonly latency: HistogramWriter;
  readonly service: HistogramWriter;
  readonly ownSlip: HistogramWriter;
  readonly blockedSlip: HistogramWriter;
  readonly connect: HistogramWriter;
  readonly isClosedLoop: boolean;
}

/**
 * Answers that came in one read to messages that left in one write: as their instants are the same, they are counted
 * together. Most reads of a busy closed loop are one run.
 */
interface AnswerRun {
  messages: number;
  bytes: number;
  phase: number;
  intendedMs: number;
  sentMs: number;
  nowMs: number;
}

/** The part of a segment's time that belongs to one phase; instants on the monotonic clock. */
export interface PhaseWindow {
  /** Flat index over all segments. */
  readonly phase: number;
  readonly startMs: number;
  readonly endMs: number;
}

/** What a recorder must know of its worker. */
export interface RecordingFacts {
  /** Of each message that is sent. */
  readonly messageBytes: number;
  readonly expectsAnswers: boolean;
  readonly openConnections: () => number;
  /** @default none */
  readonly tally?: ConnectionTally;
}

/** Where messages are entered in modes that keep an account of their own. */
export interface SentRegister {
  /** Enters a message of the worker's connection `connection` (its local number); returns its sequence. Allocates nothing. */
  enterSent(connection: number, intendedMs: number, sentMs: number, phase: number): number;
  /** Null in modes that have no loop without a schedule. */
  readonly burst: BurstRegister | null;
}

/** Where messages without a schedule are entered, that hold places in their connection's window. */
export interface BurstRegister extends WindowPlaces {
  /** Enters `count` messages that leave now; returns the sequence of the first, the others follow it. */
  enterBurst(connection: number, count: number, sentMs: number, phase: number): number;
}

/**
 * Turns "this was sent" and "this came back" into counts and histograms. The hot path of measuring: allocates nothing.
 * A message is counted in the phase of its intended instant; rates are counted in the phase in which the event happened.
 */
export class MessageRecorder {
  readonly ledger: DeliveryLedger;
  #register: SentRegister | null = null;
  readonly #intervals: IntervalRecorder;
  readonly #messageBytes: number;
  readonly #expectsAnswers: boolean;
  readonly #openConnections: () => number;
  readonly #tally: ConnectionTally;
  /** Asked first for each message: even a call that does nothing takes some nanoseconds, as its times are boxed for it. */
  readonly #isTallied: boolean;
  readonly #phases: readonly PhaseRecorder[];
  #windows: readonly PhaseWindow[] = [];
  #window = 0;
  #windowEndMs = -Infinity;
  /** The phase events without a message belong to: the one running, or the nearest. */
  #eventPhase = 0;
  #windowCounts: Float64Array | null = null;
  #isOver = false;
  readonly #run: AnswerRun = { messages: 0, bytes: 0, phase: 0, intendedMs: 0, sentMs: 0, nowMs: 0 };

  constructor(
    phases: readonly PhaseCells[],
    closedLoop: readonly boolean[],
    ledger: DeliveryLedger,
    intervals: IntervalRecorder,
    facts: RecordingFacts,
  ) {
    this.ledger = ledger;
    this.#messageBytes = facts.messageBytes;
    this.#expectsAnswers = facts.expectsAnswers;
    this.#openConnections = facts.openConnections;
    this.#tally = facts.tally ?? noTally;
    this.#isTallied = this.#tally !== noTally;
    this.#intervals = intervals;
    this.#phases = phases.map((cells, index) => ({
      counts: cells.counts,
      latency: new HistogramWriter(cells.latency),
      service: new HistogramWriter(cells.service),
      ownSlip: new HistogramWriter(cells.ownSlip),
      blockedSlip: new HistogramWriter(cells.blockedSlip),
      connect: new HistogramWriter(cells.connect),
      isClosedLoop: closedLoop[index]!,
    }));
  }

  /** From now on messages are entered there and not in the ledger; before the first is sent. */
  enterInto(register: SentRegister): void {
    this.#register = register;
  }

  /** Who knows which messages hold places in windows. */
  get places(): WindowPlaces {
    return this.#register?.burst ?? this.ledger;
  }

  /** Whether what happens now belongs to the rates of a phase. */
  get isInWindow(): boolean {
    return this.#windowCounts !== null;
  }

  /** Whether the load has ended, so that what arrives is late. */
  get isOver(): boolean {
    return this.#isOver;
  }

  get eventPhase(): number {
    return this.#eventPhase;
  }

  /** Connecting for the segment whose first phase is `phase`. */
  expectPhase(phase: number): void {
    this.#eventPhase = phase;
  }

  /** Begins a segment's load. */
  startWindows(windows: readonly PhaseWindow[]): void {
    this.#windows = windows;
    this.#window = -1;
    this.#isOver = false;
    this.#nextWindow();
  }

  /** From now on what arrives is late: the load has ended. */
  endWindows(): void {
    this.settleRun();
    this.#leaveWindow();
    this.#windowCounts = null;
    this.#windowEndMs = Infinity;
    this.#isOver = true;
  }

  /** Follows the clock; to be called with every new instant before events of that instant are recorded. */
  advance(nowMs: number): void {
    this.settleRun();
    while (nowMs >= this.#windowEndMs) this.#nextWindow();
    this.#intervals.advance(nowMs);
  }

  /** Counts events outside the hot path: offered, skipped, attempted ... */
  count(phase: number, which: number, times = 1): void {
    this.#phases[phase]!.counts[which]! += times;
  }

  recordConnected(connectUs: number): void {
    this.#phases[this.#eventPhase]!.connect.record(Math.round(connectUs));
  }

  /** Enters a message of an open loop; returns its sequence. `wasBlocked`: it waited for the target to read. */
  recordSent(connection: number, intendedMs: number, sentMs: number, phase: number, wasBlocked: boolean): number {
    const recorder = this.#phases[phase]!;
    const counts = recorder.counts;
    counts[counter.sent]! += 1;
    counts[counter.bytesSent]! += this.#messageBytes;
    if (this.#windowCounts !== null) this.#windowCounts[counter.sentInWindow]! += 1;
    const slipUs = wholeMicroseconds(sentMs - intendedMs);
    if (wasBlocked) recorder.blockedSlip.record(slipUs);
    else recorder.ownSlip.record(slipUs);
    this.#intervals.recordSent(slipUs);
    if (this.#isTallied) this.#tally.sent(connection, phase, 1, sentMs);
    if (this.#register !== null) return this.#register.enterSent(connection, intendedMs, sentMs, phase);
    if (!this.#expectsAnswers) return this.ledger.sendUnanswered(connection, 1);
    return this.ledger.send(connection, intendedMs, sentMs, phase, false);
  }

  /** Enters `count` messages that have no schedule and leave in one burst; returns the sequence of the first. */
  recordBurst(connection: number, count: number, sentMs: number, phase: number): number {
    const counts = this.#phases[phase]!.counts;
    counts[counter.offered]! += count;
    counts[counter.sent]! += count;
    counts[counter.bytesSent]! += this.#messageBytes * count;
    if (this.#windowCounts !== null) this.#windowCounts[counter.sentInWindow]! += count;
    this.#intervals.countSent(count);
    if (this.#isTallied) this.#tally.sent(connection, phase, count, sentMs);
    const register = this.#register?.burst;
    if (register != null) return register.enterBurst(connection, count, sentMs, phase);
    if (!this.#expectsAnswers) return this.ledger.sendUnanswered(connection, count);
    return this.ledger.sendBurst(connection, count, sentMs, phase);
  }

  /**
   * Settles one valid copy. True when it was the first and held a place in the window (closed loop).
   * First copies are counted by `settleRun`, which the caller owes at the end of the read.
   */
  recordReceived(connection: number, sequence: number, nowMs: number, bytes: number): boolean {
    const ledger = this.ledger;
    const answer = ledger.take(connection, sequence);
    let intendedMs: number;
    let sentMs: number;
    let phase: number;
    if (answer >= 0) {
      intendedMs = ledger.intendedMs[answer]!;
      sentMs = ledger.sentMs[answer]!;
      phase = ledger.phase[answer]!;
    } else if (answer === ledgerAnswer.spilled) {
      intendedMs = ledger.spilledIntendedMs;
      sentMs = ledger.spilledSentMs;
      phase = ledger.spilledPhase;
    } else {
      this.countExtra(connection, answer, bytes);
      return false;
    }
    if (ledger.isReordered(connection, sequence)) this.countReordered(connection, phase);
    if (this.#isTallied) {
      this.#tally.delivered(connection, phase, 1, nowMs);
      this.#tally.took(connection, phase, wholeMicroseconds(nowMs - intendedMs));
    }
    this.recordDelivered(phase, intendedMs, sentMs, nowMs, bytes);
    return ledger.takenHeldWindow;
  }

  /** A first copy of a message with these stamps. Counted by `settleRun`, which is owed at the end of the read. */
  recordDelivered(phase: number, intendedMs: number, sentMs: number, nowMs: number, bytes: number): void {
    const run = this.#run;
    if (
      run.messages > 0 &&
      (run.sentMs !== sentMs || run.intendedMs !== intendedMs || run.nowMs !== nowMs || run.phase !== phase)
    ) {
      this.settleRun();
    }
    run.sentMs = sentMs;
    run.intendedMs = intendedMs;
    run.nowMs = nowMs;
    run.phase = phase;
    run.messages += 1;
    run.bytes += bytes;
  }

  /** A further copy of a message. */
  recordDuplicate(bytes: number): void {
    const counts = this.#phases[this.#eventPhase]!.counts;
    counts[counter.duplicated]! += 1;
    counts[counter.bytesReceived]! += bytes;
  }

  /** Counts what the run of equal answers holds. */
  settleRun(): void {
    const run = this.#run;
    const { messages, nowMs, intendedMs } = run;
    if (messages === 0) return;
    const recorder = this.#phases[run.phase]!;
    const counts = recorder.counts;
    counts[counter.delivered]! += messages;
    counts[counter.bytesReceived]! += run.bytes;
    run.messages = 0;
    run.bytes = 0;
    if (this.#windowCounts !== null) this.#windowCounts[counter.deliveredInWindow]! += messages;
    else if (this.#isOver) counts[counter.late]! += messages;
    const serviceUs = wholeMicroseconds(nowMs - run.sentMs);
    if (serviceUs < 0) {
      counts[counter.clockErrors]! += messages;
      return;
    }
    recorder.service.recordMany(serviceUs, messages);
    let latencyUs = serviceUs;
    if (!recorder.isClosedLoop) {
      latencyUs = wholeMicroseconds(nowMs - intendedMs);
      recorder.latency.recordMany(latencyUs, messages);
    }
    this.#intervals.recordDelivered(intendedMs, latencyUs, !this.#isOver, messages);
  }

  /** A frame that was meant to be one of ours, but is broken. Sequence -1 when nobody can tell which. */
  recordCorrupt(connection: number, sequence: number): void {
    const phase = sequence > 0 ? this.ledger.phaseOf(connection, sequence) : -1;
    this.#phases[phase >= 0 ? phase : this.#eventPhase]!.counts[counter.corrupted]! += 1;
    if (sequence > 0) this.ledger.markCorrupt(connection, sequence);
  }

  /** A write to a socket, of one or more messages. */
  readonly countWrite = (): void => {
    if (this.#windowCounts !== null) this.#windowCounts[counter.writesInWindow]! += 1;
  };

  /** Mode push: first copies that came in one read and belong to `phase`. */
  recordPushed(phase: number, messages: number, bytes: number): void {
    const counts = this.#phases[phase]!.counts;
    counts[counter.delivered]! += messages;
    counts[counter.bytesReceived]! += bytes;
    if (this.#windowCounts !== null) {
      this.#windowCounts[counter.deliveredInWindow]! += messages;
      this.#intervals.countDelivered(messages);
    } else if (this.#isOver) counts[counter.late]! += messages;
  }

  /** Mode push: the time from the target's stamp to receipt at `nowMs`. */
  recordOneWay(phase: number, latencyMs: number, nowMs: number): void {
    const latencyUs = wholeMicroseconds(latencyMs);
    const recorder = this.#phases[phase]!;
    if (latencyUs < 0) {
      recorder.counts[counter.clockErrors]! += 1;
      return;
    }
    recorder.latency.record(latencyUs);
    this.#intervals.recordLatency(nowMs - latencyMs, latencyUs);
  }

  recordUnsolicited(bytes: number): void {
    const counts = this.#phases[this.#eventPhase]!.counts;
    counts[counter.unsolicited]! += 1;
    counts[counter.bytesReceived]! += bytes;
  }

  /** `times` messages of one intended instant. */
  readonly recordLost = (kind: LossKind, phase: number, intendedMs: number, times = 1): void => {
    this.#phases[phase]!.counts[lossCounter(kind)]! += times;
    this.#intervals.recordLost(intendedMs, times);
  };

  /** The loss of message `sequence` of `connection`, as DeliveryLedger tells it. */
  recordLostMessage(...[kind, phase, intendedMs, connection]: Parameters<LossListener>): void {
    this.recordLost(kind, phase, intendedMs);
    this.#tally.count(connection, phase, "lost", 1);
  }

  protected countReordered(connection: number, phase: number): void {
    this.#phases[phase]!.counts[counter.reordered]! += 1;
    this.#tally.count(connection, phase, "reordered", 1);
  }

  /** A copy that was not the first one awaited: what `DeliveryLedger.take` answered says which. */
  protected countExtra(connection: number, answer: number, bytes: number): void {
    const counts = this.#phases[this.#eventPhase]!.counts;
    counts[counter.bytesReceived]! += bytes;
    if (!this.#expectsAnswers) counts[counter.unsolicited]! += 1;
    else if (answer === ledgerAnswer.duplicate) {
      counts[counter.duplicated]! += 1;
      this.#tally.count(connection, this.#eventPhase, "duplicated", 1);
    } else if (answer === ledgerAnswer.unknown) counts[counter.unsolicited]! += 1;
  }

  #leaveWindow(): void {
    if (this.#windowCounts !== null) this.#windowCounts[counter.openAtEnd] = this.#openConnections();
  }

  #nextWindow(): void {
    this.#leaveWindow();
    this.#window += 1;
    const window = this.#windows[this.#window];
    if (window === undefined) {
      // Between the planned end and the end of sending, events still belong to the last phase's time, but to no rate.
      this.#windowCounts = null;
      this.#windowEndMs = Infinity;
      this.#isOver = true;
      return;
    }
    this.#eventPhase = window.phase;
    this.#windowCounts = this.#phases[window.phase]!.counts;
    this.#windowEndMs = window.endMs;
  }
}

/** The `counter` of messages lost in this way. */
export function lossCounter(kind: LossKind): number {
  switch (kind) {
    case "missing":
      return counter.lostMissing;
    case "closed":
      return counter.lostClosed;
    case "corrupt":
      return counter.lostCorrupt;
  }
}

/** Milliseconds with fractions to whole microseconds; capped far beyond what a histogram tells apart. */
export function wholeMicroseconds(ms: number): number {
  const us = ms * 1000 + 0.5;
  return us < 2_000_000_000 ? us | 0 : 2_000_000_000;
}
