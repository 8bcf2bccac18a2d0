import type { MockContext } from "./mock-context.ts";
import type { StreamQueueOptions } from "./mock-options.ts";
import { OutboundQueue } from "./outbound-queue.ts";
import type { ConnectionStream, PushWire } from "./push-wire.ts";
import { endOfQueuedStream, mockStreamForm } from "./stream-form.ts";
import type { MessageShape } from "./stream-message.ts";
import { StreamMix } from "./stream-mix.ts";
import { priorities } from "./stream-priorities.ts";
import { StreamSchedule } from "./stream-schedule.ts";
import { sendLimits, type StreamStatus } from "./stream-status.ts";
import type { Sleeper } from "./wake-ups.ts";

/** So much is handed to the socket before it is asked whether its system still takes it. */
const flushBytes = 16 * 1024;
/** ... and so much in one turn, so that other connections have theirs. */
const bytesPerTurn = 256 * 1024;

/** A message that waits: all there is to make it of, as it was when it was due. */
interface WaitingMessage extends MessageShape {
  readonly sequence: number;
  readonly stampUs: number;
}

/**
 * One stream of pushed messages that is made at its rate whether its peer reads or not. While the system takes no more bytes
 * for it, messages wait in a bounded queue by their priority, and what is displaced there is counted. Tells at its end how
 * many messages of each class were made and how many of them were given up.
 *
 * A send is slow when the system did not take its bytes for 500 ms; a stream with more than five of those is marked slow; a
 * peer that takes nothing for the time limit is given up.
 */
export class QueuedStream implements ConnectionStream, Sleeper {
  readonly #wire: PushWire;
  readonly #context: MockContext;
  readonly #connection: number;
  readonly #limits: StreamQueueOptions;
  readonly #schedule: StreamSchedule;
  readonly #mix: StreamMix;
  readonly #queue: OutboundQueue<WaitingMessage>;
  /** By rank: displaced and rejected messages of the stream at hand. */
  readonly #givenUp = priorities.map(() => 0);
  #isRunning = false;
  /** It was asked to stop, and its last word waits behind its last messages. */
  #isEnding = false;
  /** Its connection is at its end. */
  #isOver = false;
  #made = 0;
  #wakeAtMs = Infinity;
  /** Since when the system takes no bytes; -1 while it does. */
  #blockedSinceMs = -1;
  #slowSends = 0;
  #isSlow = false;
  /** Microseconds of CLOCK_MONOTONIC: the first message that was given up, and since when bytes had not been taken then. */
  #firstGivenUpUs = 0;
  #firstBlockedUs = 0;

  constructor(wire: PushWire, context: MockContext, connection: number, limits: StreamQueueOptions) {
    this.#wire = wire;
    this.#context = context;
    this.#connection = connection;
    this.#limits = limits;
    this.#schedule = new StreamSchedule(context.options);
    this.#mix = new StreamMix(context.options, connection);
    this.#queue = new OutboundQueue(limits.limit);
  }

  get queued(): number {
    return this.#queue.length;
  }

