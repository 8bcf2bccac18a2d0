import type { Plan } from "../plan/plan.ts";
import { scalingSteps } from "../statistics/scaling-steps.ts";
import type { ResultPhase } from "./run-result.ts";

/** A phase as far as its scaling is concerned. */
export interface ScalingPhase {
  readonly measured: boolean;
  readonly connections: number;
  readonly offeredPerSecond: number | null;
  readonly deliveredPerSecond: number | null;
}

/**
 * One number per phase, null for a warm-up and where it cannot be computed. Scaling over rates: delivered / offered of the
 * phase. Over connections: the speed-up against the first measured phase by the growth of the connections.
 */
export function scalingEfficiency(
  phases: readonly ScalingPhase[],
  scaling: NonNullable<Plan["scaling"]>,
): readonly (number | null)[] {
  if (scaling === "rate") return phases.map(deliveredOfOffered);
  const measured = phases.filter((phase) => phase.measured);
  const steps = scalingSteps(measured.map((phase) => ({ n: phase.connections, goodput: phase.deliveredPerSecond })));
  return phases.map((phase) => steps[measured.indexOf(phase)]?.efficiency ?? null);
}

function deliveredOfOffered({ measured, offeredPerSecond, deliveredPerSecond }: ScalingPhase): number | null {
  if (!measured || deliveredPerSecond === null || offeredPerSecond === null || offeredPerSecond === 0) return null;
  return deliveredPerSecond / offeredPerSecond;
}

/** The phases, each with its scaling efficiency when the plan scales something. */
export function withScaling(phases: readonly ResultPhase[], scaling: Plan["scaling"]): readonly ResultPhase[] {
  if (scaling === null) return phases;
  const inputs = phases.map(({ measured, connections, rate, fanOut }) => ({
    measured,
    connections: connections.planned,
    offeredPerSecond: dueOf(rate.offeredPerSecond, fanOut),
    deliveredPerSecond: rate.deliveredPerSecond,
  }));
  const efficiencies = scalingEfficiency(inputs, scaling);
  return phases.map((phase, i) => ({ ...phase, scalingEfficiency: efficiencies[i] ?? null }));
}

/** What should arrive of what is offered: in a broadcast, each message at all receivers of its room. */
function dueOf(offeredPerSecond: number | null, fanOut: ResultPhase["fanOut"]): number | null {
  return offeredPerSecond === null ? null : offeredPerSecond * (fanOut?.receiversPerMessage ?? 1);
}
