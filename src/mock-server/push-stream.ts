import type { MockContext } from "./mock-connection.ts";
import { endOfStream, mockStreamForm } from "./stream-form.ts";
import type { Sleeper } from "./wake-ups.ts";

/** How soon after one write the next may follow, so that messages share writes. */
const tickMs = 1;
/** With rate max: bytes of one turn, so that other connections have theirs. */
const bytesPerTurn = 256 * 1024;

/** The connection a stream is pushed on. */
export interface PushWire {
  /** False while the peer has not taken what was sent, or too much waits for its time. */
  readonly takesMore: boolean;
  /** Message `sequence`, with the faults planned for it; false when the connection was cut upon it. Its bytes may be used anew. */
  push(payload: Buffer, sequence: number, nowMs: number): boolean;
  /** The last word of the stream, after everything pushed. */
  pushEnd(payload: Buffer, nowMs: number): void;
  flush(): void;
}

/**
 * One stream of pushed messages: counts up from 1 at its rate, as far as the peer reads. What is due while the peer does not read
 * is made when it reads again; what is then still due at the end counts as `streamUnsent`.
 */
export class PushStream implements Sleeper {
  readonly #wire: PushWire;
  readonly #context: MockContext;
  #isRunning = false;
  #startedMs = 0;
  /** The last sequence made. */
  #made = 0;
  #wakeAtMs = Infinity;

  constructor(wire: PushWire, context: MockContext) {
    this.#wire = wire;
    this.#context = context;
  }

  /** The connection is open. */
  opened(): void {
    if (this.#context.options.streamStart === "open") this.#start(this.#context.wakeUps.nowMs());
  }

  /** The peer said something: a wish to stop, or for the stream. */
  heard(payload: Buffer): void {
    const nowMs = this.#context.wakeUps.nowMs();
    if (payload.equals(stopBytes)) {
      if (this.#isRunning) this.#finish(nowMs);
    } else if (!this.#isRunning) this.#start(nowMs);
  }

  /** The peer reads again. */
  resume(nowMs: number): void {
    if (this.#isRunning) this.#pump(nowMs);
  }

  wake(nowMs: number): void {
    if (nowMs >= this.#wakeAtMs) this.#wakeAtMs = Infinity;
    if (this.#isRunning) this.#pump(nowMs);
  }

  /** Nothing more is made; the connection is at its end. */
  stop(): void {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    this.#countUnsent(this.#context.wakeUps.nowMs());
  }

  #start(nowMs: number): void {
    this.#isRunning = true;
    this.#startedMs = nowMs;
    this.#made = 0;
    this.#context.books.streamsStarted += 1;
    this.#pump(nowMs);
  }

  #finish(nowMs: number): void {
    this.#pump(nowMs);
    if (!this.#isRunning) return;
    this.#isRunning = false;
    this.#countUnsent(nowMs);
    this.#context.books.streamsEnded += 1;
    this.#wire.pushEnd(endOfStream(this.#made), nowMs);
    this.#wire.flush();
  }

  #pump(nowMs: number): void {
    const { options, books, streamMaker, wakeUps, clockOriginMs } = this.#context;
    const due = this.#dueAt(nowMs);
    let bytes = 0;
    while (this.#made < due && bytes < bytesPerTurn && this.#wire.takesMore) {
      this.#made += 1;
      books.streamMessages += 1;
      const madeMs = wakeUps.nowMs();
      const payload = streamMaker.make(this.#made, Math.floor((clockOriginMs + madeMs) * 1000));
      bytes += payload.length;
      if (!this.#wire.push(payload, this.#made, madeMs)) return;
    }
    this.#wire.flush();
    if (this.#made === options.streamMessages) this.#finishWhole(nowMs);
    else if (this.#made >= due || bytes >= bytesPerTurn) this.#wakeUpAt(this.#nextDueMs(nowMs));
  }

  #finishWhole(nowMs: number): void {
    this.#isRunning = false;
    this.#context.books.streamsEnded += 1;
    this.#wire.pushEnd(endOfStream(this.#made), nowMs);
    this.#wire.flush();
  }

  /** Messages due until `nowMs`: at a rate r the k-th at (k - 1/2) / r, so that each second has as many as the next. */
  #dueAt(nowMs: number): number {
    const { streamRatePerSecond: rate, streamMessages } = this.#context.options;
    const due = rate === "max" ? Infinity : Math.floor(((nowMs - this.#startedMs) * rate) / 1000 + 0.5);
    return Math.min(due, streamMessages ?? Infinity);
  }

  #nextDueMs(nowMs: number): number {
    const { streamRatePerSecond: rate } = this.#context.options;
    const dueMs = rate === "max" ? nowMs : this.#startedMs + ((this.#made + 0.5) * 1000) / rate;
    return Math.max(dueMs, nowMs + tickMs);
  }

  #wakeUpAt(instantMs: number): void {
    if (instantMs >= this.#wakeAtMs) return;
    this.#wakeAtMs = instantMs;
    this.#context.wakeUps.wakeAt(instantMs, this);
  }

  #countUnsent(nowMs: number): void {
    const due = this.#dueAt(nowMs);
    if (due !== Infinity) this.#context.books.streamUnsent += due - this.#made;
  }
}

const stopBytes = Buffer.from(mockStreamForm.stop);
