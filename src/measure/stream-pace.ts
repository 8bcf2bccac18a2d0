/**
 * How steadily the streams of one worker came while measured load ran: messages seen, and the longest time without any. Instants
 * in milliseconds of one clock.
 */
export class StreamPace {
  /** By stream: messages that came in measured load. */
  readonly seen: Float64Array;
  /** By stream: measured load in which it was wanted, milliseconds. */
  readonly windowMs: Float64Array;
  /** By stream: the longest time without a message, of it the time before the first and after the last. */
  readonly longestSilenceMs: Float64Array;
  /** The part of `seen` and of `windowMs` before the mark of each load. */
  readonly seenBefore: Float64Array;
  readonly windowBeforeMs: Float64Array;
  readonly #lastMs: Float64Array;
  /** By stream: whether a message has come since measuring began. */
  readonly #hasCome: Uint8Array;
  #wanted = 0;
  #markMs = Infinity;
  #fromMs = Infinity;
  #untilMs = Infinity;

  constructor(streams: number) {
    this.seen = new Float64Array(streams);
    this.windowMs = new Float64Array(streams);
    this.longestSilenceMs = new Float64Array(streams);
    this.seenBefore = new Float64Array(streams);
    this.windowBeforeMs = new Float64Array(streams);
    this.#lastMs = new Float64Array(streams);
    this.#hasCome = new Uint8Array(streams);
  }

  /** Measures the first `wanted` streams from `fromMs` on, until `end` or `untilMs`; what is before `markMs` is kept apart, too. */
  begin(wanted: number, fromMs: number, untilMs: number, markMs = Infinity): void {
    this.#wanted = wanted;
    this.#markMs = markMs;
    this.#fromMs = fromMs;
    this.#untilMs = untilMs;
    this.#lastMs.fill(fromMs);
    this.#hasCome.fill(0);
  }

  /**
   * `messages` of a stream came together at `nowMs`. Gives the time since those before, milliseconds; -1 when there were none,
   * or measuring has not begun.
   */
  arrived(stream: number, nowMs: number, messages: number): number {
    if (nowMs < this.#fromMs || nowMs >= this.#untilMs) return -1;
    this.seen[stream]! += messages;
    if (nowMs < this.#markMs) this.seenBefore[stream]! += messages;
    const passedMs = nowMs - this.#lastMs[stream]!;
    this.#lastMs[stream] = nowMs;
    if (passedMs > this.longestSilenceMs[stream]!) this.longestSilenceMs[stream] = passedMs;
    if (this.#hasCome[stream] === 1) return passedMs;
    this.#hasCome[stream] = 1;
    return -1;
  }

  /** The load has ended. */
  end(endMs: number): void {
    const lengthMs = Math.min(endMs, this.#untilMs) - this.#fromMs;
    if (lengthMs > 0) {
      for (let stream = 0; stream < this.#wanted; stream += 1) {
        this.windowMs[stream]! += lengthMs;
        this.windowBeforeMs[stream]! += Math.max(0, Math.min(lengthMs, this.#markMs - this.#fromMs));
        const silentMs = this.#fromMs + lengthMs - this.#lastMs[stream]!;
        if (silentMs > this.longestSilenceMs[stream]!) this.longestSilenceMs[stream] = silentMs;
      }
    }
    this.#fromMs = Infinity;
  }
}
