import { normalQuantile, studentQuantile } from "./special-functions.ts";
import { batchMeansOf } from "./warm-up.ts";

/** Correlation of a series with itself `lag` values later, for lags 0 .. maxLag; all 0 (but the first) without variance. */
export function autocorrelation(values: readonly number[], maxLag: number): readonly number[] {
  const centred = centredOf(values);
  const square = centred.reduce((sum, value) => sum + value * value, 0);
  return Array.from({ length: maxLag + 1 }, (_, lag) => {
    if (square === 0) return lag === 0 ? 1 : 0;
    let product = 0;
    for (let i = 0; i + lag < centred.length; i++) product += centred[i]! * centred[i + lag]!;
    return product / square;
  });
}

/**
 * So many values in a row tell as much as one that stands alone: the largest of b var(means of b) / var over b = 1, 2, 4
 * ..., as far as b is long enough to be believed (the time is more than b/5). At least 1; as latte does it (P.
 * Kolaczkowski).
 */
export function autocorrelationTime(values: readonly number[]): number {
  const whole = sampleVariance(values);
  let time = 1;
  if (!(whole > 0)) return time;
  for (let size = 1, means = values; means.length >= 2; size *= 2, means = batchMeansOf(means, 2)) {
    const own = (size * sampleVariance(means)) / whole;
    if (own <= 0.2 * size) break;
    time = Math.max(time, own);
  }
  return time;
}

/** Independent values that would tell as much of the mean as these; their number when they are independent. */
export function effectiveSampleSize(values: readonly number[]): number {
  return values.length / autocorrelationTime(values);
}

/** A mean and how sure it is. */
export interface MeanInterval {
  readonly batches: number;
  readonly mean: number;
  /** Of the means of the batches. */
  readonly stdev: number;
  /** Half the length of the interval. */
  readonly half: number;
  readonly low: number;
  readonly high: number;
}

/** Interval of the mean of a series by means of batches, each long enough to be independent; Student's t. Null for fewer than two. */
export function batchMeansInterval(
  values: readonly number[],
  batchSize: number,
  confidence = 0.95,
): MeanInterval | null {
  const means = batchMeansOf(values, batchSize);
  const batches = means.length;
  if (batches < 2) return null;
  const mean = meanOf(means);
  const stdev = Math.sqrt(sampleVariance(means));
  const half = (studentQuantile(1 - (1 - confidence) / 2, batches - 1) * stdev) / Math.sqrt(batches);
  return { batches, mean, stdev, half, low: mean - half, high: mean + half };
}

const fewestBatches = 10;
const mostBatches = 30;

/** The same with 10 to 30 batches, each at least twice the autocorrelation time long; null for a series too short for that. */
export function meanInterval(values: readonly number[], confidence = 0.95): MeanInterval | null {
  const batchSize = Math.max(Math.ceil(2 * autocorrelationTime(values)), Math.ceil(values.length / mostBatches));
  if (values.length / batchSize < fewestBatches) return null;
  return batchMeansInterval(values, batchSize, confidence);
}

/** From fewer stretches nothing can be said of how they differ. */
const fewestStretches = 10;

/** One stretch of a sequence of yes and no: how many there were, how many of them yes. */
export interface TallyOfHits {
  readonly hits: number;
  readonly of: number;
}

/**
 * How much less n such answers tell than n independent ones (the design effect, at least 1): by how much the hits of the
 * stretches, seconds for example, vary more than chance has it, and for how many stretches that goes on; widened as
 * Student's t is, as that is itself but an estimate from so many stretches. Empty ones are passed over. Null for fewer
 * than ten, when there are hits and misses at all.
 */
export function designEffect(stretches: readonly TallyOfHits[], confidence = 0.95): number | null {
  const told = stretches.filter(({ of }) => of > 0);
  const total = told.reduce((sum, { of }) => sum + of, 0);
  const share = told.reduce((sum, { hits }) => sum + hits, 0) / total;
  if (total === 0 || share === 0 || share === 1) return 1;
  if (told.length < fewestStretches) return null;
  const excess = told.map(({ hits, of }) => hits - of * share);
  const byChance = (total / told.length) * share * (1 - share);
  const time = autocorrelationTime(excess);
  const effect = Math.max(1, (sampleVariance(excess) / byChance) * time);
  return effect * studentWidening(told.length / time, confidence) ** 2;
}

/** By how much an interval is wider where its variance is an estimate from n independent values. */
function studentWidening(n: number, confidence: number): number {
  const level = 1 - (1 - confidence) / 2;
  return studentQuantile(level, Math.max(1, n - 1)) / normalQuantile(level);
}

/** Divided by n - 1; 0 for fewer than two values. */
export function sampleVariance(values: readonly number[]): number {
  if (values.length < 2) return 0;
  return centredOf(values).reduce((sum, value) => sum + value * value, 0) / (values.length - 1);
}

function centredOf(values: readonly number[]): readonly number[] {
  const mean = meanOf(values);
  return values.map((value) => value - mean);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
