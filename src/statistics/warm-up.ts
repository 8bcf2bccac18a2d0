/** Where MSER-5 would cut a series. */
export interface WarmUpCut {
  /** Means of `batchSize` values that the series came to; a remainder at its end is left out. */
  readonly batches: number;
  /** Batches to leave out at the front. */
  readonly cutBatches: number;
  /** Values to leave out at the front. */
  readonly cutValues: number;
  /** What was made smallest: about the variance of the mean of what is left. */
  readonly statistic: number;
  /** False when it would cut more than half: the series has not settled. */
  readonly isValid: boolean;
  /** Mean of the batches that are left. */
  readonly mean: number;
}

/** Fewer batches cannot tell a warm-up from chance. */
const minBatches = 10;
/** So many batches are always left: of fewer, some would have next to no variance by chance alone. */
const minLeft = 5;

/**
 * MSER-5 (White 1997, Spratt 1998): of the means of five values, cuts so many at the front that
 * sum (Z - mean)^2 / (left)^2 over those left is smallest; the fewest where that is a tie. Null for fewer than 10 batches.
 */
export function mser5(values: readonly number[], batchSize = 5): WarmUpCut | null {
  const means = batchMeansOf(values, batchSize);
  const batches = means.length;
  if (batches < minBatches) return null;
  let best = { cutBatches: 0, statistic: Infinity, mean: 0 };
  for (let cutBatches = 0; cutBatches <= batches - minLeft; cutBatches++) {
    const left = means.slice(cutBatches);
    const mean = left.reduce((sum, value) => sum + value, 0) / left.length;
    const statistic = left.reduce((sum, value) => sum + (value - mean) ** 2, 0) / left.length ** 2;
    if (statistic < best.statistic) best = { cutBatches, statistic, mean };
  }
  return {
    batches,
    ...best,
    cutValues: best.cutBatches * batchSize,
    isValid: best.cutBatches <= batches / 2,
  };
}

/** Means of `batchSize` values in a row; a remainder at the end is left out. */
export function batchMeansOf(values: readonly number[], batchSize: number): readonly number[] {
  return Array.from({ length: Math.floor(values.length / batchSize) }, (_, batch) => {
    let sum = 0;
    for (let i = batch * batchSize; i < (batch + 1) * batchSize; i++) sum += values[i]!;
    return sum / batchSize;
  });
}
