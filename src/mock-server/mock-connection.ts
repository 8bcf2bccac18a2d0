import { corruptPayload } from "./corrupt-payload.ts";
import { stallRemainderMs, type FaultPlan, type MessageFault } from "./fault-plan.ts";
import type { JobDesk, JobOwner } from "./job-desk.ts";
import type { LeakedMemory } from "./leaked-memory.ts";
import type { MockBooks } from "./mock-books.ts";
import type { MockOptions } from "./mock-options.ts";
import { PushStream } from "./push-stream.ts";
import type { ConnectionStream, PushWire } from "./push-wire.ts";
import { QueuedStream } from "./queued-stream.ts";
import { RateAllowance } from "./rate-allowance.ts";
import type { StreamMessages } from "./stream-message.ts";
import { namesSession, sessionAskedFor, tellsNotResumed, tellsResumed } from "./session-form.ts";
import type { SessionOwner, SessionStore } from "./session-store.ts";
import { commonRoom, roomJoinedBy, type RoomBurst, type RoomMember, type Rooms } from "./rooms.ts";
import type { Sleeper, WakeUps } from "./wake-ups.ts";

/** A held answer leaves in order after so much silence: whoever waits for it must not wait for ever. */
const holdMs = 50;
/** Close code of a client that sends too fast (RFC 6455 section 7.4.1). */
const policyViolation = 1008;
/** With more than this waiting for its time, a connection is not read from, and is sent no more of what others publish. */
const maxPendingBytes = 16 * 1024 * 1024;

/** What all connections of one server share. */
export interface MockContext {
  readonly options: MockOptions;
  readonly plan: FaultPlan;
  readonly books: MockBooks;
  readonly leaked: LeakedMemory;
  readonly wakeUps: WakeUps;
  /** In mode broadcast. */
  readonly rooms?: Rooms;
  /** In mode queue. */
  readonly jobs?: JobDesk;
  /** Where sessions outlive their connections. */
  readonly sessions?: SessionStore<Answer>;
  /** Monotonic milliseconds at which the server began to listen; stalls count from here. */
  readonly startedMs: number;
  /** What is pushed in mode push. */
  readonly streamMaker: StreamMessages;
  /** Streams with a queue whose connection is open. */
  readonly queuedStreams: Set<QueuedStream>;
  /** What instants of `wakeUps` are behind CLOCK_MONOTONIC, milliseconds. */
  readonly clockOriginMs: number;
}

/** The wire of one connection, as its behaviour sees it: own framing on a socket, or the `ws` package. */
export interface AnswerWire {
  /** False while the peer has not taken what was sent before. */
  readonly isWritable: boolean;
  /** Bytes sent that the peer's kernel has not taken. */
  readonly bufferedBytes: number;
  /** Adds one message to the burst; a long burst leaves in parts. Its bytes may be overwritten as soon as this returns. */
  sendMessage(payload: Uint8Array, isText: boolean): void;
  /** Sends the burst. */
  flush(): void;
  /** Sends messages that are framed already; there is no burst meanwhile. */
  sendFramed(burst: RoomBurst): void;
  /** Ends the connection without a close frame, after everything sent; nothing more is read. */
  cut(): void;
  /** The same with a close frame of this code. */
  refuse(code: number): void;
  setReading(isReading: boolean): void;
}

/** What is to be sent yet on a connection. */
export interface Answer {
  /** Number of the connection whose message it answers. */
  readonly publisher: number;
  readonly payload: Buffer;
  readonly isText: boolean;
  readonly message: number;
  readonly fault: MessageFault;
  readonly receivedMs: number;
  readonly dueMs: number;
  /** The last word of a stream, and none of its messages. */
  readonly isEnd?: true;
}

/**
 * What one connection of the mock does with its messages: counts, injects the planned faults, answers. The same for every
 * kind of wire. Answers keep their order, whatever their latencies, unless a reorder was planned.
 */
export class MockConnection implements Sleeper, PushWire, RoomMember, JobOwner, SessionOwner {
  /** Of accepted connections, from 1. */
  readonly number: number;
  readonly #wire: AnswerWire;
  readonly #context: MockContext;
  #messages = 0;
  /** broadcast: copies of what was published in its room; queue: replies. */
  #copies = 0;
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
  /** Waiting among `#pending`. */
  #pendingEnds = 0;
  readonly #stream: ConnectionStream | null;
  readonly #allowance: RateAllowance | null;
  /** The name of its session; null where there are none. */
  #session: string | null = null;