  /** For people who look at the server while it runs. */
  get status(): StreamStatus {
    const state = this.#isSlow ? "slow" : this.#blockedSinceMs >= 0 ? "blocked" : "ok";
    return {
      connection: this.#connection,
      state,
      queued: this.queued,
      slowSends: this.#slowSends,
      givenUp: Object.fromEntries(priorities.map((name, rank) => [name, this.#givenUp[rank]!])),
    };
  }

  opened(): void {
    this.#context.queuedStreams.add(this);
    if (this.#context.options.streamStart === "open") this.#start(this.#context.wakeUps.nowMs());
  }

  heard(payload: Buffer): void {
    const nowMs = this.#context.wakeUps.nowMs();
    if (payload.equals(stopBytes)) {
      if (this.#isRunning) this.#finish(nowMs);
    } else if (!this.#isRunning && !this.#isEnding) this.#start(nowMs);
  }

  resume(nowMs: number): void {
    this.#pump(nowMs);
  }

  wake(nowMs: number): void {
    if (nowMs >= this.#wakeAtMs) this.#wakeAtMs = Infinity;
    this.#pump(nowMs);
  }

  stop(): void {
    this.#isRunning = false;
  }

  sendQueued(nowMs: number): void {
    if (this.#queue.length === 0) return;
    const { streamMaker } = this.#context;
    let bytes = 0;
    while (!this.#wire.isBlocked && this.#wire.takesMore) {
      const message = this.#queue.take();
      if (message === undefined) break;
      const payload = streamMaker.make(message.sequence, message.stampUs, message);
      bytes += payload.length;
      if (!this.#wire.push(payload, !message.isBinary, message.sequence, nowMs)) return;
      if (bytes >= flushBytes) {
        this.#wire.flush();
        bytes = 0;
      }
    }
    this.#wire.flush();
  }

  ended(): void {
    const { queuedStreams, books } = this.#context;
    this.#isOver = true;
    this.#isRunning = false;
    this.#isEnding = false;
    queuedStreams.delete(this);
    if (this.#blockedSinceMs >= 0) books.streamsBlocked -= 1;
    this.#blockedSinceMs = -1;
    while (this.#queue.take() !== undefined);
  }

  #start(nowMs: number): void {
    this.#isRunning = true;
    this.#schedule.start(nowMs);
    this.#made = 0;
    this.#mix.restart();
    this.#givenUp.fill(0);
    this.#context.books.streamsStarted += 1;
    this.#pump(nowMs);
  }

  #finish(nowMs: number): void {
    this.#pump(nowMs);
    if (!this.#isRunning) return;
    this.#isRunning = false;
    this.#isEnding = true;
    this.#pump(nowMs);
  }

  #pump(nowMs: number): void {
    this.#followBlocking(nowMs);
    this.sendQueued(nowMs);
    if (this.#isRunning) this.#makeDue(nowMs);
    this.#wire.flush();
    this.#followBlocking(nowMs);
    if (this.#isRunning && this.#made === this.#context.options.streamMessages) {
      this.#isRunning = false;
      this.#isEnding = true;
    }
    if (this.#isEnding && this.#queue.length === 0 && !this.#wire.isBlocked) this.#sayEnd(nowMs);
    if (this.#isRunning) this.#wakeUpAt(this.#schedule.nextDueMs(this.#made, nowMs));
    if (this.#blockedSinceMs >= 0) this.#wakeUpAt(this.#blockedSinceMs + this.#limits.timeoutMs);
  }

  /** Makes what is due: sends it where nothing waits before it and the system takes it, else lets it wait. */
  #makeDue(nowMs: number): void {
    const due = this.#schedule.dueAt(nowMs);
    let [bytes, unflushed] = [0, 0];
    while (this.#made < due && bytes < bytesPerTurn) {
      const stampUs = this.#makeOne();
      const mix = this.#mix;
      if (this.#queue.length > 0 || !this.#wire.takesMore || this.#wire.isBlocked) {
        this.#offer(stampUs, nowMs);
        continue;
      }
      const payload = this.#context.streamMaker.make(this.#made, stampUs, mix);
      bytes += payload.length;
      unflushed += payload.length;
      if (!this.#wire.push(payload, !mix.isBinary, this.#made, nowMs)) return;
      if (unflushed < flushBytes) continue;
      unflushed = 0;
      this.#wire.flush();
    }
  }

  /** Draws the next message; gives its stamp. */
  #makeOne(): number {
    const { books, wakeUps, clockOriginMs } = this.#context;
    this.#made += 1;
    this.#mix.next();
    books.streamMessages += 1;
    books.streamPriorities[this.#mix.rank]!.made += 1;
    return Math.floor((clockOriginMs + wakeUps.nowMs()) * 1000);
  }

  #offer(stampUs: number, nowMs: number): void {
    const { books } = this.#context;
    const { rank, rankSequence, size, isBinary } = this.#mix;
    const admission = this.#queue.offer(rank, { sequence: this.#made, stampUs, rank, rankSequence, size, isBinary });
    if (admission.kind !== "rejected") books.streamQueued += 1;
    books.streamQueuePeak = Math.max(books.streamQueuePeak, this.#queue.length);
    if (admission.kind === "queued") return;
    const given = admission.kind === "displaced" ? admission.rank : rank;
    this.#givenUp[given]! += 1;
    books.streamPriorities[given]![admission.kind] += 1;
    if (this.#firstGivenUpUs > 0) return;
    this.#firstGivenUpUs = stampUs;
    const sinceMs = this.#blockedSinceMs >= 0 ? this.#blockedSinceMs : nowMs;
    this.#firstBlockedUs = Math.floor((this.#context.clockOriginMs + sinceMs) * 1000);
  }

  /** Times sends that the system does not take, and gives up a peer that takes nothing. */
  #followBlocking(nowMs: number): void {
    const { books } = this.#context;
    if (this.#isOver) return;
    const isBlocked = this.#wire.isBlocked;
    if (isBlocked && this.#blockedSinceMs < 0) {
      this.#blockedSinceMs = nowMs;
      books.streamsBlocked += 1;
    }
    if (this.#blockedSinceMs < 0) return;
    const blockedMs = nowMs - this.#blockedSinceMs;
    if (!isBlocked) {
      this.#blockedSinceMs = -1;
      books.streamsBlocked -= 1;
      if (blockedMs > sendLimits.slowMs) this.#countSlowSend();
    } else if (blockedMs >= this.#limits.timeoutMs) {
      books.sendTimeouts += 1;
      this.#countSlowSend();
      this.#wire.abandon();
    }
  }

  #countSlowSend(): void {
    const { books } = this.#context;
    books.slowSends += 1;
    this.#slowSends += 1;
    if (this.#isSlow || this.#slowSends <= sendLimits.slowSends) return;
    this.#isSlow = true;
    books.streamsSlow += 1;
  }

  #sayEnd(nowMs: number): void {
    this.#isEnding = false;
    this.#context.books.streamsEnded += 1;
    const end = endOfQueuedStream({
      last: this.#made,
      isSlow: this.#isSlow,
      blockedUs: this.#firstBlockedUs,
      givenUpUs: this.#firstGivenUpUs,
      classes: priorities.map((name, rank) => ({ name, last: this.#mix.made[rank]!, givenUp: this.#givenUp[rank]! })),
    });
    this.#wire.pushEnd(end, nowMs);
    this.#wire.flush();
  }

  #wakeUpAt(instantMs: number): void {
    if (instantMs >= this.#wakeAtMs) return;
    this.#wakeAtMs = instantMs;
    this.#context.wakeUps.wakeAt(instantMs, this);
  }
}

const stopBytes = Buffer.from(mockStreamForm.stop);
