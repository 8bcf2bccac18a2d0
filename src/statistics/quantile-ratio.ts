import { percentileNearestRank } from "./percentile.ts";
import type { Estimate } from "./rank-test.ts";

/** Counts by cell, for each interval of a run, in time order; all runs of a side have as many intervals. */
export type RunCells = readonly (readonly number[])[];

/** What is drawn, and how often. */
export interface BootstrapOptions {
  /** 0 .. 1, of the times: 0.99. */
  readonly quantile: number;
  /** Neighbouring intervals drawn together, as far as they depend on each other: twice their correlation time. */
  readonly block: number;
  readonly replicates: number;
  readonly confidence: number;
  /** Uniform whole numbers below n, from a seeded generator. */
  readonly random: { below(n: number): number };
}

/** A ratio of quantiles with all replicates behind its interval. */
export interface QuantileRatio extends Estimate {
  readonly replicates: readonly number[];
}

/**
 * Ratio of a quantile of all runs of b together to that of a, with a hierarchical block bootstrap interval: each replicate
 * draws runs, and of each run blocks of neighbouring intervals, with replacement. So it knows of the variation between runs
 * and inside them. `cellValues` is what a value of each cell counts as. Null when a quantile is of nothing, or is 0 in a.
 *
 * Draws, so that a seed repeats it: a before b; for each of R runs `below(R)`, then `below(n - block + 1)` for the start of
 * each block until n intervals are taken, the last block cut.
 */
export function quantileRatio(
  a: readonly RunCells[],
  b: readonly RunCells[],
  cellValues: readonly number[],
  options: BootstrapOptions,
): QuantileRatio | null {
  const value = ratioOf(a.flat(), b.flat(), cellValues, options.quantile);
  if (value === null) return null;
  const replicates: number[] = [];
  for (let i = 0; i < options.replicates; i++) {
    const drawnA = draw(a, options);
    const ratio = ratioOf(drawnA, draw(b, options), cellValues, options.quantile);
    if (ratio !== null) replicates.push(ratio);
  }
  const tailPercent = ((1 - options.confidence) / 2) * 100;
  return {
    value,
    low: percentileNearestRank(replicates, tailPercent) ?? value,
    high: percentileNearestRank(replicates, 100 - tailPercent) ?? value,
    replicates,
  };
}

function draw(runs: readonly RunCells[], { block, random }: BootstrapOptions): RunCells {
  return runs.flatMap(() => {
    const run = runs[random.below(runs.length)]!;
    const length = Math.min(block, run.length);
    const taken: (readonly number[])[] = [];
    while (taken.length < run.length) {
      const start = random.below(run.length - length + 1);
      taken.push(...run.slice(start, start + Math.min(length, run.length - taken.length)));
    }
    return taken;
  });
}

function ratioOf(a: RunCells, b: RunCells, cellValues: readonly number[], quantile: number): number | null {
  const [from, to] = [a, b].map((intervals) => quantileOf(intervals, cellValues, quantile));
  return from == null || to == null || from === 0 ? null : to / from;
}

function quantileOf(intervals: RunCells, cellValues: readonly number[], quantile: number): number | null {
  const cells = cellValues.map((_, cell) => intervals.reduce((sum, counts) => sum + (counts[cell] ?? 0), 0));
  const count = cells.reduce((sum, each) => sum + each, 0);
  // A hair less: 0.55 * 100 is 55.00000000000001 in doubles.
  const rank = Math.max(1, Math.ceil(quantile * count * (1 - 1e-15)));
  let seen = 0;
  const found = cells.findIndex((each) => (seen += each) >= rank);
  return count === 0 ? null : cellValues[found]!;
}
