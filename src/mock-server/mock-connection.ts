import { corruptPayload } from "./corrupt-payload.ts";
import { stallRemainderMs, type FaultPlan, type MessageFault } from "./fault-plan.ts";
import type { LeakedMemory } from "./leaked-memory.ts";
import type { MockBooks } from "./mock-books.ts";
import type { MockOptions } from "./mock-options.ts";
import type { Sleeper, WakeUps } from "./wake-ups.ts";

/** A held answer leaves in order after so much silence: whoever waits for it must not wait for ever. */
const holdMs = 50;
/** With more than this waiting for its time, a connection is not read from. */
const maxPendingBytes = 16 * 1024 * 1024;

/** What all connections of one server share. */
export interface MockContext {
  readonly options: MockOptions;
  readonly plan: FaultPlan;
  readonly books: MockBooks;
  readonly leaked: LeakedMemory;
  readonly wakeUps: WakeUps;
  /** Monotonic milliseconds at which the server began to listen; stalls count from here. */
  readonly startedMs: number;
}

/** The wire of one connection, as its behaviour sees it: own framing on a socket, or the `ws` package. */
export interface AnswerWire {
  /** False while the peer has not taken what was sent before. */
  readonly isWritable: boolean;
  /** Adds one message to the burst; a long burst leaves in parts. Its bytes may be overwritten as soon as this returns. */
  sendMessage(payload: Uint8Array, isText: boolean): void;
  /** Sends the burst. */
  flush(): void;
  /** Ends the connection without a close frame, after everything sent; nothing more is read. */
  cut(): void;
  setReading(isReading: boolean): void;
}

interface Answer {
  readonly payload: Buffer;
  readonly isText: boolean;
  readonly message: number;
  readonly fault: MessageFault;
  readonly receivedMs: number;
  readonly dueMs: number;
}

/**
 * What one connection of the mock does with its messages: counts, injects the planned faults, answers. The same for every
 * kind of wire. Answers keep their order, whatever their latencies, unless a reorder was planned.
 */
export class MockConnection implements Sleeper {
  readonly #number: number;
  readonly #wire: AnswerWire;
  readonly #context: MockContext;
  #messages = 0;
  /** Answers whose time has not come, or whose peer is not reading; in order of leaving. The first is at `#firstPending`. */
  #pending: Answer[] = [];
  #firstPending = 0;
  #pendingBytes = 0;
  #lastDueMs = 0;
  /** Out of turn until a later answer has left. */
  #held: Answer | undefined;
  #holdUntilMs = 0;
  /** The earliest instant asked of `wakeUps` that has not come. */
  #wakeAtMs = Infinity;
  #isReading = true;
  #isEnded = false;

  /** `number` counts accepted connections from 1; with the seed it settles the faults. */
  constructor(number: number, wire: AnswerWire, context: MockContext) {
    this.#number = number;
    this.#wire = wire;
    this.#context = context;
  }

  /** Answers that have not left. */
  get pendingAnswers(): number {
    return this.#pending.length - this.#firstPending + (this.#held === undefined ? 0 : 1);
  }

