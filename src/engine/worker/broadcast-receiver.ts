import { fanOutCounter, type FanOutCells, type FanOutPhaseCells } from "../../measure/fan-out-cells.ts";
import { noTally, type ConnectionTally } from "../../measure/connection-tally.ts";
import type { LossKind } from "../../measure/delivery-ledger.ts";
import { HistogramWriter } from "../../measure/histogram-writer.ts";
import type { PublicationTable } from "../../measure/publication-table.ts";
import { copyAnswer, ReceiverLedger, type PairListener, type ReceiverMap } from "../../measure/receiver-ledger.ts";
import type { RoomRoster } from "../../measure/room-roster.ts";
import type { SpreadLog } from "../../measure/spread-log.ts";
import { counter } from "../../measure/worker-cells.ts";
import type { BroadcastPlan } from "../../plan/plan.ts";
import { connectionAt, roomOf, rowOf } from "../../plan/rooms.ts";
import type { Codec } from "../../wire/message-codec.ts";
import type { LoadConnection } from "./load-connection.ts";
import { wholeMicroseconds, type MessageRecorder } from "./message-recorder.ts";
import type { Receiver } from "./receiver.ts";
import { ReceiverFaults } from "./receiver-faults.ts";
import type { NoteBook } from "./worker-notes.ts";

export interface BroadcastReceiverParts {
  readonly plan: BroadcastPlan;
  readonly codec: Codec;
  readonly recorder: MessageRecorder;
  readonly tally: ConnectionTally;
  readonly notes: NoteBook;
  readonly table: PublicationTable;
  readonly roster: RoomRoster;
  readonly spread: SpreadLog | null;
  readonly cells: FanOutCells;
  readonly workers: number;
  readonly workerIndex: number;
  /** The worker's connections. */
  readonly connections: number;
  readonly nowMs: () => number;
}

/** Times of messages that reached everybody, where one phase's are recorded. */
interface SpreadWriters {
  readonly first: HistogramWriter;
  readonly median: HistogramWriter;
  readonly nearlyAll: HistogramWriter;
  readonly last: HistogramWriter;
  readonly spread: HistogramWriter;
}

/** Mode broadcast: every message of a room's publishers is expected on every connection of the room. */
export class BroadcastReceiver implements Receiver, PairListener {
  readonly #parts: BroadcastReceiverParts;
  readonly #ledger: ReceiverLedger;
  readonly #faults: ReceiverFaults;
  /** By publisher. */
  readonly #roomOfPublisher: Int32Array;
  readonly #writers: readonly SpreadWriters[];