  /**
   * `number` counts accepted connections from 1; with the seed it settles the faults. In mode broadcast the connection is in
   * `room` from now on.
   */
  constructor(number: number, wire: AnswerWire, context: MockContext, room: string = commonRoom) {
    this.number = number;
    this.#wire = wire;
    this.#context = context;
    this.#stream = context.options.mode === "push" ? this.#makeStream() : null;
    const { maxRatePerSecond } = context.options;
    this.#allowance = maxRatePerSecond === null ? null : new RateAllowance(maxRatePerSecond, context.wakeUps.nowMs());
    context.rooms?.join(this, room);
  }

  /** Answers that have not left. */
  get pendingAnswers(): number {
    const waiting = this.#pending.length - this.#firstPending - this.#pendingEnds;
    return waiting + (this.#held === undefined ? 0 : 1) + (this.#stream?.queued ?? 0);
  }

  /** In mode push: whether the system's buffers are full, so that bytes sent are still here. */
  get isBlocked(): boolean {
    return !this.#wire.isWritable && this.#wire.bufferedBytes > 0;
  }

  /** In mode push: whether the peer keeps up with what is made. */
  get takesMore(): boolean {
    // A queue would take a write that is merely under way for a peer that does not read.
    const isTaking = this.#context.options.streamQueue === null ? this.#wire.isWritable : !this.isBlocked;
    return !this.#isEnded && isTaking && this.#pendingBytes <= maxPendingBytes;
  }

  #makeStream(): ConnectionStream {
    const { streamQueue } = this.#context.options;
    return streamQueue === null
      ? new PushStream(this, this.#context, this.number)
      : new QueuedStream(this, this.#context, this.number, streamQueue);
  }

  /** The handshake is answered. */
  opened(): void {
    this.#stream?.opened();
    const { sessions } = this.#context;
    if (sessions === undefined) return;
    this.#session = sessions.begin(this.number, this);
    this.#wire.sendMessage(namesSession(this.#session), true);
    this.#wire.flush();
  }

  /**
   * Takes one whole message read at `nowMs`. Its bytes may be changed. False when the connection was cut upon it: nothing
   * more may be read. The caller ends a series of these with `endRead`.
   */
  receive(payload: Buffer, isText: boolean, nowMs: number): boolean {
    const { books, rooms, jobs, sessions } = this.#context;
    if (rooms !== undefined && this.#joinsRoom(payload, rooms)) return true;
    if (sessions !== undefined && this.#asksForSession(payload, sessions, nowMs)) return true;
    const message = ++this.#messages;
    books.messagesIn += 1;
    books.payloadBytesIn += payload.length;
    if (this.#allowance?.take(nowMs) === false) return this.#refuseRate();
    if (this.#stream === null && jobs === undefined) this.#leak();
    if (this.#stream !== null) {
      this.#stream.heard(payload);
      return true;
    }
    if (rooms !== undefined) {
      rooms.publish(payload, isText);
      return true;
    }
    if (jobs !== undefined) {
      jobs.heard(this, payload);
      return !this.#isEnded;
    }
    return this.#deal(payload, isText, message, nowMs);
  }

  get isGone(): boolean {
    return this.#isEnded;
  }

  reply(payload: Buffer, nowMs: number): void {
    this.push(payload, true, ++this.#copies, nowMs);
  }

  /** Modes push and queue: sends message `message` of the stream, as planned for it. False when the connection was cut upon it. */
  push(payload: Buffer, isText: boolean, message: number, nowMs: number): boolean {
    if (this.#context.plan.isQuiet) {
      this.#send({ payload, isText });
      return true;
    }
    this.#leak();
    return this.#deal(payload, isText, message, nowMs);
  }

  abandon(): void {
    if (!this.#isEnded) this.#cut(0);
  }

  pushEnd(payload: Buffer, nowMs: number): void {
    const dueMs = Math.max(nowMs, this.#lastDueMs);
    const publisher = this.number;
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
    if (dueMs <= nowMs && this.#firstPending === this.#pending.length && this.#wire.isWritable) this.#leave(end, nowMs);
    else this.#wait(end);
  }

  flush(): void {
    if (!this.#isEnded) this.#wire.flush();
  }

  /** Nothing more is pushed. */
  stopPushing(): void {
    this.#stream?.stop();
  }

  #leak(): void {
    const { options, leaked, books } = this.#context;
    if (options.leakBytesPerMessage === 0) return;
    leaked.keep(options.leakBytesPerMessage);
    books.leakedBytes += options.leakBytesPerMessage;
  }

  /** Gives one message its fate. False when the connection was cut upon it. */
  #deal(payload: Buffer, isText: boolean, message: number, nowMs: number): boolean {
    const { books, plan, options } = this.#context;
    const fault = plan.messageFault(this.number, message);
    if (fault === "disconnect") return this.#cut(1);
    if (options.mode !== "sink") {
      if (fault === "drop") books.dropped += 1;
      else this.#answer(this.number, payload, isText, message, fault, nowMs);
    }
    return plan.cutsAfter(message) ? this.#cut(0) : true;
  }

  /** Sends what `receive` gave cause for. */
  endRead(): void {
    if (this.#isEnded) return;
    this.#wire.flush();
    this.#context.rooms?.deliver(this);
    this.updateReading();
  }

  /** What another member of the room has published, or this one itself: each copy with faults of its own. */
  takeBurst(burst: RoomBurst): void {
    if (this.#isEnded) return;
    const { books, plan, wakeUps } = this.#context;
    const count = burst.messages.length;
    if (this.#pendingBytes + this.#wire.bufferedBytes > maxPendingBytes) {
      this.#copies += count;
      books.copiesOverflowed += count;
    } else if (plan.isQuiet) {
      books.messagesOut += count;
      books.payloadBytesOut += burst.messages.reduce((sum, { payload }) => sum + payload.length, 0);
      this.#wire.sendFramed(burst);
    } else {
      const nowMs = wakeUps.nowMs();
      for (const { payload, isText } of burst.messages) {
        if (!this.#takeCopy(burst.publisher, payload, isText, nowMs)) return;
      }
      this.#wire.flush();
    }
  }

  /** Reads on or pauses, as the peer takes or leaves its answers. To be called when the wire's `isWritable` changed. */
  updateReading(): void {
    // What a stream says is no answer: it may be asked to stop although its peer is behind.
    if (this.#isEnded || this.#stream !== null) return;
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
    this.#stream?.resume(nowMs);
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
    this.#stream?.sendQueued(nowMs);
    this.#wire.flush();
    return before - this.pendingAnswers;
  }

  /** The peer has begun to close: a held answer leaves, what is still waiting for its time does not. */
  onPeerClosing(): void {
    if (this.#isEnded) return;
    this.#releaseHeld();
    this.#wire.flush();
    this.endSession();
    this.end();
  }

  /** The peer closes in order: it will not come back for its session. */
  endSession(): void {
    if (this.#session !== null) this.#context.sessions?.end(this.#session);
    this.#session = null;
  }

  supersede(): void {
    this.cutOff();
  }

  /** Ends the connection as a planned fault does. */
  cutOff(): void {
    if (!this.#isEnded) this.#cut(0);
  }

  /** Nothing more will be answered. Gives the number of answers that were still pending. */
  end(): number {
    if (this.#isEnded) return 0;
    this.#wire.flush();
    const unanswered = this.#forget();
    this.#context.books.unansweredAtClose += unanswered;
    return unanswered;
  }

  /** Whether the message asks for a room rather than speaks to one. The answer says that it is in. */
  #joinsRoom(payload: Buffer, rooms: Rooms): boolean {
    const room = roomJoinedBy(payload);
    if (room === undefined) return false;
    this.#wire.flush();
    rooms.deliver(this);
    rooms.join(this, room);
    this.#wire.sendMessage(Buffer.from(JSON.stringify({ type: "joined", room })), true);
    return true;
  }

  /** Whether the message asks for a session rather than an answer. What was kept of it is sent at once. */
  #asksForSession(payload: Buffer, sessions: SessionStore<Answer>, nowMs: number): boolean {
    const token = sessionAskedFor(payload);
    if (token === null) return false;
    const resumed = token === this.#session ? null : sessions.resume(token, this, nowMs);
    if (resumed === null) {
      this.#wire.sendMessage(tellsNotResumed(token), true);
      return true;
    }
    this.endSession();
    this.#session = token;
    const { answers, isRepeated } = resumed;
    this.#wire.sendMessage(tellsResumed(token, answers.length), true);
    this.#context.books.keptSent += answers.length;
    for (const answer of answers) {
      // What could not be sent in time is not late by the latency that was planned for it.
      this.#leave({ ...answer, receivedMs: nowMs, dueMs: nowMs }, nowMs);
      if (!isRepeated || answer.fault !== "none") continue;
      this.#context.books.duplicated += 1;
      this.#send(answer);
    }
    return true;
  }

  /** False when the connection was cut upon the copy. */
  #takeCopy(publisher: number, payload: Buffer, isText: boolean, nowMs: number): boolean {
    const { books, plan } = this.#context;
    const copy = ++this.#copies;
    const fault = plan.messageFault(this.number, copy);
    if (fault === "disconnect") return this.#cut(1);
    if (fault === "drop") books.dropped += 1;
    // The bytes are those of all other copies too.
    else this.#answer(publisher, fault === "corrupt" ? Buffer.from(payload) : payload, isText, copy, fault, nowMs);
    return plan.cutsAfter(copy) ? this.#cut(0) : true;
  }

  #answer(
    publisher: number,
    payload: Buffer,
    isText: boolean,
    message: number,
    fault: MessageFault,
    nowMs: number,
  ): void {
    const { plan, options, books, startedMs } = this.#context;
    let dueMs = Math.max(this.#lastDueMs, nowMs + plan.latencyMs(this.number, message));
    if (options.stall !== null) {
      const stalledMs = stallRemainderMs(options.stall, dueMs - startedMs);
      if (stalledMs > 0) books.stalledAnswers += 1;
      dueMs += stalledMs;
    }
    this.#lastDueMs = dueMs;
    const isFirst = this.#firstPending === this.#pending.length;
    if (dueMs <= nowMs && isFirst) {
      this.#leave({ publisher, payload, isText, message, fault, receivedMs: nowMs, dueMs }, nowMs);
      return;
    }
    this.#wait({ publisher, payload: Buffer.from(payload), isText, message, fault, receivedMs: nowMs, dueMs });
  }

  #wait(answer: Answer): void {
    const isFirst = this.#firstPending === this.#pending.length;
    this.#pending.push(answer);
    this.#pendingBytes += answer.payload.length;
    if (isFirst) this.#wakeUpAt(answer.dueMs);
  }

  #leave(answer: Answer, nowMs: number): void {
    const { books } = this.#context;
    if (answer.isEnd === true) {
      this.#pendingEnds -= 1;
      this.#releaseHeld();
      this.#wire.sendMessage(answer.payload, answer.isText);
      return;
    }
    if (answer.dueMs > answer.receivedMs) books.delayed(nowMs - answer.receivedMs);
    if (answer.fault === "reorder" && this.#held === undefined) {
      this.#hold(answer, nowMs);
      return;
    }
    if (answer.fault === "corrupt" && this.#sendCorrupt(answer)) {
      // A receiver cannot order what it cannot read: only a sound answer makes the held one reordered.
      this.#holdUntilMs = nowMs + holdMs;
      return;
    }
    this.#send(answer);
    if (answer.fault === "duplicate") {
      books.duplicated += 1;
      this.#send(answer);
    }
    // One that nobody else's message can overtake: each publisher has an order of its own.
    if (this.#held?.publisher !== answer.publisher) return;
    books.reordered += 1;
    this.#send(this.#held);
    this.#held = undefined;
  }

  /** False when there is nothing in it to harm. */
  #sendCorrupt({ payload, isText, message }: Answer): boolean {
    const { books, plan } = this.#context;
    // Pushed messages are all made in one place: the next one must not be harmed as well.
    const harmed = this.#stream === null ? payload : Buffer.from(payload);
    if (!corruptPayload(harmed, plan.corruptionBits(this.number, message))) return false;
    books.corrupted += 1;
    this.#send({ payload: harmed, isText });
    return true;
  }

  #send(answer: Pick<Answer, "payload" | "isText">): void {
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

  #refuseRate(): false {
    const { books, rooms } = this.#context;
    this.#wire.flush();
    books.connectionsRateLimited += 1;
    // What is published or asks for a stream has no answer of its own.
    const unanswered = rooms === undefined && this.#stream === null ? 1 : 0;
    books.unansweredAtDisconnect += unanswered + this.#forget();
    this.#wire.refuse(policyViolation);
    return false;
  }

  #cut(unansweredBeside: number): false {
    const { books } = this.#context;
    this.#wire.flush();
    books.connectionsCut += 1;
    books.unansweredAtDisconnect += unansweredBeside + this.#forget();
    this.#wire.cut();
    return false;
  }

  /** Leaves what is to be sent yet to the session. False where there is none. */
  #keepForSession(): boolean {
    const { sessions, books, wakeUps } = this.#context;
    if (sessions === undefined || this.#session === null) return false;
    const held = this.#held;
    // Nothing overtakes it any more.
    if (held !== undefined) books.reorderMissed += 1;
    const first: readonly Answer[] = held === undefined ? [] : [{ ...held, fault: "none" }];
    sessions.keep(this.#session, [...first, ...this.#pending.slice(this.#firstPending)], wakeUps.nowMs());
    this.#session = null;
    return true;
  }

  #forget(): number {
    const { rooms } = this.#context;
    rooms?.deliver(this);
    rooms?.leave(this);
    const unanswered = this.#keepForSession() ? 0 : this.pendingAnswers;
    this.#isEnded = true;
    this.#stream?.ended();
    this.#pendingEnds = 0;
    this.#pending = [];
    this.#firstPending = 0;
    this.#pendingBytes = 0;
    this.#held = undefined;
    return unanswered;
  }
}
