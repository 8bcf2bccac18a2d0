import { usageError } from "../errors/floodgate-error.ts";
import type { Threshold } from "./threshold.ts";

/** What of a plan decides whether a threshold can have an answer. A whole plan will do. */
export interface ThresholdPlan {
  readonly segments: readonly {
    readonly phases: readonly { readonly name: string; readonly measured: boolean; readonly durationMs: number }[];
  }[];
  /** Null when no scaling efficiency will be taken. */
  readonly scaling: string | null;
}

/**
 * Refuses, before anything is sent, thresholds that a run of this plan could never decide: an `over` window longer than
 * any stretch of measured load, a scaling efficiency where none is taken. Throws a usage error for the first one.
 */
export function checkThresholdFit(thresholds: readonly Threshold[], plan: ThresholdPlan): void {
  for (const threshold of thresholds) {
    const start = `threshold "${threshold.text}" (${threshold.source}): `;
    if (threshold.metric === "scaling" && plan.scaling === null) {
      throw usageError(
        `${start}"scaling.efficiency" is taken of scaling profiles only, and this is none`,
        "leave it out, or give the profile scaling: rate or scaling: connections",
      );
    }
    const longestMs = longestStretchMs(plan, threshold.selectors.phase);
    if (threshold.overSeconds !== null && longestMs < threshold.overSeconds * 1000) {
      const seconds = Math.floor(longestMs / 1000);
      throw usageError(
        `${start}"over ${threshold.overSeconds}s" is longer than the ${longestMs / 1000} s of measured load it could lie in`,
        seconds < 1 ? "make the load longer" : `write over ${seconds}s or less, or make the load longer`,
      );
    }
  }
}

/** The longest load that is measured without a break, in the phase when one is named; a window lies within one segment. */
function longestStretchMs({ segments }: ThresholdPlan, phaseName: string | undefined): number {
  let longestMs = 0;
  for (const { phases } of segments) {
    let stretchMs = 0;
    for (const { name, measured, durationMs } of phases) {
      stretchMs = measured && (phaseName === undefined || name === phaseName) ? stretchMs + durationMs : 0;
      longestMs = Math.max(longestMs, stretchMs);
    }
  }
  return longestMs;
}
