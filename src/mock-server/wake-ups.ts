/** Something that wants to be called at an instant. */
export interface Sleeper {
  /** Called at or after the instant asked for, and once for each `wakeAt` at most. */
  wake(nowMs: number): void;
}

/** Node's own timers, or those of a test. */
export interface TimerSource {
  nowMs(): number;
  /** Calls back once, no earlier than after `delayMs`; the returned function takes that back. */
  callAfter(delayMs: number, callback: () => void): () => void;
}

/**
 * All waiting of the server behind one timer: a binary heap of instants, earliest on top. A server with latency has a
 * waiting answer per message; a timer for each would cost more than the answer.
 */
export class WakeUps {
  readonly #timers: TimerSource;
  readonly #instants: number[] = [];
  readonly #sleepers: Sleeper[] = [];
  #armedForMs = Infinity;
  #disarm: (() => void) | undefined;

  constructor(timers: TimerSource) {
    this.#timers = timers;
  }

  /** Monotonic milliseconds. */
  nowMs(): number {
    return this.#timers.nowMs();
  }

  /** True while the timer runs. */
  get isArmed(): boolean {
    return this.#disarm !== undefined;
  }

  /** Asks for one call of `sleeper` at `instantMs`. */
  wakeAt(instantMs: number, sleeper: Sleeper): void {
    let index = this.#instants.length;
    this.#instants.push(instantMs);
    this.#sleepers.push(sleeper);
    while (index > 0) {
      const parent = (index - 1) >> 1;
      if (this.#instants[parent]! <= instantMs) break;
      this.#swap(index, parent);
      index = parent;
    }
    this.#arm();
  }

  /** Forgets everything. */
  stop(): void {
    this.#disarm?.();
    this.#disarm = undefined;
    this.#armedForMs = Infinity;
    this.#instants.length = 0;
    this.#sleepers.length = 0;
  }

  #arm(): void {
    const next = this.#instants[0];
    if (next === undefined || next >= this.#armedForMs) return;
    this.#disarm?.();
    this.#armedForMs = next;
    this.#disarm = this.#timers.callAfter(Math.max(0, next - this.#timers.nowMs()), () => this.#ring());
  }

  #ring(): void {
    this.#disarm = undefined;
    this.#armedForMs = Infinity;
    const nowMs = this.#timers.nowMs();
    // What is asked for during these calls is at `nowMs` at the earliest and may be served by the same round.
    while (this.#instants.length > 0 && this.#instants[0]! <= nowMs) this.#takeFirst().wake(nowMs);
    this.#arm();
  }

  #takeFirst(): Sleeper {
    const first = this.#sleepers[0]!;
    const lastInstant = this.#instants.pop()!;
    const lastSleeper = this.#sleepers.pop()!;
    if (this.#instants.length === 0) return first;
    this.#instants[0] = lastInstant;
    this.#sleepers[0] = lastSleeper;
    this.#sink();
    return first;
  }

  #sink(): void {
    let index = 0;
    for (;;) {
      const left = index * 2 + 1;
      const right = left + 1;
      let least = index;
      if (left < this.#instants.length && this.#instants[left]! < this.#instants[least]!) least = left;
      if (right < this.#instants.length && this.#instants[right]! < this.#instants[least]!) least = right;
      if (least === index) return;
      this.#swap(index, least);
      index = least;
    }
  }

  #swap(a: number, b: number): void {
    const instant = this.#instants[a]!;
    const sleeper = this.#sleepers[a]!;
    this.#instants[a] = this.#instants[b]!;
    this.#sleepers[a] = this.#sleepers[b]!;
    this.#instants[b] = instant;
    this.#sleepers[b] = sleeper;
  }
}

/** The timers of Node, which round up to whole milliseconds: a wake-up is up to about 1.2 ms late, never early. */
export const nodeTimers: TimerSource = {
  nowMs: () => performance.now(),
  callAfter(delayMs, callback) {
    const timer = setTimeout(callback, Math.ceil(delayMs));
    return () => clearTimeout(timer);
  },
};
