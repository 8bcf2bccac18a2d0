/** When a stream counts as slow. */
export const sendLimits = {
  /** A send that took longer is a slow one, milliseconds. */
  slowMs: 500,
  /** A stream with more slow sends is marked slow. */
  slowSends: 5,
} as const;

/** How one queued stream fares, as `GET /streams` tells it. */
export interface StreamStatus {
  /** Of accepted connections, from 1. */
  readonly connection: number;
  /** `blocked` while its peer does not take what was sent; `slow` once it was so too often, for good. */
  readonly state: "ok" | "blocked" | "slow";
  /** Messages that wait. */
  readonly queued: number;
  readonly slowSends: number;
  /** Messages displaced and rejected, by their class. */
  readonly givenUp: Readonly<Record<string, number>>;
}

/** A stream that can be asked how it fares. */
export interface ToldStream {
  readonly status: StreamStatus;
}
