import { changePoints, type Stretch } from "../statistics/change-points.ts";
import { stabilityOf, type Stability } from "../statistics/stability.ts";
import { batchMeansOf, mser5 } from "../statistics/warm-up.ts";

/** What of a second is followed: more messages delivered are better, a lower median latency is. */
export type FollowedMetric = "delivered" | "latencyP50";

/** Levels that differ by less than 5 % are one, whatever a test says of them. */
export const practicalShare = 0.05;
/** Spread below 1 % is that of counting and rounding. */
const leastSpread = 0.01;
/** Of fewer seconds every series is one stretch. */
const fewestForStability = 20;
/** Of longer series means are taken first, as the search takes the square of their length. */
const longestSeries = 1200;

/** What MSER-5 would cut off the front of a series. */
export interface WarmUpFinding {
  /** Values, as far as they lie beside the rest: by chance alone MSER-5 cuts every other series, and further than need be. */
  readonly cut: number;
  /** False when that is more than half of it: the series has not settled. */
  readonly isValid: boolean;
  /** Whether what would be cut off is worse than the rest, as a warm-up is. */
  readonly isWorse: boolean;
}

const batchSize = 5;
/** Means of five that lie so many of their own standard deviations off are no matter of chance. */
const besideDeviations = 2;

/** Null for fewer than 50 values. */
export function findWarmUp(values: readonly number[], metric: FollowedMetric): WarmUpFinding | null {
  const found = mser5(values, batchSize);
  if (found === null) return null;
  const { cutBatches, cutValues, mean } = found;
  const means = batchMeansOf(values, batchSize);
  const reach = Math.max(practicalShare * Math.abs(mean), besideDeviations * noiseOf(means));
  const isBeside = (value: number): boolean => Math.abs(value - mean) > reach;
  const before = cutBatches === 0 ? mean : meanOf(values.slice(0, cutValues));
  if (Math.abs(before - mean) <= practicalShare * Math.abs(mean)) return { cut: 0, isValid: true, isWorse: false };
  const cut = (means.slice(0, cutBatches).findLastIndex(isBeside) + 1) * batchSize;
  return {
    cut,
    isValid: cut <= values.length / 2,
    isWorse: metric === "delivered" ? before < mean : before > mean,
  };
}

/** How the levels of a series lie. */
export interface LevelsFinding {
  readonly class: Stability;
  /** Index of the first value of each stretch but the first. */
  readonly changes: readonly number[];
  /** Index of the first value from which on the last level is held. */
  readonly settledAt: number;
  /** Mean of the first and of the last stretch, in the unit of the values. */
  readonly first: number;
  readonly last: number;
}

/** Null for fewer than 20 values, and when all are 0. */
export function findLevels(values: readonly number[], metric: FollowedMetric): LevelsFinding | null {
  const mean = meanOf(values);
  if (values.length < fewestForStability || !(mean > 0)) return null;
  const size = Math.ceil(values.length / longestSeries);
  const isMoreBetter = metric === "delivered";
  // Both by share: messages of their mean, as a second may have none; times by their logarithm, as they have long tails.
  const scaled = batchMeansOf(values, size).map((value) =>
    isMoreBetter ? value / mean : Math.log(Math.max(1, value)),
  );
  const stretches = changePoints(scaled, { leastStdev: leastSpread });
  const found = stabilityOf(stretches, { tolerance: practicalShare, isMoreBetter });
  const levelOf = ({ mean: level }: Stretch): number => (isMoreBetter ? level * mean : Math.exp(level));
  return {
    class: found.class,
    changes: stretches.slice(1).map(({ from }) => from * size),
    settledAt: found.settledAt * size,
    first: levelOf(stretches[0]!),
    last: levelOf(stretches.at(-1)!),
  };
}

/** Standard deviation from one value to the next (von Neumann 1941), which a level that changes does not widen much. */
function noiseOf(values: readonly number[]): number {
  return Math.sqrt(meanOf(values.slice(1).map((value, i) => (value - values[i]!) ** 2)) / 2);
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
