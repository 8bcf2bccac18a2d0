import type { Histogram } from "../../measure/histogram.ts";
import { deliveryWindowSeconds as windowSeconds, type DeliveredExtremes } from "../collected-interval.ts";
import { joinSpans, type Span } from "./span.ts";

/** What a second tells when it is over; how it stands among its neighbours is found here. */
export type EndedSecond = Omit<Span, "seconds" | "deliveredExtremes">;

/** What is kept of a run at most, so that its result stays small: below 2 MB with latencies as they are, 5 MB with any. */
export interface SpanLimits {
  readonly spans: number;
  /** Of all histograms, packed; in a result they take two thirds of it. */
  readonly histogramBytes: number;
  /** So many are kept whatever their histograms take: half of them have to do to tell whether a run was steady. */
  readonly spansWhatever: number;
}

/** Twenty minutes of seconds, or ten where latencies are spread widely. Of a longer run between half of it and all is left. */
export const spanLimits: SpanLimits = { spans: 1200, histogramBytes: 2_000_000, spansWhatever: 240 };

/**
 * The seconds of a run that are over, oldest first, in bounded memory however long it lasts: where there is too much,
 * neighbours in the phase that has the most are joined in pairs, so that its spans are 2, 4, 8 ... seconds long. Spans of a
 * phase have one length, but for its last; seconds that belong to no phase alone are never joined.
 */
export class SpanList {
  readonly #limits: SpanLimits;
  #spans: Span[] = [];
  #histogramBytes = 0;
  /** By phase: seconds to a span; 1 for those that are not in it. */
  readonly #secondsPerSpan = new Map<number, number>();
  /** Delivered in the last ten seconds of the phase that the newest second is in. */
  #recent: number[] = [];
  #recentPhase: number | null = null;

  constructor(limits = spanLimits) {
    this.#limits = limits;
  }

  get spans(): readonly Span[] {
    return this.#spans;
  }

  /** Number of the first second that is not in it. */
  get next(): number {
    const last = this.#spans.at(-1);
    return last === undefined ? 0 : last.number + last.seconds;
  }

  /** The next second; takes its histograms. */
  push(second: EndedSecond): void {
    const span: Span = { ...second, seconds: 1, deliveredExtremes: this.#extremesAt(second) };
    const last = this.#spans.at(-1);
    if (last !== undefined && this.#isOpenTo(last, span)) {
      this.#histogramBytes -= bytesOf(last);
      const joined = joinSpans(last, span);
      this.#spans[this.#spans.length - 1] = joined;
      this.#histogramBytes += bytesOf(joined);
    } else {
      span.latency.compact();
      span.slip.compact();
      this.#spans.push(span);
      this.#histogramBytes += bytesOf(span);
    }
    while (this.#isTooMuch && this.#thin());
  }

  /** Adds losses that were found later to the span that has this second. False when none has. */
  addLost(number: number, messages: number): boolean {
    return this.#change(number, (span) => ({ ...span, lost: span.lost + messages }));
  }

  /** Adds latencies that were told later. False when no span has this second. */
  addLatencies(number: number, latencies: Histogram): boolean {
    return this.#change(number, (span) => {
      span.latency.add(latencies);
      span.latency.compact();
      return span;
    });
  }

  get #isTooMuch(): boolean {
    const { spans, histogramBytes, spansWhatever } = this.#limits;
    const { length } = this.#spans;
    return length > spans || (length > spansWhatever && this.#histogramBytes > histogramBytes);
  }

  #isOpenTo(last: Span, next: Span): boolean {
    return (
      next.phase !== null && last.phase === next.phase && last.seconds < (this.#secondsPerSpan.get(next.phase) ?? 1)
    );
  }

  #extremesAt({ phase, delivered }: EndedSecond): DeliveredExtremes {
    if (phase === null || phase !== this.#recentPhase) this.#recent = [];
    this.#recentPhase = phase;
    this.#recent = [...this.#recent, delivered].slice(-windowSeconds);
    const inWindow =
      this.#recent.length < windowSeconds ? null : this.#recent.reduce((sum, inSecond) => sum + inSecond, 0);
    return {
      leastInSecond: delivered,
      mostInSecond: delivered,
      leastInTenSeconds: inWindow,
      mostInTenSeconds: inWindow,
    };
  }

  /** Halves the spans of the phase that has the most. False when there is nothing to be joined. */
  #thin(): boolean {
    const phase = this.#phaseOfMost();
    if (phase === null) return false;
    const length = 2 * (this.#secondsPerSpan.get(phase) ?? 1);
    this.#secondsPerSpan.set(phase, length);
    const thinned: Span[] = [];
    for (const span of this.#spans) {
      const last = thinned.at(-1);
      const isPair = span.phase === phase && last?.phase === phase && last.seconds + span.seconds <= length;
      if (isPair) thinned[thinned.length - 1] = joinSpans(last, span);
      else thinned.push(span);
    }
    this.#spans = thinned;
    this.#histogramBytes = thinned.reduce((sum, span) => sum + bytesOf(span), 0);
    return true;
  }

  /** Null when no phase has two spans. */
  #phaseOfMost(): number | null {
    const counts = new Map<number, number>();
    for (const { phase } of this.#spans) if (phase !== null) counts.set(phase, (counts.get(phase) ?? 0) + 1);
    let [found, most]: [number | null, number] = [null, 1];
    for (const [phase, count] of counts) if (count > most) [found, most] = [phase, count];
    return found;
  }

  #change(number: number, change: (span: Span) => Span): boolean {
    const index = this.#indexOf(number);
    const span = this.#spans[index];
    if (span === undefined) return false;
    this.#histogramBytes -= bytesOf(span);
    const changed = change(span);
    this.#spans[index] = changed;
    this.#histogramBytes += bytesOf(changed);
    return true;
  }

  /** Of the span with this second; -1 when none has it. */
  #indexOf(number: number): number {
    let [low, high] = [0, this.#spans.length];
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#spans[middle]!.number <= number) low = middle + 1;
      else high = middle;
    }
    const span = this.#spans[low - 1];
    return span !== undefined && number < span.number + span.seconds ? low - 1 : -1;
  }
}

function bytesOf({ latency, slip }: Span): number {
  return latency.packedBytes + slip.packedBytes;
}
