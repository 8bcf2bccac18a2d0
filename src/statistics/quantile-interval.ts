import { binomialCdf, normalQuantile } from "./special-functions.ts";

/** Ranks (from 1) of the samples that an interval of a quantile ends at. */
export interface QuantileRanks {
  /** Null when the samples give no lower end. */
  readonly lower: number | null;
  /** Null when the upper end lies beyond the largest sample. */
  readonly upper: number | null;
  /** How often such an interval holds the quantile; at least the confidence when both ends are there. */
  readonly coverage: number;
}

/** Above this variance of the rank the normal approximation is off by less than a rank. */
const largeVariance = 1000;

/** Interval of the q quantile (0 < q < 1) of n samples, by their order alone: exact for few, normal for many. */
export function quantileRanks(n: number, q: number, confidence = 0.95): QuantileRanks {
  if (n * q * (1 - q) < largeVariance) return exactQuantileRanks(n, q, confidence);
  const [lower, upper] = normalQuantileRanks(n, q, confidence);
  return { lower, upper, coverage: confidence };
}

/**
 * Exact ranks: of the samples below the quantile there are B ~ Bin(n, q), so lower is the largest rank r with
 * P(B <= r - 1) <= a/2 and upper the smallest with P(B <= r - 1) >= 1 - a/2.
 */
export function exactQuantileRanks(n: number, q: number, confidence = 0.95): QuantileRanks {
  const tail = (1 - confidence) / 2;
  const below = (rank: number): number => binomialCdf(rank - 1, n, q);
  // Ranks 1 .. n + 1 (beyond the last sample) in rising order of P(B <= r - 1), which is 1 at n + 1.
  const firstWith = (holds: (probability: number) => boolean): number => {
    let [low, high] = [1, n + 1];
    while (low < high) {
      const middle = Math.floor((low + high) / 2);
      if (holds(below(middle))) high = middle;
      else low = middle + 1;
    }
    return low;
  };
  const lower = firstWith((probability) => probability > tail) - 1;
  const upper = firstWith((probability) => probability >= 1 - tail);
  const coverage = (upper > n ? 1 : below(upper)) - (lower < 1 ? 0 : below(lower));
  return { lower: lower < 1 ? null : lower, upper: upper > n ? null : upper, coverage };
}

/** Ranks by the normal approximation, for many samples. */
export function normalQuantileRanks(n: number, q: number, confidence = 0.95): readonly [lower: number, upper: number] {
  const reach = normalQuantile(1 - (1 - confidence) / 2) * Math.sqrt(n * q * (1 - q));
  return [Math.floor(n * q - reach), Math.ceil(n * q + reach) + 1];
}

/** So few samples that the largest of them is, with this confidence, an upper bound of the q quantile (Wilks 1941). */
export function samplesForUpperBound(q: number, confidence = 0.95): number {
  return Math.ceil(Math.log(1 - confidence) / Math.log(q));
}
