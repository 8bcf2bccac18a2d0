import { midRanks } from "./mid-ranks.ts";
import { medianOfSorted } from "./percentile.ts";
import { normalCdf, normalQuantile } from "./special-functions.ts";

// Two samples by their ranks: nothing is asked of the shape of their distribution, and an outlier weighs no more than one
// value. Both samples need at least one value.

/** Beyond so many values together the normal distribution stands for the exact one. */
const exactLimit = 60;

/** Whether two samples come from one distribution. */
export interface MannWhitney {
  /** Pairs in which the value of the first sample is the larger; a tie counts half. */
  readonly u: number;
  /** Two-sided, from all ways to deal the observed values (ties included) to the two samples; null beyond 60 values. */
  readonly pExact: number | null;
  /** Two-sided, by the normal distribution with corrections for ties and continuity. */
  readonly pNormal: number;
  /** The exact one where there is one. 1 when all values are equal. */
  readonly p: number;
}

/**
 * The Mann-Whitney test (1947). Its exact distribution is that of the middle ranks themselves, found by dynamic programming
 * over doubled ranks: tables for untied values are wrong as soon as two values are equal. Three values a side can never
 * give less than 0.1.
 */
export function mannWhitney(a: readonly number[], b: readonly number[]): MannWhitney {
  const ranks = midRanks([...a, ...b]);
  const rankSum = sum(ranks.slice(0, a.length));
  const u = rankSum - (a.length * (a.length + 1)) / 2;
  const pNormal = normalProbability(u, a.length, b.length, ranks);
  const pExact = ranks.length > exactLimit ? null : exactProbability(ranks, a.length);
  return { u, pExact, pNormal, p: pExact ?? pNormal };
}

/** How often a value of b is larger than one of a, less how often smaller (Cliff 1993): -1 .. 1, 0 for no difference. */
export function cliffsDelta(a: readonly number[], b: readonly number[]): number {
  let balance = 0;
  for (const x of a) for (const y of b) balance += Math.sign(y - x);
  return balance / (a.length * b.length);
}

/** An estimate with its confidence interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/**
 * How far b lies above a: the median of all differences b - a, with the interval of the Mann-Whitney test (Hodges and
 * Lehmann 1963; ranks of the interval as in R's wilcox.test).
 */
export function hodgesLehmann(a: readonly number[], b: readonly number[], confidence: number): Estimate {
  const differences = Float64Array.from(a.flatMap((x) => b.map((y) => y - x))).sort();
  const rank = lowRank(a.length, b.length, (1 - confidence) / 2);
  return {
    value: medianOfSorted(differences)!,
    low: differences[rank - 1]!,
    high: differences[differences.length - rank]!,
  };
}

/** How many times a is b: the same on logarithms, so that it needs values above 0. */
export function hodgesLehmannRatio(a: readonly number[], b: readonly number[], confidence: number): Estimate {
  const { value, low, high } = hodgesLehmann(a.map(Math.log), b.map(Math.log), confidence);
  return { value: Math.exp(value), low: Math.exp(low), high: Math.exp(high) };
}

/** The rank (from 1) of the difference at which the interval begins: the smallest u with P(U <= u) >= tail, at least 1. */
function lowRank(n1: number, n2: number, tail: number): number {
  if (n1 + n2 > exactLimit) {
    const spread = Math.sqrt((n1 * n2 * (n1 + n2 + 1)) / 12);
    return Math.max(1, Math.round((n1 * n2) / 2 + normalQuantile(tail) * spread));
  }
  const untied = Array.from({ length: n1 + n2 }, (_, i) => i + 1);
  const { ways, total } = waysOfRankSums(untied, n1);
  let seen = 0;
  let u = 0;
  const smallest = n1 * (n1 + 1);
  for (; ; u++) {
    seen += ways[smallest + 2 * u]!;
    if (seen >= tail * total) return Math.max(1, u);
  }
}

function exactProbability(ranks: readonly number[], n1: number): number {
  const { ways, total } = waysOfRankSums(ranks, n1);
  const observed = Math.round(2 * sum(ranks.slice(0, n1)));
  const below = sum(ways.slice(0, observed + 1));
  const above = sum(ways.slice(observed));
  return Math.min(1, (2 * Math.min(below, above)) / total);
}

/** In how many ways n1 of the ranks add up to half of s, by s; middle ranks are whole when doubled. */
function waysOfRankSums(ranks: readonly number[], n1: number): { readonly ways: number[]; readonly total: number } {
  const doubled = ranks.map((rank) => Math.round(2 * rank));
  const largest = sum(doubled);
  const byCount = Array.from({ length: n1 + 1 }, () => new Array<number>(largest + 1).fill(0));
  byCount[0]![0] = 1;
  for (const rank of doubled) {
    for (let taken = n1; taken >= 1; taken--) {
      const [to, from] = [byCount[taken]!, byCount[taken - 1]!];
      for (let s = largest; s >= rank; s--) to[s]! += from[s - rank]!;
    }
  }
  const ways = byCount[n1]!;
  return { ways, total: sum(ways) };
}

function normalProbability(u: number, n1: number, n2: number, ranks: readonly number[]): number {
  const n = n1 + n2;
  const sizes = new Map<number, number>();
  for (const rank of ranks) sizes.set(rank, (sizes.get(rank) ?? 0) + 1);
  const ties = sum([...sizes.values()].map((size) => size ** 3 - size));
  const variance = ((n1 * n2) / 12) * (n + 1 - ties / (n * (n - 1)));
  if (!(variance > 0)) return 1;
  const distance = Math.max(0, Math.abs(u - (n1 * n2) / 2) - 0.5);
  return Math.min(1, 2 * normalCdf(-distance / Math.sqrt(variance)));
}

function sum(values: readonly number[]): number {
  return values.reduce((total, value) => total + value, 0);
}
