import { noTally, type ConnectionTally } from "../../measure/connection-tally.ts";
import type { LossKind } from "../../measure/delivery-ledger.ts";
import { counter, type PhaseCells } from "../../measure/worker-cells.ts";
import { ClassRecorder } from "./class-recorder.ts";
import { lossCounter, wholeMicroseconds, type MessageRecorder } from "./message-recorder.ts";

export interface StreamRecorderParts {
  readonly recorder: MessageRecorder;
  /** By class of messages, then by phase; empty where they have none. */
  readonly classes: readonly (readonly PhaseCells[])[];
  /** How many classes messages of a stream are told apart by; 1 for none. */
  readonly classesOfStream: number;
  /** By stream: 1 for one that is to read slowly. */
  readonly isSlow: Uint8Array;
  /** @default none */
  readonly tally?: ConnectionTally;
}

/** Counts what comes on streams three times over: of all messages, of the connection, and of the class of messages. */
export class StreamRecorder {
  readonly #recorder: MessageRecorder;
  readonly #tally: ConnectionTally;
  readonly #classes: ClassRecorder | null;
  readonly #classesOfStream: number;
  readonly #isSlow: Uint8Array;
  // Of the read at hand, until it is over: messages above all before, and what they make expected.
  #messages = 0;
  #bytes = 0;
  #expected = 0;

  constructor({ recorder, classes, classesOfStream, isSlow, tally = noTally }: StreamRecorderParts) {
    this.#recorder = recorder;
    this.#tally = tally;
    this.#classes = classes.length === 0 ? null : new ClassRecorder(classes, recorder);
    this.#classesOfStream = classesOfStream;
    this.#isSlow = isSlow;
  }

  /** The class of messages of this priority on this stream. */
  classOf(stream: number, priority: number): number {
    return this.#isSlow[stream]! * this.#classesOfStream + priority;
  }

  /** A message of the read at hand above all before, which makes `expected` of them expected. */
  recordNew(ofClass: number, phase: number, bytes: number, expected: number): void {
    this.#messages += 1;
    this.#bytes += bytes;
    this.#expected += expected;
    if (this.#classes === null) return;
    this.#classes.count(ofClass, phase, counter.expected, expected);
    this.#classes.recordPushed(ofClass, phase, 1, bytes);
  }

  /** The read is over, and had messages that came for the first time. */
  readEnded(stream: number, phase: number, nowMs: number): void {
    this.#recorder.count(phase, counter.expected, this.#expected);
    this.#recorder.recordPushed(phase, this.#messages, this.#bytes);
    this.#tally.delivered(stream, phase, this.#messages, nowMs);
    this.#messages = 0;
    this.#bytes = 0;
    this.#expected = 0;
  }

  /** Of all messages, and of the class. */
  count(ofClass: number, phase: number, which: number, times = 1): void {
    this.#recorder.count(phase, which, times);
    this.#classes?.count(ofClass, phase, which, times);
  }

  countReordered(stream: number, ofClass: number, phase: number): void {
    this.count(ofClass, phase, counter.reordered);
    this.#tally.count(stream, phase, "reordered", 1);
  }

  countDuplicated(stream: number, ofClass: number, phase: number, times: number): void {
    this.count(ofClass, phase, counter.duplicated, times);
    this.#tally.count(stream, phase, "duplicated", times);
  }

  /** Messages that came for the first time, though not above all before. */
  recordPushed(stream: number, ofClass: number, phase: number, messages: number, bytes: number, nowMs: number): void {
    this.#recorder.recordPushed(phase, messages, bytes);
    this.#tally.delivered(stream, phase, messages, nowMs);
    this.#classes?.recordPushed(ofClass, phase, messages, bytes);
  }

  recordOneWay(stream: number, ofClass: number, phase: number, latencyMs: number, nowMs: number): void {
    this.#recorder.recordOneWay(phase, latencyMs, nowMs);
    if (this.#tally !== noTally) this.#tally.took(stream, phase, wholeMicroseconds(latencyMs));
    this.#classes?.recordOneWay(ofClass, phase, latencyMs);
  }

  /** Messages that will not come any more. */
  recordMissing(
    stream: number,
    ofClass: number,
    kind: LossKind | "refused",
    phase: number,
    openedMs: number,
    count: number,
  ): void {
    const isRefused = kind === "refused";
    this.#classes?.count(ofClass, phase, isRefused ? counter.refused : lossCounter(kind), count);
    this.#tally.count(stream, phase, isRefused ? "refused" : "lost", count);
    if (isRefused) this.#recorder.count(phase, counter.refused, count);
    else this.#recorder.recordLost(kind, phase, openedMs, count);
  }
}
