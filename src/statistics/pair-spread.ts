import { meanAndVariance } from "./mean-ratio.ts";
import { percentileNearestRank } from "./percentile.ts";
import { studentQuantile } from "./special-functions.ts";

/** The quantile of the distances of all pairs that counts as what chance does: one pair in twenty lies further apart. */
const floorPercent = 95;

/**
 * How far apart runs of the same thing lie: the 95th percentile (nearest rank) of |ln(x / y)| over all pairs, as a share:
 * 0.06 when the larger of two is 6 % above the smaller. Null with fewer than two values or one that is not above 0.
 */
export function pairRatioSpread(values: readonly number[]): number | null {
  if (values.some((value) => !(value > 0))) return null;
  const spread = pairDistance(values.map(Math.log));
  return spread === null ? null : Math.expm1(spread);
}

/** The same of |x - y|, in the unit of the values, for values that may be zero or negative. Null below two. */
export function pairDistance(values: readonly number[]): number | null {
  const distances = values.flatMap((value, i) => values.slice(i + 1).map((other) => Math.abs(other - value)));
  return percentileNearestRank(distances, floorPercent);
}

/**
 * How far the means of two further lots of runs lie apart by chance, but for one time in 1 / `tail` on either side, going by how
 * far these runs of the same thing do: t s sqrt(1 / n1 + 1 / n2) with Student's t, as they are few themselves (a prediction
 * interval). In the unit of the values; null below two.
 */
export function chanceDistance(
  values: readonly number[],
  [first, second]: readonly [number, number],
  tail: number,
): number | null {
  if (values.length < 2) return null;
  const t = studentQuantile(1 - tail, values.length - 1);
  return t * Math.sqrt(meanAndVariance(values).variance * (1 / first + 1 / second));
}

/** Standard deviation (n - 1) over mean; null below two values and where the mean is not above 0. */
export function coefficientOfVariation(values: readonly number[]): number | null {
  if (values.length < 2) return null;
  const { mean, variance } = meanAndVariance(values);
  return mean > 0 ? Math.sqrt(variance) / mean : null;
}