  constructor(parts: BroadcastReceiverParts) {
    const { plan, table, connections } = parts;
    this.#parts = parts;
    this.#ledger = new ReceiverLedger(table, mapOf(parts), plan.guardMs, this);
    this.#faults = new ReceiverFaults(connections);
    this.#roomOfPublisher = Int32Array.from({ length: table.size.publishers }, (_, publisher) =>
      roomOf(publisher, plan.rooms),
    );
    this.#writers = parts.cells.phases.map(writersOf);
  }

  get givenUp(): number {
    return this.#ledger.givenUp;
  }

  take(connection: LoadConnection, view: DataView, start: number, end: number): boolean {
    const { codec } = this.#parts;
    codec.useValue(connection.room);
    const sequence = codec.matchAny(view, start, end);
    if (sequence === 0) return false;
    this.#takeCopy(connection, codec.matchedConnection, sequence, connection.readInstant(), end - start);
    return true;
  }

  /** A frame that is not byte for byte one of our messages: wrapped, several in one, damaged. */
  receive(connection: LoadConnection, bytes: Buffer, start: number, end: number): boolean {
    const { codec, recorder } = this.#parts;
    const nowMs = connection.readInstant();
    let found = 0;
    codec.scan(bytes, start, end, ({ kind, connectionId, sequence }) => {
      found += 1;
      if (kind === "valid") this.#takeCopy(connection, connectionId, sequence, nowMs, 0);
      else this.#takeCorrupt(connection, connectionId, sequence);
    });
    if (found > 0) recorder.count(recorder.eventPhase, counter.bytesReceived, end - start);
    return found > 0;
  }

  readEnded(): void {
    this.#parts.recorder.settleRun();
  }

  becameReady(connection: LoadConnection): void {
    const { plan, roster, nowMs } = this.#parts;
    const joinedMs = nowMs();
    roster.join(connection.room, joinedMs + plan.guardMs);
    this.#ledger.join(connection.local, joinedMs);
    this.#countEvent(fanOutCounter.joins);
  }

  ended(connection: LoadConnection): void {
    if (!this.#ledger.isPresent(connection.local)) return;
    this.closing(connection);
    this.#countEvent(fanOutCounter.leaves);
  }

  closing(connection: LoadConnection): void {
    const { plan, roster, nowMs } = this.#parts;
    const leftMs = nowMs();
    // First of all: what is published from now on must not wait for it.
    roster.leave(connection.room, leftMs + plan.guardMs);
    this.#ledger.leave(connection.local, leftMs);
  }

  everySecond(nowMs: number): void {
    this.#ledger.sweep(nowMs);
  }

  hasOutstanding(): boolean {
    return this.#ledger.hasOutstanding();
  }

  settle(): void {
    const { notes, plan, workers, workerIndex } = this.#parts;
    this.#ledger.settle();
    notes.noteFaultyReceivers(
      this.#faults.summary((receiver) => {
        const connection = receiver * workers + workerIndex;
        return { connection, room: roomOf(connection, plan.rooms) };
      }),
    );
  }

  onLost(kind: LossKind, receiver: number, phase: number, intendedMs: number): void {
    this.#parts.recorder.recordLost(kind, phase, intendedMs);
    this.#parts.tally.count(receiver, phase, "lost", 1);
    this.#faults.lost[receiver]! += 1;
  }

  onIndeterminate(publisher: number, sequence: number, phase: number, wasDelivered: boolean, receiver: number): void {
    const { spread, cells } = this.#parts;
    this.#countIndeterminate(receiver, phase, wasDelivered);
    if (spread?.dismiss(publisher, sequence) === true) cells.phases[phase]!.counts[fanOutCounter.unsettled]! += 1;
  }

  /** The hot path of a broadcast: allocates nothing. */
  #takeCopy(connection: LoadConnection, publisher: number, sequence: number, nowMs: number, bytes: number): void {
    const { table, recorder, tally, spread, plan } = this.#parts;
    const receiver = connection.local;
    if (this.#isMisrouted(connection, publisher)) {
      recorder.recordUnsolicited(bytes);
      this.#countEvent(fanOutCounter.misrouted);
      this.#faults.misrouted[receiver]! += 1;
      return;
    }
    // Read before `take` says whether they are still those of this message.
    const slot = table.slotOf(publisher, sequence);
    const intendedMs = table.intendedMs[slot]!;
    const sentMs = table.sentMs[slot]!;
    const phase = table.phase[slot]!;
    const answer = this.#ledger.take(receiver, rowOf(publisher, plan.rooms), publisher, sequence);
    if (answer !== copyAnswer.first && answer !== copyAnswer.reordered) {
      this.#countExtra(answer, receiver, bytes);
      return;
    }
    if (answer === copyAnswer.reordered) {
      recorder.count(phase, counter.reordered);
      tally.count(receiver, phase, "reordered", 1);
      this.#faults.reordered[receiver]! += 1;
    }
    recorder.recordDelivered(phase, intendedMs, sentMs, nowMs, bytes);
    if (tally !== noTally) {
      tally.delivered(receiver, phase, 1, nowMs);
      tally.took(receiver, phase, wholeMicroseconds(nowMs - intendedMs));
    }
    if (sentMs < this.#ledger.certainFromMs(receiver)) this.#countIndeterminate(receiver, phase, true);
    else if (spread !== null) {
      const latencyUs = Math.max(0, wholeMicroseconds(nowMs - intendedMs));
      if (spread.note(publisher, sequence, latencyUs)) this.#recordSpread(spread, publisher, sequence, phase);
    }
  }

  #takeCorrupt(connection: LoadConnection, publisher: number, sequence: number): void {
    const { table, recorder, plan } = this.#parts;
    const isKnown = publisher >= 0 && !this.#isMisrouted(connection, publisher) && table.hasSent(publisher, sequence);
    recorder.count(isKnown ? table.phaseOf(publisher, sequence) : recorder.eventPhase, counter.corrupted);
    if (isKnown) this.#ledger.markCorrupt(connection.local, rowOf(publisher, plan.rooms), publisher, sequence);
  }

  /** Came to a connection that is in another room, or, where that is excluded, to its own publisher. */
  #isMisrouted(connection: LoadConnection, publisher: number): boolean {
    if (this.#roomOfPublisher[publisher] !== connection.room) return true;
    return this.#parts.plan.excludesPublisher && publisher === connection.global;
  }

  #countExtra(answer: number, receiver: number, bytes: number): void {
    const { recorder } = this.#parts;
    if (answer === copyAnswer.duplicate) {
      recorder.recordDuplicate(bytes);
      this.#parts.tally.count(receiver, recorder.eventPhase, "duplicated", 1);
      this.#faults.duplicated[receiver]! += 1;
    } else if (answer === copyAnswer.unknown) recorder.recordUnsolicited(bytes);
    else recorder.count(recorder.eventPhase, counter.bytesReceived, bytes);
  }

  /** It was, or will be, counted as delivered, and is taken back. */
  #countIndeterminate(receiver: number, phase: number, wasDelivered: boolean): void {
    const { cells, recorder, tally, nowMs } = this.#parts;
    const { counts } = cells.phases[phase]!;
    counts[fanOutCounter.indeterminate]! += 1;
    if (!wasDelivered) return;
    counts[fanOutCounter.indeterminateDelivered]! += 1;
    recorder.count(phase, counter.delivered, -1);
    tally.delivered(receiver, phase, -1, nowMs());
  }

  #recordSpread(spread: SpreadLog, publisher: number, sequence: number, phase: number): void {
    const { counts } = this.#parts.cells.phases[phase]!;
    if (!spread.summarise(publisher, sequence)) {
      counts[fanOutCounter.incomplete]! += 1;
      return;
    }
    const writers = this.#writers[phase]!;
    counts[fanOutCounter.timed]! += 1;
    writers.first.record(spread.firstUs);
    writers.median.record(spread.medianUs);
    writers.nearlyAll.record(spread.nearlyAllUs);
    writers.last.record(spread.lastUs);
    writers.spread.record(spread.lastUs - spread.firstUs);
  }

  #countEvent(which: number): void {
    const { cells, recorder } = this.#parts;
    cells.phases[recorder.eventPhase]!.counts[which]! += 1;
  }
}

function mapOf({ plan, connections, workers, workerIndex }: BroadcastReceiverParts): ReceiverMap {
  const rooms = Int32Array.from({ length: connections }, (_, local) =>
    roomOf(local * workers + workerIndex, plan.rooms),
  );
  return {
    receivers: connections,
    rows: plan.publishersPerRoom,
    publisherOf(receiver, row) {
      const publisher = connectionAt(rooms[receiver]!, row, plan.rooms);
      const isOwn = publisher === receiver * workers + workerIndex;
      return isOwn && plan.excludesPublisher ? -1 : publisher;
    },
  };
}

function writersOf({ first, median, nearlyAll, last, spread }: FanOutPhaseCells): SpreadWriters {
  return {
    first: new HistogramWriter(first),
    median: new HistogramWriter(median),
    nearlyAll: new HistogramWriter(nearlyAll),
    last: new HistogramWriter(last),
    spread: new HistogramWriter(spread),
  };
}