  /**
   * Takes one whole message read at `nowMs`. Its bytes may be changed. False when the connection was cut upon it: nothing
   * more may be read. The caller ends a series of these with `endRead`.
   */
  receive(payload: Buffer, isText: boolean, nowMs: number): boolean {
    const { books, plan, options, leaked } = this.#context;
    const message = ++this.#messages;
    books.messagesIn += 1;
    books.payloadBytesIn += payload.length;
    if (options.leakBytesPerMessage > 0) {
      leaked.keep(options.leakBytesPerMessage);
      books.leakedBytes += options.leakBytesPerMessage;
    }
    const fault = plan.messageFault(this.#number, message);
    if (fault === "disconnect") return this.#cut(1);
    if (options.mode === "echo") {
      if (fault === "drop") books.dropped += 1;
      else this.#answer(payload, isText, message, fault, nowMs);
    }
    return plan.cutsAfter(message) ? this.#cut(0) : true;
  }

  /** Sends what `receive` gave cause for. */
  endRead(): void {
    if (this.#isEnded) return;
    this.#wire.flush();
    this.updateReading();
  }

  /** Reads on or pauses, as the peer takes or leaves its answers. To be called when the wire's `isWritable` changed. */
  updateReading(): void {
    if (this.#isEnded) return;
    const isReading = this.#wire.isWritable && this.#pendingBytes <= maxPendingBytes;
    if (isReading === this.#isReading) return;
    this.#isReading = isReading;
    this.#wire.setReading(isReading);
  }

  /** The wire takes bytes again. */
  onWritable(): void {
    this.wake(this.#context.wakeUps.nowMs());
  }

  wake(nowMs: number): void {
    if (nowMs >= this.#wakeAtMs) this.#wakeAtMs = Infinity;
    if (this.#isEnded || !this.#wire.isWritable) return;
    while (this.#hasSendable()) {
      const answer = this.#pending[this.#firstPending]!;
      if (answer.dueMs > nowMs) {
        this.#wakeUpAt(answer.dueMs);
        break;
      }
      this.#shiftPending();
      this.#leave(answer, nowMs);
    }
    this.#releaseHeldAfterSilence(nowMs);
    this.endRead();
  }

  /** Sends all that is pending at once, as far as the peer takes it; gives the number of answers sent. */
  flushPending(): number {
    if (this.#isEnded) return 0;
    const nowMs = this.#context.wakeUps.nowMs();
    const before = this.pendingAnswers;
    while (this.#hasSendable()) {
      const answer = this.#pending[this.#firstPending]!;
      this.#shiftPending();
      this.#leave(answer, nowMs);
      this.#wire.flush();
    }
    if (this.#firstPending === this.#pending.length && this.#wire.isWritable) this.#releaseHeld();
    this.#wire.flush();
    return before - this.pendingAnswers;
  }

  /** The peer has begun to close: a held answer leaves, what is still waiting for its time does not. */
  onPeerClosing(): void {
    if (this.#isEnded) return;
    this.#releaseHeld();
    this.#wire.flush();
    this.end();
  }

  /** Nothing more will be answered. Gives the number of answers that were still pending. */
  end(): number {
    if (this.#isEnded) return 0;
    const unanswered = this.#forget();
    this.#context.books.unansweredAtClose += unanswered;
    return unanswered;
  }

  #answer(payload: Buffer, isText: boolean, message: number, fault: MessageFault, nowMs: number): void {
    const { plan, options, books, startedMs } = this.#context;
    let dueMs = Math.max(this.#lastDueMs, nowMs + plan.latencyMs(this.#number, message));
    if (options.stall !== null) {
      const stalledMs = stallRemainderMs(options.stall, dueMs - startedMs);
      if (stalledMs > 0) books.stalledAnswers += 1;
      dueMs += stalledMs;
    }
    this.#lastDueMs = dueMs;
    const isFirst = this.#firstPending === this.#pending.length;
    if (dueMs <= nowMs && isFirst) {
      this.#leave({ payload, isText, message, fault, receivedMs: nowMs, dueMs }, nowMs);
      return;
    }
    this.#pending.push({ payload: Buffer.from(payload), isText, message, fault, receivedMs: nowMs, dueMs });
    this.#pendingBytes += payload.length;
    if (isFirst) this.#wakeUpAt(dueMs);
  }

  #leave(answer: Answer, nowMs: number): void {
    const { books, plan } = this.#context;
    if (answer.dueMs > answer.receivedMs) books.delayed(nowMs - answer.receivedMs);
    if (answer.fault === "reorder" && this.#held === undefined) {
      this.#hold(answer, nowMs);
      return;
    }
    if (
      answer.fault === "corrupt" &&
      corruptPayload(answer.payload, plan.corruptionBits(this.#number, answer.message))
    ) {
      books.corrupted += 1;
      this.#send(answer);
      // A receiver cannot order what it cannot read: only a sound answer makes the held one reordered.
      this.#holdUntilMs = nowMs + holdMs;
      return;
    }
    this.#send(answer);
    if (answer.fault === "duplicate") {
      books.duplicated += 1;
      this.#send(answer);
    }
    if (this.#held === undefined) return;
    books.reordered += 1;
    this.#send(this.#held);
    this.#held = undefined;
  }

  #send(answer: Answer): void {
    const { books } = this.#context;
    books.messagesOut += 1;
    books.payloadBytesOut += answer.payload.length;
    this.#wire.sendMessage(answer.payload, answer.isText);
  }

  #hold(answer: Answer, nowMs: number): void {
    this.#held = { ...answer, payload: Buffer.from(answer.payload) };
    this.#holdUntilMs = nowMs + holdMs;
    this.#wakeUpAt(this.#holdUntilMs);
  }

  #wakeUpAt(instantMs: number): void {
    if (instantMs >= this.#wakeAtMs) return;
    this.#wakeAtMs = instantMs;
    this.#context.wakeUps.wakeAt(instantMs, this);
  }

  #releaseHeldAfterSilence(nowMs: number): void {
    if (this.#held === undefined || !this.#wire.isWritable) return;
    const { options, startedMs } = this.#context;
    const stalledMs = stallRemainderMs(options.stall, nowMs - startedMs);
    if (stalledMs > 0) this.#holdUntilMs = Math.max(this.#holdUntilMs, nowMs + stalledMs);
    if (nowMs >= this.#holdUntilMs) this.#releaseHeld();
    else this.#wakeUpAt(this.#holdUntilMs);
  }

  #releaseHeld(): void {
    if (this.#held === undefined) return;
    this.#context.books.reorderMissed += 1;
    this.#send(this.#held);
    this.#held = undefined;
  }

  #hasSendable(): boolean {
    return this.#firstPending < this.#pending.length && this.#wire.isWritable;
  }

  #shiftPending(): void {
    this.#pendingBytes -= this.#pending[this.#firstPending]!.payload.length;
    this.#firstPending += 1;
    if (this.#firstPending < 64 || this.#firstPending * 2 < this.#pending.length) return;
    this.#pending = this.#pending.slice(this.#firstPending);
    this.#firstPending = 0;
  }

  #cut(unansweredBeside: number): false {
    const { books } = this.#context;
    this.#wire.flush();
    books.connectionsCut += 1;
    books.unansweredAtDisconnect += unansweredBeside + this.#forget();
    this.#wire.cut();
    return false;
  }

  #forget(): number {
    const unanswered = this.pendingAnswers;
    this.#isEnded = true;
    this.#pending = [];
    this.#firstPending = 0;
    this.#pendingBytes = 0;
    this.#held = undefined;
    return unanswered;
  }
}
