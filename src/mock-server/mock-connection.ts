import type { Answer } from "./answer.ts";
import { AnswerLine } from "./answer-line.ts";
import type { AnswerWire } from "./answer-wire.ts";
import type { JobOwner } from "./job-desk.ts";
import type { MockContext } from "./mock-context.ts";
import { PushStream } from "./push-stream.ts";
import type { ConnectionStream, PushWire } from "./push-wire.ts";
import { QueuedStream } from "./queued-stream.ts";
import { RateAllowance } from "./rate-allowance.ts";
import { namesSession, sessionAskedFor, tellsNotResumed, tellsResumed } from "./session-form.ts";
import type { SessionOwner, SessionStore } from "./session-store.ts";
import { commonRoom, roomJoinedBy, type RoomBurst, type RoomMember, type Rooms } from "./rooms.ts";
import type { Sleeper } from "./wake-ups.ts";

/** Close code of a client that sends too fast (RFC 6455 section 7.4.1). */
const policyViolation = 1008;
/** With more than this waiting for its time, a connection is not read from, and is sent no more of what others publish. */
const maxPendingBytes = 16 * 1024 * 1024;

/**
 * What one connection of the mock does with its messages: counts, injects the planned faults, answers. The same for every
 * kind of wire.
 */
export class MockConnection implements Sleeper, PushWire, RoomMember, JobOwner, SessionOwner {
  /** Of accepted connections, from 1. */
  readonly number: number;
  readonly #wire: AnswerWire;
  readonly #context: MockContext;
  readonly #line: AnswerLine;
  #messages = 0;
  /** broadcast: copies of what was published in its room; queue: replies. */
  #copies = 0;
  #isReading = true;
  #isEnded = false;
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
    this.#line = new AnswerLine(number, wire, context, this);
    this.#stream = context.options.mode === "push" ? this.#makeStream() : null;
    const { maxRatePerSecond } = context.options;
    this.#allowance = maxRatePerSecond === null ? null : new RateAllowance(maxRatePerSecond, context.wakeUps.nowMs());
    context.rooms?.join(this, room);
  }

  /** Answers that have not left. */
  get pendingAnswers(): number {
    return this.#line.length + (this.#stream?.queued ?? 0);
  }

  /** In mode push: whether the system's buffers are full, so that bytes sent are still here. */
  get isBlocked(): boolean {
    return !this.#wire.isWritable && this.#wire.bufferedBytes > 0;
  }

  /** In mode push: whether the peer keeps up with what is made. */
  get takesMore(): boolean {
    // A queue would take a write that is merely under way for a peer that does not read.
    const isTaking = this.#context.options.streamQueue === null ? this.#wire.isWritable : !this.isBlocked;
    return !this.#isEnded && isTaking && this.#line.pendingBytes <= maxPendingBytes;
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
    return this.#deal(this.number, payload, isText, message, nowMs);
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
      this.#line.send(payload, isText);
      return true;
    }
    this.#leak();
    return this.#deal(this.number, payload, isText, message, nowMs);
  }

  abandon(): void {
    if (!this.#isEnded) this.#cut(0);
  }

  pushEnd(payload: Buffer, nowMs: number): void {
    this.#line.answerEnd(payload, nowMs);
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

  /** Gives a message of `publisher` its fate here. False when the connection was cut upon it. */
  #deal(publisher: number, payload: Buffer, isText: boolean, message: number, nowMs: number): boolean {
    const { books, plan, options } = this.#context;
    const fault = plan.messageFault(this.number, message);
    if (fault === "disconnect") return this.#cut(1);
    if (options.mode !== "sink") {
      if (fault === "drop") books.dropped += 1;
      else this.#line.answer(publisher, payload, isText, message, fault, nowMs);
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
    if (this.#line.pendingBytes + this.#wire.bufferedBytes > maxPendingBytes) {
      this.#copies += count;
      books.copiesOverflowed += count;
    } else if (plan.isQuiet) {
      books.messagesOut += count;
      books.payloadBytesOut += burst.messages.reduce((sum, { payload }) => sum + payload.length, 0);
      this.#wire.sendFramed(burst);
    } else {
      const nowMs = wakeUps.nowMs();
      for (const { payload, isText } of burst.messages) {
        if (!this.#deal(burst.publisher, payload, isText, ++this.#copies, nowMs)) return;
      }
      this.#wire.flush();
    }
  }

  /** Reads on or pauses, as the peer takes or leaves its answers. To be called when the wire's `isWritable` changed. */
  updateReading(): void {
    // What a stream says is no answer: it may be asked to stop although its peer is behind.
    if (this.#isEnded || this.#stream !== null) return;
    const isReading = this.#wire.isWritable && this.#line.pendingBytes <= maxPendingBytes;
    if (isReading === this.#isReading) return;
    this.#isReading = isReading;
    this.#wire.setReading(isReading);
  }

  /** The wire takes bytes again. */
  onWritable(): void {
    this.wake(this.#context.wakeUps.nowMs());
  }

  wake(nowMs: number): void {
    if (this.#isEnded || !this.#line.sendDue(nowMs)) return;
    this.endRead();
    this.#stream?.resume(nowMs);
  }

  /** Sends all that is pending at once, as far as the peer takes it; gives the number of answers sent. */
  flushPending(): number {
    if (this.#isEnded) return 0;
    const nowMs = this.#context.wakeUps.nowMs();
    const before = this.pendingAnswers;
    this.#line.sendAll(nowMs);
    this.#stream?.sendQueued(nowMs);
    this.#wire.flush();
    return before - this.pendingAnswers;
  }

  /** The peer has begun to close: a held answer leaves, what is still waiting for its time does not. */
  onPeerClosing(): void {
    if (this.#isEnded) return;
    this.#line.releaseHeld();
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
    this.#line.sendKept(answers, isRepeated, nowMs);
    return true;
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
    const { sessions, wakeUps } = this.#context;
    if (sessions === undefined || this.#session === null) return false;
    sessions.keep(this.#session, this.#line.takeUnsent(), wakeUps.nowMs());
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
    this.#line.clear();
    return unanswered;
  }
}
