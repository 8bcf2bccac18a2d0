import type { Answer } from "./answer.ts";
import type { AnswerWire } from "./answer-wire.ts";
import { corruptPayload } from "./corrupt-payload.ts";
import { stallRemainderMs, type MessageFault } from "./fault-plan.ts";
import type { MockContext } from "./mock-context.ts";
import type { Sleeper } from "./wake-ups.ts";

/** A held answer leaves in order after so much silence: whoever waits for it must not wait for ever. */
const holdMs = 50;

/**
 * The answers of one connection on their way out: each waits for its time and for its peer to read, and leaves with the fault
 * that was planned for it. They keep their order, whatever their latencies, unless a reorder was planned.
 */
export class AnswerLine {
  readonly #number: number;
  readonly #wire: AnswerWire;
  readonly #context: MockContext;
  readonly #sleeper: Sleeper;
  /** Whether the bytes of an answer are those of others too. */
  readonly #sharesBytes: boolean;
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
  /** Ends of streams among `#pending`. */
  #pendingEnds = 0;

  /** `number`: of the connection; `sleeper` is woken when `sendDue` has something to do. */
  constructor(number: number, wire: AnswerWire, context: MockContext, sleeper: Sleeper) {
    this.#number = number;
    this.#wire = wire;
    this.#context = context;
    this.#sleeper = sleeper;
    // Pushed messages are all made in one place, and copies for a room are one and the same message.
    this.#sharesBytes = context.options.mode === "push" || context.options.mode === "broadcast";
  }

  /** Answers that have not left. */
  get length(): number {
    return this.#pending.length - this.#firstPending - this.#pendingEnds + (this.#held === undefined ? 0 : 1);
  }

  /** Of those that wait for their time or their peer. */
  get pendingBytes(): number {
    return this.#pendingBytes;
  }

