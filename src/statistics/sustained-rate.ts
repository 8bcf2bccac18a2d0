/** What was held of the best that was reached. */
export interface SustainedRate {
  /** Mean of the best window, in the unit of the values; null when there is no whole window. */
  readonly peak: number | null;
  /** Mean of the worst window. */
  readonly sustained: number | null;
  /** sustained / peak; null when there is none. */
  readonly ratio: number | null;
  /** Most values in a row of at least `level` times the peak. */
  readonly longestRun: number;
}

/** Rates of equal intervals, their means over every window of `windowLength` of them, and the longest run at `level` x peak. */
export function sustainedRate(rates: readonly number[], windowLength: number, level: number): SustainedRate {
  let sum = 0;
  let [peak, sustained] = [-Infinity, Infinity];
  rates.forEach((rate, i) => {
    sum += rate - (rates[i - windowLength] ?? 0);
    if (i + 1 < windowLength) return;
    peak = Math.max(peak, sum / windowLength);
    sustained = Math.min(sustained, sum / windowLength);
  });
  if (peak === -Infinity) return { peak: null, sustained: null, ratio: null, longestRun: 0 };
  return {
    peak,
    sustained,
    ratio: peak > 0 ? sustained / peak : null,
    longestRun: longestRunFrom(rates, level * peak),
  };
}

/** Most values in a row of at least `least`. */
export function longestRunFrom(values: readonly number[], least: number): number {
  let [run, longest] = [0, 0];
  for (const value of values) {
    run = value >= least ? run + 1 : 0;
    longest = Math.max(longest, run);
  }
  return longest;
}
