import { percentileNearestRank } from "../statistics/percentile.ts";
import { hamedRaoFactor, mannKendall, theilSen } from "../statistics/trend.ts";
import { batchMeansOf } from "../statistics/warm-up.ts";
import { practicalShare, type FollowedMetric } from "./find-warm-up.ts";

// What a search for levels does not see: a level that moves a little every second, and one that comes and goes.

/** From where to where a metric went, in its unit. */
export interface Span {
  readonly from: number;
  readonly to: number;
}

/** Of fewer seconds any series may seem to move. */
const fewestSeconds = 20;
const fewestBatches = 10;
const longestBatchSeconds = 5;
/** More would cost the square of their number. */
const mostBatches = 300;
/** A trend by chance alone is less likely than this. */
const significance = 0.01;

/**
 * Where a line through the seconds begins and ends, if it rises or falls by more than 5 % and that is no chance: Theil-Sen and
 * Mann-Kendall on means of some seconds, corrected for their dependence. Null otherwise, and for fewer than twenty seconds.
 */
export function findDrift(values: readonly number[], metric: FollowedMetric): Span | null {
  if (values.length < fewestSeconds) return null;
  const batch = Math.min(longestBatchSeconds, Math.floor(values.length / fewestBatches));
  const means = batchMeansOf(scaledOf(values, metric), Math.max(batch, Math.ceil(values.length / mostBatches)));
  const places = means.map((_, place) => place);
  const line = theilSen(places, means);
  if (line === null) return null;
  const [from, to] = [line.intercept, line.intercept + line.slope * (means.length - 1)];
  const isLarge = Math.abs(to - from) > changeOf(practicalShare, metric) * sizeOf(means, metric);
  if (!isLarge || mannKendall(means, hamedRaoFactor(places, means)).pTwoSided >= significance) return null;
  return { from: unscaled(from, metric), to: unscaled(to, metric) };
}

/** So much of a level, as standard deviation, may come and go; 14 % up and down. */
const largestSwing = 0.1;
/** Neighbours are as alike by chance in one series of a hundred. */
const chanceQuantile = 2.326;

/**
 * Between what values the middle four fifths of the seconds lie, if they follow each other up and down by more than a tenth of
 * their level; null otherwise. Differences between neighbouring seconds are noise and are taken off (von Neumann 1941: half of
 * the mean square of successive differences); the outer fifth is cut to size, so that a single pause is none.
 */
export function findSwing(values: readonly number[], metric: FollowedMetric): Span | null {
  if (values.length < fewestSeconds) return null;
  const scaled = scaledOf(values, metric);
  const [low, high] = [percentileNearestRank(scaled, 10)!, percentileNearestRank(scaled, 90)!];
  const clipped = scaled.map((value) => Math.min(high, Math.max(low, value)));
  const mean = meanOf(clipped);
  const variance = meanOf(clipped.map((value) => (value - mean) ** 2));
  const noise = meanOf(clipped.slice(1).map((value, i) => (value - clipped[i]!) ** 2)) / 2;
  const swing = Math.sqrt(Math.max(0, variance - noise));
  const isLarge = swing > changeOf(largestSwing, metric) * sizeOf(clipped, metric);
  const isChance = 1 - noise / variance <= chanceQuantile / Math.sqrt(values.length);
  return isLarge && !isChance ? { from: unscaled(low, metric), to: unscaled(high, metric) } : null;
}

/** Times by their logarithm, as they have long tails. */
function scaledOf(values: readonly number[], metric: FollowedMetric): readonly number[] {
  return metric === "delivered" ? values : values.map((value) => Math.log(Math.max(1, value)));
}

function unscaled(value: number, metric: FollowedMetric): number {
  return metric === "delivered" ? Math.max(0, value) : Math.exp(value);
}

/** A share in the scale of the metric. */
function changeOf(share: number, metric: FollowedMetric): number {
  return metric === "delivered" ? share : Math.log(1 + share);
}

/** What shares are of: logarithms hold them already. */
function sizeOf(scaled: readonly number[], metric: FollowedMetric): number {
  return metric === "delivered" ? Math.abs(meanOf(scaled)) : 1;
}

function meanOf(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
