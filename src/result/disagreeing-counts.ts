import type { ResultQueue } from "./run-result.ts";

type Statistics = NonNullable<ResultQueue["statistics"]>;

/**
 * Counts of the target's statistics that cannot both be true with what its clients saw. Where connections ended with jobs in
 * flight (`untold`), what was said of these may have been lost with them: the target may have taken in so many jobs fewer
 * than were handed in, and of the other counts have so many more than were told.
 */
export function disagreeingCounts({ counts, untold = 0 }: Statistics): Statistics["counts"] {
  return counts.filter(({ count, target, clients }) => {
    const more = target - clients;
    return count === "submitted" ? more > 0 || more < -untold : more < 0 || more > untold;
  });
}
