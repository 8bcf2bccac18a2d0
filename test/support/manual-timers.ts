import type { TimerSource } from "../../src/mock-server/wake-ups.ts";

/** Timers of a test: time stands still until it is moved. */
export class ManualTimers implements TimerSource {
  #nowMs = 0;
  readonly #waiting = new Set<{ readonly atMs: number; readonly callback: () => void }>();

  /** Timers that have not rung. */
  get armed(): number {
    return this.#waiting.size;
  }

  nowMs(): number {
    return this.#nowMs;
  }

  callAfter(delayMs: number, callback: () => void): () => void {
    const timer = { atMs: this.#nowMs + delayMs, callback };
    this.#waiting.add(timer);
    return () => void this.#waiting.delete(timer);
  }

  /** Moves time to `instantMs`, ringing what is due on the way, each at its own instant. */
  advanceTo(instantMs: number): void {
    for (;;) {
      const next = [...this.#waiting].sort((a, b) => a.atMs - b.atMs)[0];
      if (next === undefined || next.atMs > instantMs) break;
      this.#waiting.delete(next);
      this.#nowMs = Math.max(this.#nowMs, next.atMs);
      next.callback();
    }
    this.#nowMs = Math.max(this.#nowMs, instantMs);
  }
}
