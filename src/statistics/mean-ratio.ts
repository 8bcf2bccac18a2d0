import type { Estimate } from "./rank-test.ts";
import { studentQuantile } from "./special-functions.ts";

/** Mean and sample variance (n - 1) of at least two values. */
export function meanAndVariance(values: readonly number[]): { readonly mean: number; readonly variance: number } {
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  const variance = values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
  return { mean, variance };
}

/** Mean of b less mean of a, with the interval of Welch (1947), which lets the variances differ. At least two values each. */
export function welchDifference(a: readonly number[], b: readonly number[], confidence: number): Estimate {
  const [base, other] = [meanAndVariance(a), meanAndVariance(b)];
  const value = other.mean - base.mean;
  const [errorA, errorB] = [base.variance / a.length, other.variance / b.length];
  const squaredError = errorA + errorB;
  // Values that are all equal leave nothing to doubt.
  if (squaredError === 0) return { value, low: value, high: value };
  // By shares: squares of very small errors would underflow.
  const share = errorA / squaredError;
  const freedom = 1 / (share ** 2 / (a.length - 1) + (1 - share) ** 2 / (b.length - 1));
  const half = studentQuantile(1 - (1 - confidence) / 2, freedom) * Math.sqrt(squaredError);
  return { value, low: value - half, high: value + half };
}

/** How many times a is b: the same on logarithms, so that it needs values above 0. */
export function welchRatio(a: readonly number[], b: readonly number[], confidence: number): Estimate {
  const { value, low, high } = welchDifference(a.map(Math.log), b.map(Math.log), confidence);
  return { value: Math.exp(value), low: Math.exp(low), high: Math.exp(high) };
}

/**
 * Ratio of the means, mean(b) / mean(a), with an interval after Fieller (1954) as Kalibera and Jones give it (ISMM 2013):
 * (y y' +- sqrt((y y')^2 - (y^2 - h^2)(y'^2 - h'^2))) / (y^2 - h^2) with half-widths h = t s / sqrt(n) of each mean. Null where the mean of a
 * cannot be told from 0.
 */
export function fiellerRatio(a: readonly number[], b: readonly number[], confidence: number): FiellerRatio | null {
  const [old, changed] = [a, b].map((values) => {
    const { mean, variance } = meanAndVariance(values);
    const t = studentQuantile(1 - (1 - confidence) / 2, values.length - 1);
    return { mean, half: t * Math.sqrt(variance / values.length) };
  }) as [MeanWithHalf, MeanWithHalf];
  if (old.half >= Math.abs(old.mean)) return null;
  const product = old.mean * changed.mean;
  const scale = old.mean ** 2 - old.half ** 2;
  const root = Math.sqrt(product ** 2 - scale * (changed.mean ** 2 - changed.half ** 2));
  return {
    value: changed.mean / old.mean,
    low: (product - root) / scale,
    high: (product + root) / scale,
    halfOfA: old.half,
    halfOfB: changed.half,
  };
}

/** A ratio of means, with the half-widths of the intervals of both. */
export interface FiellerRatio extends Estimate {
  readonly halfOfA: number;
  readonly halfOfB: number;
}

interface MeanWithHalf {
  readonly mean: number;
  readonly half: number;
}
