import type { DeliveryLedger, LossKind } from "../../measure/delivery-ledger.ts";
import { ledgerAnswer } from "../../measure/delivery-ledger.ts";
import type { IntervalRecorder } from "../../measure/interval-recorder.ts";
import { counter, type WorkerCells } from "../../measure/worker-cells.ts";
import { ClassRecorder } from "./class-recorder.ts";
import { lossCounter, MessageRecorder, type RecordingFacts } from "./message-recorder.ts";

/** The sizes that messages of a worker have. */
export interface MessageSizes {
  /** Bytes of each size. */
  readonly bytes: readonly number[];
  /** The place of a message's size among them; `connection` is its number in the worker. Asked for each message. */
  readonly sizeOf: (connection: number, sequence: number) => number;
}

/**
 * The recorder of a run whose messages have several sizes: what is counted of all is counted of each size again, where the
 * cells have a class for each. A message that was not sent has no size. Allocates nothing per message.
 */
export class SizedRecorder extends MessageRecorder {
  readonly #bytes: Float64Array;
  readonly #sizeOf: MessageSizes["sizeOf"];
  /** Null where sizes are not counted apart. */
  readonly #classes: ClassRecorder | null;
  readonly #isClosedLoop: readonly boolean[];
  /** Of the message at hand. */
  #size = 0;

  constructor(
    cells: Pick<WorkerCells, "phases" | "classes">,
    closedLoop: readonly boolean[],
    ledger: DeliveryLedger,
    intervals: IntervalRecorder,
    facts: Omit<RecordingFacts, "messageBytes"> & { readonly sizes: MessageSizes },
  ) {
    // Bytes are counted here, once it is known which message it is.
    super(cells.phases, closedLoop, ledger, intervals, { ...facts, messageBytes: 0 });
    this.#bytes = Float64Array.from(facts.sizes.bytes);
    this.#sizeOf = facts.sizes.sizeOf;
    this.#isClosedLoop = closedLoop;
    this.#classes = cells.classes.length === 0 ? null : new ClassRecorder(cells.classes, this);
  }

  override recordSent(
    connection: number,
    intendedMs: number,
    sentMs: number,
    phase: number,
    wasBlocked: boolean,
  ): number {
    const sequence = super.recordSent(connection, intendedMs, sentMs, phase, wasBlocked);
    const size = this.#countSent(connection, sequence, phase);
    this.#classes?.recordSlip(size, phase, sentMs - intendedMs, wasBlocked);
    return sequence;
  }

  override recordBurst(connection: number, count: number, sentMs: number, phase: number): number {
    const first = super.recordBurst(connection, count, sentMs, phase);
    for (let sequence = first; sequence < first + count; sequence += 1) this.#countSent(connection, sequence, phase);
    return first;
  }

  override recordReceived(connection: number, sequence: number, nowMs: number, bytes: number): boolean {
    this.#size = this.#sizeOf(connection, sequence);
    return super.recordReceived(connection, sequence, nowMs, bytes);
  }

  override recordDelivered(phase: number, intendedMs: number, sentMs: number, nowMs: number, bytes: number): void {
    super.recordDelivered(phase, intendedMs, sentMs, nowMs, bytes);
    const since = this.#isClosedLoop[phase]! ? sentMs : intendedMs;
    this.#classes?.recordAnswer(this.#size, phase, nowMs - since, nowMs - sentMs, bytes);
  }

  override recordCorrupt(connection: number, sequence: number): void {
    const phase = sequence > 0 ? this.ledger.phaseOf(connection, sequence) : -1;
    super.recordCorrupt(connection, sequence);
    if (sequence <= 0) return;
    const size = this.#sizeOf(connection, sequence);
    this.#classes?.count(size, phase >= 0 ? phase : this.eventPhase, counter.corrupted);
  }

  override recordLostMessage(
    kind: LossKind,
    phase: number,
    intendedMs: number,
    connection: number,
    sequence: number,
  ): void {
    super.recordLostMessage(kind, phase, intendedMs, connection, sequence);
    this.#classes?.count(this.#sizeOf(connection, sequence), phase, lossCounter(kind));
  }

  protected override countReordered(connection: number, phase: number): void {
    super.countReordered(connection, phase);
    this.#classes?.count(this.#size, phase, counter.reordered);
  }

  protected override countExtra(connection: number, answer: number, bytes: number): void {
    super.countExtra(connection, answer, bytes);
    if (answer === ledgerAnswer.duplicate) this.#classes?.count(this.#size, this.eventPhase, counter.duplicated);
    this.#classes?.count(this.#size, this.eventPhase, counter.bytesReceived, bytes);
  }

  #countSent(connection: number, sequence: number, phase: number): number {
    const size = this.#sizeOf(connection, sequence);
    const bytes = this.#bytes[size]!;
    this.count(phase, counter.bytesSent, bytes);
    this.#classes?.recordSent(size, phase, bytes);
    return size;
  }
}
