import { countInHistogram, intervalCounter, pastCounter, type WorkerCells } from "../../measure/worker-cells.ts";
import type { MissedCounts } from "../collected-generator.ts";
import type { CollectedInterval } from "../collected-interval.ts";

/** Nothing missed, or not known yet. */
export const nothingMissed: MissedCounts = { sent: 0, delivered: 0, lost: 0, latencies: 0 };

/**
 * What the workers say they recorded by seconds, less what the intervals have. Both sides are counts by seconds; those
 * of the phases are left out, so that the sum of all three can be checked (result/check-identities.ts). For the end of a
 * run: workers that still count would change the one side after the other was read.
 * `orphaned`: messages in flight in workers that died; no worker could tell their second any more.
 */
export function missedCounts(
  cells: readonly WorkerCells[],
  intervals: readonly CollectedInterval[],
  orphaned: number,
): MissedCounts {
  const recorded = cells.map(recordedBySeconds);
  const missed = (which: keyof MissedCounts, read: (interval: CollectedInterval) => number): number =>
    recorded.reduce((sum, own) => sum + own[which], 0) - intervals.reduce((sum, interval) => sum + read(interval), 0);
  return {
    sent: missed("sent", (interval) => interval.sent),
    delivered: missed("delivered", (interval) => interval.delivered),
    lost: orphaned + missed("lost", (interval) => interval.lost),
    latencies: missed("latencies", (interval) => interval.latencyUs.count),
  };
}

function recordedBySeconds({ past, intervals }: WorkerCells): MissedCounts {
  const inRing = intervals.filter(({ counts }) => counts[intervalCounter.interval]! >= 0);
  return {
    sent: inRing.reduce((sum, { counts }) => sum + counts[intervalCounter.sent]!, past[pastCounter.sent]!),
    delivered: inRing.reduce(
      (sum, { counts }) => sum + counts[intervalCounter.delivered]!,
      past[pastCounter.delivered]!,
    ),
    lost: past[pastCounter.lost]!,
    latencies: inRing.reduce((sum, { latency }) => sum + countInHistogram(latency), past[pastCounter.latencies]!),
  };
}
