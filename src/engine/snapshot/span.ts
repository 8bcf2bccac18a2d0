import type { Histogram } from "../../measure/histogram.ts";
import type { CollectedInterval, DeliveredExtremes } from "../collected-interval.ts";
import type { SecondSoFar } from "./run-timeline.ts";

/** One second of load that is over, or several of one phase in a row put together. */
export interface Span extends SecondSoFar {
  /** How many seconds it has; `number` and `fromMs` are of the first. */
  readonly seconds: number;
  readonly sent: number;
  readonly delivered: number;
  readonly lost: number;
  readonly latency: Histogram;
  readonly slip: Histogram;
  /** The largest of its seconds, microseconds. */
  readonly lagUs: number;
  /** The highest reading in it; null without one. */
  readonly generatorRssBytes: number | null;
  readonly targetRssBytes: number | null;
  readonly deliveredExtremes: DeliveredExtremes;
}

/**
 * Two neighbours as one. Counts and histograms are added, so that nothing is lost but the instant within the span; of lag
 * and memory the largest stands, as their peaks are what one looks for. `first` gives its histograms away.
 */
export function joinSpans(first: Span, second: Span): Span {
  first.latency.add(second.latency);
  first.slip.add(second.slip);
  first.latency.compact();
  first.slip.compact();
  return {
    ...first,
    seconds: first.seconds + second.seconds,
    lengthMs: first.lengthMs + second.lengthMs,
    sent: first.sent + second.sent,
    delivered: first.delivered + second.delivered,
    lost: first.lost + second.lost,
    lagUs: Math.max(first.lagUs, second.lagUs),
    generatorRssBytes: largest(first.generatorRssBytes, second.generatorRssBytes),
    targetRssBytes: largest(first.targetRssBytes, second.targetRssBytes),
    deliveredExtremes: joinExtremes(first.deliveredExtremes, second.deliveredExtremes),
  };
}

/** A span as it is collected, its start counted from that of the run; both instants are on one clock. */
export function intervalOfSpan(
  span: Omit<Span, "deliveredExtremes"> & { readonly deliveredExtremes: DeliveredExtremes | null },
  runStartMs: number,
): CollectedInterval {
  const { fromMs, lengthMs, segment, seconds, sent, delivered, lost, latency, slip, lagUs, deliveredExtremes } = span;
  return {
    tMs: fromMs - runStartMs,
    lengthMs,
    segment,
    sent,
    delivered,
    lost,
    latencyUs: latency,
    slipUs: slip,
    generatorRssBytes: span.generatorRssBytes,
    targetRssBytes: span.targetRssBytes,
    lagUs,
    deliveredExtremes: seconds > 1 ? deliveredExtremes : null,
  };
}

function joinExtremes(a: DeliveredExtremes, b: DeliveredExtremes): DeliveredExtremes {
  return {
    leastInSecond: Math.min(a.leastInSecond, b.leastInSecond),
    mostInSecond: Math.max(a.mostInSecond, b.mostInSecond),
    leastInTenSeconds: smallest(a.leastInTenSeconds, b.leastInTenSeconds),
    mostInTenSeconds: largest(a.mostInTenSeconds, b.mostInTenSeconds),
  };
}

function largest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.max(a, b);
}

function smallest(a: number | null, b: number | null): number | null {
  return a === null || b === null ? (a ?? b) : Math.min(a, b);
}
