import type { MockOptions } from "./mock-options.ts";

/** How soon after one write the next may follow, so that messages share writes. */
const tickMs = 1;

/** When the messages of one stream are due: at a rate r the k-th at (k - 1/2) / r, so that each second has as many as the next. */
export class StreamSchedule {
  readonly #ratePerSecond: number | "max";
  readonly #messages: number;
  #startedMs = 0;

  constructor({ streamRatePerSecond, streamMessages }: Pick<MockOptions, "streamRatePerSecond" | "streamMessages">) {
    this.#ratePerSecond = streamRatePerSecond;
    this.#messages = streamMessages ?? Infinity;
  }

  start(nowMs: number): void {
    this.#startedMs = nowMs;
  }

  /** Messages due until `nowMs`; Infinity for as many as the peer reads. */
  dueAt(nowMs: number): number {
    const rate = this.#ratePerSecond;
    const due = rate === "max" ? Infinity : Math.floor(((nowMs - this.#startedMs) * rate) / 1000 + 0.5);
    return Math.min(due, this.#messages);
  }

  /** When message `made` + 1 is due, a tick from now at the earliest. */
  nextDueMs(made: number, nowMs: number): number {
    const rate = this.#ratePerSecond;
    const dueMs = rate === "max" ? nowMs : this.#startedMs + ((made + 0.5) * 1000) / rate;
    return Math.max(dueMs, nowMs + tickMs);
  }
}
