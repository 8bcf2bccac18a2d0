import type { Histogram } from "../measure/histogram.ts";

/**
 * Half-open second [tMs, tMs + lengthMs), in long runs several of one phase. Sent by send time, delivered by arrival,
 * latency and lost by intended time.
 */
export interface CollectedInterval {
  /** Since startedAtEpochMs. */
  readonly tMs: number;
  readonly lengthMs: number;
  readonly segment: number;
  readonly sent: number;
  readonly delivered: number;
  readonly lost: number;
  readonly latencyUs: Histogram;
  readonly slipUs: Histogram;
  /** The last reading in a second; the largest of those in several. */
  readonly generatorRssBytes: number | null;
  readonly targetRssBytes: number | null;
  /** Largest event-loop lag of any worker in this time, microseconds. */
  readonly lagUs: number;
  /** Null for a single second. */
  readonly deliveredExtremes: DeliveredExtremes | null;
}

/** The length of the windows that a sustained rate is looked for in. */
export const deliveryWindowSeconds = 10;

/** Messages delivered in the worst and the best of several seconds, and of ten in a row that end among them. */
export interface DeliveredExtremes {
  readonly leastInSecond: number;
  readonly mostInSecond: number;
  /** Null where no ten seconds in a row of the phase end in them. */
  readonly leastInTenSeconds: number | null;
  readonly mostInTenSeconds: number | null;
}
