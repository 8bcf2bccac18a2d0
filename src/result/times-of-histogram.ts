import { decodeHdr, encodeHdr } from "../measure/hdr-codec.ts";
import { Histogram, type HistogramStats } from "../measure/histogram.ts";
import type { ResultTimes } from "./result-blocks.ts";

/** Percentiles of the saved record with their names. */
const percentiles = { p50: 50, p90: 90, p95: 95, p99: 99, p999: 99.9 } as const;

/** What is needed of a block to have its histogram again. */
export interface SavedTimes {
  readonly count: number;
  readonly hdr: string | null;
  readonly max?: number | null;
  readonly min?: number | null;
  readonly sum?: number;
  readonly sumOfSquares?: number;
  readonly overflow?: number;
}

/**
 * The histogram a block was made from, or decoded from: a live result has no text form of its histograms, and decoding
 * costs a millisecond. Gone when the block is.
 */
const known = new WeakMap<object, Histogram>();

/** What a live view asked for last: an hour has thousands of seconds, and all but a few are as they were. */
const liveTimes = new WeakMap<Histogram, ResultTimes>();
const liveLatencies = new WeakMap<Histogram, IntervalLatency>();
const liveSlips = new WeakMap<Histogram, IntervalSlip>();

/** A histogram as the saved record has it. `encode: false` leaves `hdr` null: for the live view, several times cheaper. */
export function timesOfHistogram(histogram: Histogram, encode: boolean): ResultTimes {
  const earlier = encode ? undefined : liveTimes.get(histogram);
  if (earlier?.count === histogram.count) return earlier;
  const times: ResultTimes = {
    count: histogram.count,
    min: histogram.min,
    mean: histogram.mean,
    stdev: histogram.stdev,
    p50: histogram.percentile(percentiles.p50),
    p90: histogram.percentile(percentiles.p90),
    p95: histogram.percentile(percentiles.p95),
    p99: histogram.percentile(percentiles.p99),
    p999: histogram.percentile(percentiles.p999),
    max: histogram.max,
    sum: histogram.sum,
    sumOfSquares: histogram.sumOfSquares,
    overflow: histogram.overflow,
    unresolved: histogram.count === 0 ? [] : unresolvedOf(histogram),
    hdr: textOf(histogram, encode),
  };
  if (!encode) liveTimes.set(histogram, times);
  return remembering(times, histogram);
}

/** The same for one second. */
export function intervalLatencyOf(histogram: Histogram, encode: boolean): IntervalLatency {
  const earlier = encode ? undefined : liveLatencies.get(histogram);
  if (earlier?.count === histogram.count) return earlier;
  const times = remembering(
    {
      count: histogram.count,
      p50: histogram.percentile(50),
      p95: histogram.percentile(95),
      p99: histogram.percentile(99),
      max: histogram.max,
      hdr: textOf(histogram, encode),
    },
    histogram,
  );
  if (!encode) liveLatencies.set(histogram, times);
  return times;
}

/** The slip of one second. */
export function intervalSlipOf(histogram: Histogram, encode: boolean): IntervalSlip {
  const earlier = encode ? undefined : liveSlips.get(histogram);
  if (earlier?.count === histogram.count) return earlier;
  const { count } = histogram;
  const times = remembering({ count, p99: histogram.percentile(99), hdr: textOf(histogram, encode) }, histogram);
  if (!encode) liveSlips.set(histogram, times);
  return times;
}

interface IntervalLatency {
  readonly count: number;
  readonly p50: number | null;
  readonly p95: number | null;
  readonly p99: number | null;
  readonly max: number | null;
  readonly hdr: string | null;
}

interface IntervalSlip {
  readonly count: number;
  readonly p99: number | null;
  readonly hdr: string | null;
}

/**
 * The histogram of a block, with the exact figures saved beside it. Of a live block it is the one still being filled:
 * read it at once. Do not change it. Throws when `hdr` is no histogram or holds another number of samples than `count`.
 */
export function histogramOfTimes(times: SavedTimes): Histogram {
  const already = known.get(times);
  if (already !== undefined) return already;
  const histogram = times.hdr === null ? Histogram.empty() : decodeHdr(times.hdr, exactFigures(times));
  if (histogram.count !== times.count) {
    throw new Error(`its histogram holds ${histogram.count} samples, its count is ${times.count}`);
  }
  known.set(times, histogram);
  return histogram;
}

/** Any percentile 0 .. 100 of a block, microseconds; null when it is empty. */
export function percentileOfTimes(times: SavedTimes, percent: number): number | null {
  return histogramOfTimes(times).percentile(percent);
}

/** The histogram of several blocks together: a window of intervals, for example. */
export function sumOfTimes(all: readonly SavedTimes[]): Histogram {
  const sum = Histogram.empty();
  for (const times of all) sum.add(histogramOfTimes(times));
  return sum;
}

function unresolvedOf(histogram: Histogram): string[] {
  return Object.entries(percentiles).flatMap(([name, percent]) => (histogram.isResolved(percent) ? [] : [name]));
}

function textOf(histogram: Histogram, encode: boolean): string | null {
  return encode && histogram.count > 0 ? encodeHdr(histogram) : null;
}

function remembering<T extends object>(block: T, histogram: Histogram): T {
  known.set(block, histogram);
  return block;
}

/** The figures a block has saved exactly; after decoding alone they would be those of cell middles and edges. */
function exactFigures({ sum, sumOfSquares, min, max, overflow }: SavedTimes): Partial<HistogramStats> {
  return {
    ...(sum === undefined ? {} : { sum }),
    ...(sumOfSquares === undefined ? {} : { sumOfSquares }),
    ...(min === undefined || min === null ? {} : { min }),
    ...(max === undefined || max === null ? {} : { max }),
    ...(overflow === undefined ? {} : { overflow }),
  };
}
