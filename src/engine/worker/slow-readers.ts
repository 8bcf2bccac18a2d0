import type { SlowPlan } from "../../plan/plan.ts";
import type { LoadConnection } from "./load-connection.ts";

/** A connection is not paused for less: timers are no finer. */
const leastPauseMs = 1;

/**
 * Makes some connections of a worker read slowly, by pausing their sockets: what they do not read stays with the system, whose
 * buffers fill up to the target's. All of them read on at full speed once the load is over.
 */
export class SlowReaders {
  /** By stream: when it paused first, on the monotonic clock; NaN for one that has not. */
  readonly firstPausedMs: Float64Array;
  readonly #reading: SlowPlan["reading"];
  readonly #isSlow: Uint8Array;
  readonly #nowMs: () => number;
  readonly #timers = new Map<number, NodeJS.Timeout>();
  readonly #isPaused: Uint8Array;
  /** By stream: when what was read so far has been paid for. */
  readonly #paidMs: Float64Array;
  /** By their local number. */
  readonly #connections = new Map<number, LoadConnection>();
  #beginTimer: NodeJS.Timeout | undefined;
  #isOn = false;

  /** `isSlow`: by stream. */
  constructor(reading: SlowPlan["reading"], isSlow: Uint8Array, nowMs: () => number) {
    this.#reading = reading;
    this.#isSlow = isSlow;
    this.#nowMs = nowMs;
    this.firstPausedMs = new Float64Array(isSlow.length).fill(NaN);
    this.#isPaused = new Uint8Array(isSlow.length);
    this.#paidMs = new Float64Array(isSlow.length);
  }

  attach(connections: readonly LoadConnection[]): void {
    for (const connection of connections) {
      if (this.#isSlow[connection.local] === 1) this.#connections.set(connection.local, connection);
    }
  }

  /** They begin to read slowly at `fromMs`. */
  begin(fromMs: number): void {
    this.#beginTimer = setTimeout(() => this.#begin(), Math.max(0, Math.ceil(fromMs - this.#nowMs())));
  }

  /** A read of a connection has brought so much. */
  read({ local }: LoadConnection, bytes: number, messages: number): void {
    if (!this.#isOn || this.#isSlow[local] === 0) return;
    const reading = this.#reading;
    if (reading.kind !== "rate") return;
    const cost = reading.unit === "bytes" ? bytes : messages;
    const nowMs = this.#nowMs();
    const paidMs = Math.max(nowMs, this.#paidMs[local]!) + (cost * 1000) / reading.perSecond;
    this.#paidMs[local] = paidMs;
    if (paidMs - nowMs >= leastPauseMs) this.#pauseFor(local, paidMs - nowMs);
  }

  /** A connection that was opened anew reads as the one before did. */
  opened({ local }: LoadConnection): void {
    if (this.#isPaused[local] === 1) this.#setReading(local, false);
  }

  /** The load is over: all of them read on. */
  end(): void {
    clearTimeout(this.#beginTimer);
    this.#isOn = false;
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
    for (const local of this.#connections.keys()) if (this.#isPaused[local] === 1) this.#resume(local);
  }

  #begin(): void {
    this.#isOn = true;
    for (const local of this.#connections.keys()) this.#beginOne(local);
  }

  #beginOne(local: number): void {
    const reading = this.#reading;
    switch (reading.kind) {
      case "rate":
        this.#paidMs[local] = this.#nowMs();
        return;
      case "pause":
        this.#pause(local);
        this.#after(local, reading.durationMs, () => {
          this.#resume(local);
          this.#after(local, reading.everyMs - reading.durationMs, () => this.#beginOne(local));
        });
        return;
      case "stop":
        this.#after(local, reading.afterMs, () => this.#pause(local));
    }
  }

  #pauseFor(local: number, durationMs: number): void {
    this.#pause(local);
    this.#after(local, durationMs, () => this.#resume(local));
  }

  #pause(local: number): void {
    this.#isPaused[local] = 1;
    if (Number.isNaN(this.firstPausedMs[local]!)) this.firstPausedMs[local] = this.#nowMs();
    this.#setReading(local, false);
  }

  #resume(local: number): void {
    this.#isPaused[local] = 0;
    this.#setReading(local, true);
  }

  #setReading(local: number, isReading: boolean): void {
    this.#connections.get(local)?.transport?.setReading(isReading);
  }

  /** One thing at a time is waited for on each connection. */
  #after(local: number, durationMs: number, act: () => void): void {
    clearTimeout(this.#timers.get(local));
    this.#timers.set(local, setTimeout(act, Math.ceil(durationMs)));
  }
}
