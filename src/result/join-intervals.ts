import type { ResultInterval } from "./run-result.ts";
import { intervalLatencyOf, intervalSlipOf, sumOfTimes } from "./times-of-histogram.ts";
import { secondsIn } from "./whole-seconds.ts";

/**
 * Intervals of one generator that follow each other, at least one, as one: counts and histograms are added, of memory and
 * lag the largest stands. `encode: false` leaves histograms without their text: for figures that are not saved.
 */
export function joinIntervals(all: readonly ResultInterval[], encode: boolean): ResultInterval {
  const [first] = all;
  if (all.length === 1) return first!;
  const extremes = all.flatMap(({ deliveredExtremes }) => deliveredExtremes ?? []);
  return {
    ...sumOfIntervals(all, encode),
    tMs: first!.tMs,
    lengthMs: all.reduce((sum, { lengthMs }) => sum + lengthMs, 0),
    generatorRssBytes: largestOf(all.map(({ generatorRssBytes }) => generatorRssBytes)),
    ...(extremes.length === all.length && { deliveredExtremes: joinExtremes(extremes) }),
  };
}

/** Intervals of one phase in stretches of so many seconds, the last perhaps shorter; those that are longer stay as they are. */
export function inStretchesOf(
  seconds: number,
  intervals: readonly ResultInterval[],
  encode: boolean,
): readonly ResultInterval[] {
  const stretches: ResultInterval[][] = [];
  let open = 0;
  for (const interval of intervals) {
    const own = secondsIn(interval);
    if (stretches.length > 0 && open + own <= seconds) {
      stretches.at(-1)!.push(interval);
      open += own;
    } else {
      stretches.push([interval]);
      open = own;
    }
  }
  return stretches.map((stretch) => joinIntervals(stretch, encode));
}

/**
 * What intervals of one generator or of several have in common: counts and histograms added, of what the target uses and
 * of lag the largest. At least one.
 */
export function sumOfIntervals(
  all: readonly ResultInterval[],
  encode: boolean,
): Omit<ResultInterval, "tMs" | "lengthMs" | "generatorRssBytes" | "deliveredExtremes"> {
  const sum = (read: (interval: ResultInterval) => number): number =>
    all.reduce((total, each) => total + read(each), 0);
  return {
    segment: all[0]!.segment,
    sent: sum((each) => each.sent),
    delivered: sum((each) => each.delivered),
    lost: sum((each) => each.lost),
    latencyUs: intervalLatencyOf(sumOfTimes(all.map((each) => each.latencyUs)), encode),
    slipUs: intervalSlipOf(sumOfTimes(all.map((each) => each.slipUs)), encode),
    targetRssBytes: largestOf(all.map(({ targetRssBytes }) => targetRssBytes)),
    lagUs: Math.max(...all.map((each) => each.lagUs)),
  };
}

type Extremes = NonNullable<ResultInterval["deliveredExtremes"]>;

function joinExtremes(all: readonly Extremes[]): Extremes {
  const least = all.flatMap(({ leastInTenSeconds }) => leastInTenSeconds ?? []);
  const most = all.flatMap(({ mostInTenSeconds }) => mostInTenSeconds ?? []);
  return {
    leastInSecond: Math.min(...all.map(({ leastInSecond }) => leastInSecond)),
    mostInSecond: Math.max(...all.map(({ mostInSecond }) => mostInSecond)),
    leastInTenSeconds: least.length === 0 ? null : Math.min(...least),
    mostInTenSeconds: most.length === 0 ? null : Math.max(...most),
  };
}

function largestOf(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}
