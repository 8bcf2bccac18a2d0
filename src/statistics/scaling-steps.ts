/** What was delivered at one step of a scaling profile; null where it is not known. */
export interface ScalingStep {
  /** Connections, or whatever grew; above 0. */
  readonly n: number;
  /** Messages per second. */
  readonly goodput: number | null;
}

/** A step against the first, all by definition 1 there. Null where it cannot be computed. */
export interface StepScaling {
  readonly n: number;
  /** X_k / X_1. */
  readonly speedup: number | null;
  /** Speed-up by growth, (X_k / X_1) / (N_k / N_1): 1 when throughput grows as fast as n. */
  readonly efficiency: number | null;
  /** What a further n still adds, of what the first ones gave: (X_k - X_k-1) / ((N_k - N_k-1) X_1 / N_1); null for the first. */
  readonly marginal: number | null;
}

/** Speed-up, efficiency and marginal gain of each step against the first. */
export function scalingSteps(steps: readonly ScalingStep[]): readonly StepScaling[] {
  const first = steps[0];
  return steps.map((step, k) => {
    const speedup = ratio(step.goodput, first?.goodput ?? null);
    return {
      n: step.n,
      speedup,
      efficiency: ratio(speedup, ratio(step.n, first?.n ?? null)),
      marginal: k === 0 ? null : marginalOf(first!, steps[k - 1]!, step),
    };
  });
}

function marginalOf(first: ScalingStep, before: ScalingStep, step: ScalingStep): number | null {
  if (step.goodput === null || before.goodput === null || first.goodput === null) return null;
  const gain = step.goodput - before.goodput;
  return ratio(gain, ((step.n - before.n) * first.goodput) / first.n);
}

function ratio(value: number | null, base: number | null): number | null {
  return value === null || base === null || base === 0 ? null : value / base;
}
