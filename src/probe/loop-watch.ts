const periodMs = 10;

/** How late this process itself is: what it does not get to see in time is not the target's lateness. */
export class LoopWatch {
  readonly #nowMs: () => number;
  readonly #timer: NodeJS.Timeout;
  #dueMs: number;
  #worstMs = 0;

  constructor(nowMs: () => number) {
    this.#nowMs = nowMs;
    this.#dueMs = nowMs() + periodMs;
    this.#timer = setInterval(() => this.#tick(), periodMs);
    this.#timer.unref();
  }

  /** The worst lateness since this was last asked, milliseconds. */
  take(): number {
    this.#tick();
    const worstMs = this.#worstMs;
    this.#worstMs = 0;
    return worstMs;
  }

  stop(): void {
    clearInterval(this.#timer);
  }

  #tick(): void {
    const nowMs = this.#nowMs();
    this.#worstMs = Math.max(this.#worstMs, nowMs - this.#dueMs);
    this.#dueMs = nowMs + periodMs;
  }
}
