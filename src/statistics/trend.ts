import { autocorrelation } from "./dependence.ts";
import { midRanks } from "./mid-ranks.ts";
import { medianOfSorted } from "./percentile.ts";
import { normalCdf, normalQuantile } from "./special-functions.ts";

/** A straight line through points and how sure its slope is. */
export interface TheilSenLine {
  readonly slope: number;
  readonly intercept: number;
  /** Confidence interval of the slope. */
  readonly low: number;
  readonly high: number;
}

/**
 * Theil-Sen: the median slope of all pairs of points with different t, which outliers do not move; its interval by
 * Sen's ranks (1968). O(n^2): keep n at some hundreds. Null without two different t.
 */
export function theilSen(t: readonly number[], y: readonly number[], confidence = 0.95): TheilSenLine | null {
  const n = t.length;
  const slopes = new Float64Array((n * (n - 1)) / 2);
  let pairs = 0;
  for (let i = 0; i < n; i++) {
    for (let j = i + 1; j < n; j++) {
      const dt = t[j]! - t[i]!;
      if (dt !== 0) slopes[pairs++] = (y[j]! - y[i]!) / dt;
    }
  }
  if (pairs === 0) return null;
  const sorted = slopes.subarray(0, pairs).sort();
  const slope = medianOfSorted(sorted)!;
  const intercept = medianOfSorted(Float64Array.from(y).sort())! - slope * medianOfSorted(Float64Array.from(t).sort())!;
  const variance = (scoreVarianceTimes18(n) - tieTerm(t) - tieTerm(y)) / 18;
  const reach = normalQuantile(1 - (1 - confidence) / 2) * Math.sqrt(Math.max(0, variance));
  const lowRank = Math.max(Math.round((pairs - reach) / 2) - 1, 0);
  const highRank = Math.min(Math.round((pairs + reach) / 2), pairs - 1);
  return { slope, intercept, low: sorted[lowRank]!, high: sorted[highRank]! };
}

/** The Mann-Kendall test for a trend. */
export interface MannKendall {
  /** Pairs that rise minus pairs that fall. */
  readonly score: number;
  readonly variance: number;
  /** Standard normal under no trend, with continuity correction. */
  readonly z: number;
  readonly pTwoSided: number;
  /** Probability of so much rise without a trend, by the normal approximation. */
  readonly pIncreasing: number;
  /** The same by the exact distribution; null for more than 10 values or with equal ones. */
  readonly pIncreasingExact: number | null;
  /** Kendall's tau: the score over the number of pairs. */
  readonly tau: number;
}

/**
 * Mann-Kendall (Mann 1945, Kendall 1975) on values in time order, ties allowed for. `varianceFactor` corrects for
 * autocorrelation (hamedRaoFactor). Without any pair p is 1 (two-sided).
 */
export function mannKendall(y: readonly number[], varianceFactor = 1): MannKendall {
  const n = y.length;
  let score = 0;
  for (let i = 0; i < n; i++) for (let j = i + 1; j < n; j++) score += Math.sign(y[j]! - y[i]!);
  const ties = tieTerm(y);
  const variance = ((scoreVarianceTimes18(n) - ties) / 18) * varianceFactor;
  const z = variance > 0 ? (score - Math.sign(score)) / Math.sqrt(variance) : 0;
  return {
    score,
    variance,
    z,
    pTwoSided: 2 * normalCdf(-Math.abs(z)),
    pIncreasing: normalCdf(-z),
    pIncreasingExact: ties === 0 && n >= 2 && n <= 10 ? exactProbability(n, score) : null,
    tau: n < 2 ? 0 : score / ((n * (n - 1)) / 2),
  };
}

/**
 * By what factor autocorrelation widens the variance of the Mann-Kendall score (Hamed and Rao 1998): from the lags of
 * the ranks of the detrended values that differ from 0 at 95 %. At least 1: what looks like negative correlation makes
 * no test more certain here.
 */
export function hamedRaoFactor(t: readonly number[], y: readonly number[]): number {
  const n = y.length;
  const line = theilSen(t, y);
  if (n < 4 || line === null) return 1;
  const ranks = midRanks(y.map((value, i) => value - line.slope * t[i]!));
  const correlations = autocorrelation(ranks, n - 3);
  let weighted = 0;
  for (let lag = 1; lag < n - 2; lag++) {
    const correlation = correlations[lag]!;
    if (Math.abs(correlation) > 1.96 / Math.sqrt(n))
      weighted += (n - lag) * (n - lag - 1) * (n - lag - 2) * correlation;
  }
  return Math.max(1, 1 + (2 * weighted) / (n * (n - 1) * (n - 2)));
}

function scoreVarianceTimes18(n: number): number {
  return n * (n - 1) * (2 * n + 5);
}

/** Sum of k(k-1)(2k+5) over groups of k equal values. */
function tieTerm(values: readonly number[]): number {
  const sizes = new Map<number, number>();
  for (const value of values) sizes.set(value, (sizes.get(value) ?? 0) + 1);
  let sum = 0;
  for (const size of sizes.values()) sum += scoreVarianceTimes18(size);
  return sum;
}

/** P(score >= given) over all orders of n different values: the numbers of permutations by their inversions. */
function exactProbability(n: number, score: number): number {
  let orders = [1];
  for (let size = 2; size <= n; size++) {
    const next = new Array<number>(orders.length + size - 1).fill(0);
    for (let i = 0; i < orders.length; i++) for (let more = 0; more < size; more++) next[i + more]! += orders[i]!;
    orders = next;
  }
  const inversions = (orders.length - 1 - score) / 2;
  const total = orders.reduce((sum, count) => sum + count, 0);
  return orders.slice(0, inversions + 1).reduce((sum, count) => sum + count, 0) / total;
}
