const secondMs = 1000;

/** How many messages one client may still send: a second's worth at once, and as many again each second (token bucket). */
export class RateAllowance {
  readonly #ratePerSecond: number;
  #left: number;
  #atMs: number;

  constructor(ratePerSecond: number, nowMs: number) {
    this.#ratePerSecond = ratePerSecond;
    // With less than one nothing could ever be sent.
    this.#left = Math.max(1, ratePerSecond);
    this.#atMs = nowMs;
  }

  /** Takes one message at this instant; false when it is one too many. */
  take(nowMs: number): boolean {
    const earnedMs = Math.max(0, nowMs - this.#atMs);
    this.#atMs += earnedMs;
    const most = Math.max(1, this.#ratePerSecond);
    this.#left = Math.min(most, this.#left + (earnedMs * this.#ratePerSecond) / secondMs);
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
