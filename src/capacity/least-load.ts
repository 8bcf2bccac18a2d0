import { samplesNeeded } from "../verdict/evaluate-threshold.ts";
import { percentileOf } from "../verdict/threshold-metrics.ts";
import type { Threshold } from "../verdict/threshold.ts";

/** What decides how many samples a trial has. */
export interface TrialShape {
  /** Seconds of a short trial. */
  readonly searchSec: number;
  /**
   * Messages per second that come of a load of 1: 1 over rates, those of a connection over connections, 0 without any;
   * Infinity where nobody knows.
   */
  readonly messagesPerLoad: number;
  /** Connections that a load of 1 opens: 1 over connections; null where their number is fixed. */
  readonly fixedConnections: number | null;
}

/** The lowest load at which trials can tell a condition. */
export interface LeastLoad {
  readonly load: number;
  /** The condition that asks for so much; null when none does. */
  readonly threshold: Threshold | null;
}

/**
 * The lowest load at which a short trial has samples enough for every percentile of the conditions. Infinity where no load
 * has, as with connect times of a fixed number of connections.
 */
export function leastLoad(thresholds: readonly Threshold[], shape: TrialShape): LeastLoad {
  let least: LeastLoad = { load: 0, threshold: null };
  for (const threshold of thresholds) {
    if (percentileOf(threshold.stat) === undefined) continue;
    const load = samplesNeeded(threshold.stat) / samplesPerLoad(threshold, shape);
    if (load > least.load) least = { load, threshold };
  }
  return least;
}

/** Samples at a load of 1; where connections are fixed they are there at any load, or never. */
function samplesPerLoad({ metric, stat, overSeconds }: Threshold, shape: TrialShape): number {
  if (metric !== "connect") return shape.messagesPerLoad * Math.min(shape.searchSec, overSeconds ?? Infinity);
  if (shape.fixedConnections === null) return 1;
  return shape.fixedConnections >= samplesNeeded(stat) ? Infinity : 0;
}
