import type { MockContext } from "./mock-context.ts";
import type { ConnectionStream, PushWire } from "./push-wire.ts";
import { endOfStream, mockStreamForm } from "./stream-form.ts";
import { StreamMix } from "./stream-mix.ts";
import { StreamSchedule } from "./stream-schedule.ts";
import type { Sleeper } from "./wake-ups.ts";

/** With rate max: bytes of one turn, so that other connections have theirs. */
const bytesPerTurn = 256 * 1024;

/**
 * One stream of pushed messages: counts up from 1 at its rate, as far as the peer reads. What is due while the peer does not read
 * is made when it reads again; what is then still due at the end counts as `streamUnsent`.
 */
export class PushStream implements ConnectionStream, Sleeper {
  /** None is made before its peer reads. */
  readonly queued = 0;
  readonly #wire: PushWire;
  readonly #context: MockContext;
  readonly #schedule: StreamSchedule;
  readonly #mix: StreamMix;
  #isRunning = false;
  /** The last sequence made. */
  #made = 0;
  #wakeAtMs = Infinity;

  /** `connection`: its number, from which the messages follow. */
  constructor(wire: PushWire, context: MockContext, connection: number) {
    this.#wire = wire;
    this.#context = context;
    this.#schedule = new StreamSchedule(context.options);
    this.#mix = new StreamMix(context.options, connection);
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

  /** Nothing waits here. */
  sendQueued(): void {
    return;
  }

  ended(): void {
    this.stop();
  }

  stop(): void {
    if (!this.#isRunning) return;
    this.#isRunning = false;
    this.#countUnsent(this.#context.wakeUps.nowMs());
  }

  #start(nowMs: number): void {
    this.#isRunning = true;
    this.#schedule.start(nowMs);
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
    const due = this.#schedule.dueAt(nowMs);
    const mix = this.#mix;
    let bytes = 0;
    while (this.#made < due && bytes < bytesPerTurn && this.#wire.takesMore) {
      this.#made += 1;
      books.streamMessages += 1;
      const madeMs = wakeUps.nowMs();
      mix.next();
      const payload = streamMaker.make(this.#made, Math.floor((clockOriginMs + madeMs) * 1000), mix);
      bytes += payload.length;
      if (!this.#wire.push(payload, !mix.isBinary, this.#made, madeMs)) return;
    }
    this.#wire.flush();
    if (this.#made === options.streamMessages) this.#finishWhole(nowMs);
    else if (this.#made >= due || bytes >= bytesPerTurn) this.#wakeUpAt(this.#schedule.nextDueMs(this.#made, nowMs));
  }

  #finishWhole(nowMs: number): void {
    this.#isRunning = false;
    this.#context.books.streamsEnded += 1;
    this.#wire.pushEnd(endOfStream(this.#made), nowMs);
    this.#wire.flush();
  }

  #wakeUpAt(instantMs: number): void {
    if (instantMs >= this.#wakeAtMs) return;
    this.#wakeAtMs = instantMs;
    this.#context.wakeUps.wakeAt(instantMs, this);
  }

  #countUnsent(nowMs: number): void {
    const due = this.#schedule.dueAt(nowMs);
    if (due !== Infinity) this.#context.books.streamUnsent += due - this.#made;
  }
}

const stopBytes = Buffer.from(mockStreamForm.stop);
