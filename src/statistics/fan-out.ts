import { percentileNearestRank } from "./percentile.ts";

/** One receiver of a topic; times in any one unit. */
export interface Subscriber {
  readonly id: string;
  /** When the subscription was confirmed. */
  readonly joined: number;
  /** Null when it stayed to the end. */
  readonly left: number | null;
}

/** How many deliveries a broadcast owes. */
export interface FanOut {
  readonly expected: number;
  /** Deliveries that cannot be called for, as the send fell too near to a join or a leave; not in `expected`. */
  readonly indeterminate: number;
  /** Expected receivers of each message. */
  readonly perMessage: readonly number[];
}

/**
 * Expected receivers of each send: all with joined <= sent < left, without `excluded` (the publisher, where it does not
 * hear itself; null for nobody). Within `guard` of a join or leave nobody can say who should have got it.
 */
export function expectedFanOut(
  subscribers: readonly Subscriber[],
  sentAt: readonly number[],
  excluded: string | null,
  guard: number,
): FanOut {
  let indeterminate = 0;
  const receivers = subscribers.filter((subscriber) => subscriber.id !== excluded);
  const perMessage = sentAt.map((sent) => {
    let expected = 0;
    for (const { joined, left } of receivers) {
      if (Math.abs(sent - joined) < guard || (left !== null && Math.abs(sent - left) < guard)) indeterminate++;
      else if (joined <= sent && (left === null || sent < left)) expected++;
    }
    return expected;
  });
  return { expected: perMessage.reduce((sum, count) => sum + count, 0), indeterminate, perMessage };
}

/** How one broadcast message spread, from the times its receivers had it; null when none had. */
export function fanOutSpread(
  receivedAt: readonly number[],
  sentAt: number,
): { readonly half: number; readonly p99: number; readonly last: number; readonly spread: number } | null {
  const after = receivedAt.map((received) => received - sentAt);
  const first = percentileNearestRank(after, 0);
  if (first === null) return null;
  const last = percentileNearestRank(after, 100)!;
  return {
    half: percentileNearestRank(after, 50)!,
    p99: percentileNearestRank(after, 99)!,
    last,
    spread: last - first,
  };
}
