import type { PhasePlan, Plan } from "./plan.ts";

/** How long the load of a segment with these phases lasts, milliseconds: its phases follow each other without gaps. */
export function loadMsOf(phases: readonly PhasePlan[]): number {
  const last = phases[phases.length - 1]!;
  return last.startMs + last.durationMs;
}

/** How many seconds (intervals) the load of a segment with these phases takes up, the last perhaps in part; at least one. */
export function loadSecondsOf(phases: readonly PhasePlan[]): number {
  return Math.max(1, Math.ceil(loadMsOf(phases) / 1000));
}

/** Index of a segment's first phase among the phases of all segments. */
export function firstPhaseOf(plan: Pick<Plan, "segments">, segment: number): number {
  return plan.segments.slice(0, segment).reduce((sum, { phases }) => sum + phases.length, 0);
}