  /** Sends an answer when its time comes: now, if nothing delays it. Its bytes may be overwritten as soon as this returns. */
  answer(
    publisher: number,
    payload: Buffer,
    isText: boolean,
    message: number,
    fault: MessageFault,
    nowMs: number,
  ): void {
    const { plan, options, books, startedMs } = this.#context;
    let dueMs = Math.max(this.#lastDueMs, nowMs + plan.latencyMs(this.#number, message));
    if (options.stall !== null) {
      const stalledMs = stallRemainderMs(options.stall, dueMs - startedMs);
      if (stalledMs > 0) books.stalledAnswers += 1;
      dueMs += stalledMs;
    }
    this.#lastDueMs = dueMs;
    if (dueMs <= nowMs && this.#isEmpty()) {
      this.#leave({ publisher, payload, isText, message, fault, receivedMs: nowMs, dueMs }, nowMs);
      return;
    }
    this.#wait({ publisher, payload: Buffer.from(payload), isText, message, fault, receivedMs: nowMs, dueMs });
  }

  /** The last word of a stream, after everything before it. */
  answerEnd(payload: Buffer, nowMs: number): void {
    const dueMs = Math.max(nowMs, this.#lastDueMs);
    const publisher = this.#number;
    const end = {
      publisher,
      payload,
      isText: true,
      message: 0,
      fault: "none",
      receivedMs: nowMs,
      dueMs,
      isEnd: true,
    } as const;
    this.#pendingEnds += 1;
    if (dueMs <= nowMs && this.#isEmpty() && this.#wire.isWritable) this.#leave(end, nowMs);
    else this.#wait(end);
  }

  /** Adds a message to the burst at once, past all that waits. */
  send(payload: Uint8Array, isText: boolean): void {
    const { books } = this.#context;
    books.messagesOut += 1;
    books.payloadBytesOut += payload.length;
    this.#wire.sendMessage(payload, isText);
  }

  /** Sends what another connection has left to its session. What could not be sent in time is not late by its planned latency. */
  sendKept(answers: readonly Answer[], isRepeated: boolean, nowMs: number): void {
    this.#context.books.keptSent += answers.length;
    for (const answer of answers) {
      this.#leave({ ...answer, receivedMs: nowMs, dueMs: nowMs }, nowMs);
      if (!isRepeated || answer.fault !== "none") continue;
      this.#context.books.duplicated += 1;
      this.send(answer.payload, answer.isText);
    }
  }

  /** Sends what is due, as far as the peer takes it. False when it takes nothing. */
  sendDue(nowMs: number): boolean {
    if (nowMs >= this.#wakeAtMs) this.#wakeAtMs = Infinity;
    if (!this.#wire.isWritable) return false;
    while (this.#hasSendable()) {
      const { dueMs } = this.#pending[this.#firstPending]!;
      if (dueMs > nowMs) {
        this.#wakeUpAt(dueMs);
        break;
      }
      this.#leave(this.#shiftPending(), nowMs);
    }
    this.#releaseHeldAfterSilence(nowMs);
    return true;
  }

  /** Sends everything before its time, as far as the peer takes it. */
  sendAll(nowMs: number): void {
    while (this.#hasSendable()) {
      this.#leave(this.#shiftPending(), nowMs);
      this.#wire.flush();
    }
    if (this.#isEmpty() && this.#wire.isWritable) this.releaseHeld();
  }

  /** Sends an answer that is out of turn, in order after all. */
  releaseHeld(): void {
    if (this.#held === undefined) return;
    this.#context.books.reorderMissed += 1;
    this.send(this.#held.payload, this.#held.isText);
    this.#held = undefined;
  }

  /** What has not left, in the order in which it has to, for a session that outlives the connection. Nothing of it is sent here any more. */
  takeUnsent(): readonly Answer[] {
    const held = this.#held;
    // Nothing overtakes it any more.
    if (held !== undefined) this.#context.books.reorderMissed += 1;
    const first: readonly Answer[] = held === undefined ? [] : [{ ...held, fault: "none" }];
    const unsent = [...first, ...this.#pending.slice(this.#firstPending)];
    this.clear();
    return unsent;
  }

  /** Forgets what has not left. */
  clear(): void {
    this.#pendingEnds = 0;
    this.#pending = [];
    this.#firstPending = 0;
    this.#pendingBytes = 0;
    this.#held = undefined;
  }

  #isEmpty(): boolean {
    return this.#firstPending === this.#pending.length;
  }

  #hasSendable(): boolean {
    return this.#firstPending < this.#pending.length && this.#wire.isWritable;
  }

  #wait(answer: Answer): void {
    const isFirst = this.#isEmpty();
    this.#pending.push(answer);
    this.#pendingBytes += answer.payload.length;
    if (isFirst) this.#wakeUpAt(answer.dueMs);
  }

  #shiftPending(): Answer {
    const answer = this.#pending[this.#firstPending]!;
    this.#pendingBytes -= answer.payload.length;
    this.#firstPending += 1;
    if (this.#firstPending >= 64 && this.#firstPending * 2 >= this.#pending.length) {
      this.#pending = this.#pending.slice(this.#firstPending);
      this.#firstPending = 0;
    }
    return answer;
  }

  #leave(answer: Answer, nowMs: number): void {
    const { books } = this.#context;
    const { payload, isText, fault } = answer;
    if (answer.isEnd === true) {
      this.#pendingEnds -= 1;
      this.releaseHeld();
      this.#wire.sendMessage(payload, isText);
      return;
    }
    if (answer.dueMs > answer.receivedMs) books.delayed(nowMs - answer.receivedMs);
    if (fault === "reorder" && this.#held === undefined) {
      this.#hold(answer, nowMs);
      return;
    }
    if (fault === "corrupt" && this.#sendCorrupt(answer)) {
      // A receiver cannot order what it cannot read: only a sound answer makes the held one reordered.
      this.#holdUntilMs = nowMs + holdMs;
      return;
    }
    this.send(payload, isText);
    if (fault === "duplicate") {
      books.duplicated += 1;
      this.send(payload, isText);
    }
    // One that nobody else's message can overtake: each publisher has an order of its own.
    if (this.#held?.publisher !== answer.publisher) return;
    books.reordered += 1;
    this.send(this.#held.payload, this.#held.isText);
    this.#held = undefined;
  }

  /** False when there is nothing in it to harm. */
  #sendCorrupt({ payload, isText, message }: Answer): boolean {
    const { books, plan } = this.#context;
    const harmed = this.#sharesBytes ? Buffer.from(payload) : payload;
    if (!corruptPayload(harmed, plan.corruptionBits(this.#number, message))) return false;
    books.corrupted += 1;
    this.send(harmed, isText);
    return true;
  }

  #hold(answer: Answer, nowMs: number): void {
    this.#held = { ...answer, payload: Buffer.from(answer.payload) };
    this.#holdUntilMs = nowMs + holdMs;
    this.#wakeUpAt(this.#holdUntilMs);
  }

  #releaseHeldAfterSilence(nowMs: number): void {
    if (this.#held === undefined || !this.#wire.isWritable) return;
    const { options, startedMs } = this.#context;
    const stalledMs = stallRemainderMs(options.stall, nowMs - startedMs);
    if (stalledMs > 0) this.#holdUntilMs = Math.max(this.#holdUntilMs, nowMs + stalledMs);
    if (nowMs >= this.#holdUntilMs) this.releaseHeld();
    else this.#wakeUpAt(this.#holdUntilMs);
  }

  #wakeUpAt(instantMs: number): void {
    if (instantMs >= this.#wakeAtMs) return;
    this.#wakeAtMs = instantMs;
    this.#context.wakeUps.wakeAt(instantMs, this.#sleeper);
  }
}
