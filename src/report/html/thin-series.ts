import type { ChartSeries } from "./chart-spec.ts";

/** More points than this do not fit beside each other on any screen. */
export const mostPoints = 1200;

/**
 * Series of at most about `most` points, or as they were when they are no longer. Nothing is averaged: of each stretch of
 * x the points with the lowest and the highest value stay, and those beside a break, so that no peak gets lost and the
 * picture is the one all points would give.
 */
export function thinSeries(series: ChartSeries, most = mostPoints): ChartSeries {
  const { xs, ys } = series;
  if (xs.length <= most) return series;
  const perStretch = Math.ceil((2 * xs.length) / most);
  const kept = new Set([0, xs.length - 1]);
  for (let from = 0; from < xs.length; from += perStretch) {
    const to = Math.min(xs.length, from + perStretch);
    let [lowest, highest] = [-1, -1];
    for (let index = from; index < to; index++) {
      const y = ys[index] ?? null;
      if (y === null) kept.add(index);
      else {
        if (lowest < 0 || y < ys[lowest]!) lowest = index;
        if (highest < 0 || y > ys[highest]!) highest = index;
      }
    }
    if (lowest >= 0) kept.add(lowest).add(highest);
  }
  const places = [...kept].sort((a, b) => a - b);
  return { ...series, xs: places.map((place) => xs[place]!), ys: places.map((place) => ys[place] ?? null) };
}
