import type { Plan } from "../plan/plan.ts";
import type { ResultPhase } from "./run-result.ts";

/** A phase as far as its scaling is concerned. */
export interface ScalingPhase {
  readonly measured: boolean;
  readonly connections: number;
  readonly offeredPerSecond: number | null;
  readonly deliveredPerSecond: number | null;
}

/**
 * One number per phase, null for a warm-up and where it cannot be computed.
 * Scaling over rates: E = delivered / offered of the phase. Over connections, against the first measured phase:
 * E_k = (X_k / X_1) / (N_k / N_1), X delivered messages per second, N connections.
 */
export function scalingEfficiency(
  phases: readonly ScalingPhase[],
  scaling: NonNullable<Plan["scaling"]>,
): readonly (number | null)[] {
  const first = phases.find((phase) => phase.measured);
  return phases.map((phase) => {
    if (!phase.measured || phase.deliveredPerSecond === null) return null;
    if (scaling === "rate") return ratio(phase.deliveredPerSecond, phase.offeredPerSecond);
    const speedUp = ratio(phase.deliveredPerSecond, first?.deliveredPerSecond ?? null);
    const growth = ratio(phase.connections, first?.connections ?? null);
    return speedUp === null ? null : ratio(speedUp, growth);
  });
}

/** The phases, each with its scaling efficiency when the plan scales something. */
export function withScaling(phases: readonly ResultPhase[], scaling: Plan["scaling"]): readonly ResultPhase[] {
  if (scaling === null) return phases;
  const inputs = phases.map(({ measured, connections, rate }) => ({
    measured,
    connections: connections.planned,
    ...rate,
  }));
  const efficiencies = scalingEfficiency(inputs, scaling);
  return phases.map((phase, i) => ({ ...phase, scalingEfficiency: efficiencies[i] ?? null }));
}

function ratio(value: number, base: number | null): number | null {
  return base === null || base === 0 ? null : value / base;
}
