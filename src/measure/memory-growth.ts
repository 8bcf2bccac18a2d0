import { median } from "../statistics/percentile.ts";
import { hamedRaoFactor, mannKendall, theilSen } from "../statistics/trend.ts";

/** One reading of a process's memory. */
export interface MemorySample {
  /** Milliseconds, any origin. */
  readonly tMs: number;
  readonly bytes: number;
}

export type LeakVerdict = "leak" | "no leak" | "inconclusive";

/** What the memory of a process did during a run; start and end are medians of the first and last tenth after the warm-up. */
export interface MemoryGrowth {
  readonly startBytes: number;
  /** The largest sample, warm-up included. */
  readonly peakBytes: number;
  readonly endBytes: number;
  /** endBytes - startBytes; negative when memory was given back; null with a single sample. */
  readonly growthBytes: number | null;
  /** Robust trend of the floor (Theil-Sen on window minima) with its 95 % interval; null below a minute after warm-up. */
  readonly slopeBytesPerSecond: number | null;
  readonly slopeLowBytesPerSecond: number | null;
  readonly slopeHighBytesPerSecond: number | null;
  /** One-sided Mann-Kendall: the chance of so much rise without a trend; null with too few samples. */
  readonly pValue: number | null;
  readonly verdict: LeakVerdict;
  /** Why the verdict is inconclusive; null when it is not. */
  readonly inconclusive: string | null;
}

/** Shorter runs show growth, not leaks. */
const minSteadyMs = 180_000;
/** A process that has just begun to work grows whatever it does: a slope over seconds of that is no trend. */
const minTrendMs = 60_000;
/** Samples below which a window's minimum says little about the floor left by garbage collection. */
const minWindowSamples = 10;
const minWindows = 10;
/** More windows would be shorter than the period of many collectors, and the tests cost the square of their number. */
const maxWindows = 30;
/** A window has a floor when garbage was collected twice in it. */
const minCollections = 2 * minWindows;

/**
 * Judges samples in time order, those of the load alone (connecting and drain left out). Raw samples of a collected
 * heap raise false alarms, so: warm-up cut off, minima of windows taken, then trend and test, the test corrected for
 * what autocorrelation is left. The warm-up is the first fifth; of a run long enough to find a leak in, at least 30 s. A
 * shorter one can only show growth, and cutting more from it would show less than there was. `collections` is how often all
 * garbage was collected meanwhile, null when nobody knows: a rise between few of them may be garbage. Null without samples.
 */
export function judgeMemory(samples: readonly MemorySample[], collections: number | null = null): MemoryGrowth | null {
  if (samples.length === 0) return null;
  const steadyFromMs = endOfWarmupMs(samples[0]!.tMs, samples.at(-1)!.tMs);
  const settled = samples.filter((sample) => sample.tMs >= steadyFromMs);
  const steady = settled.length > 1 ? settled : samples.slice(-2);
  const steadyMs = steady.at(-1)!.tMs - steady[0]!.tMs;
  const tenth = Math.max(1, Math.floor(steady.length / 10));
  const startBytes = median(steady.slice(0, tenth).map((sample) => sample.bytes))!;
  const endBytes = median(steady.slice(-tenth).map((sample) => sample.bytes))!;
  const windows = windowMinima(steady);
  const seconds = windows.map((window) => window.tMs / 1000);
  const floor = windows.map((window) => window.bytes);
  const line = floor.length < 3 || steadyMs < minTrendMs ? null : theilSen(seconds, floor);
  const pValue = line === null ? null : probabilityOfRise(seconds, floor);
  const tooLittle = whyInconclusive(steadyMs, steady.length);
  const judged =
    tooLittle !== null || line === null || pValue === null
      ? "inconclusive"
      : leakVerdict({
          pIncreasing: pValue,
          slopeLowBytesPerSecond: line.low,
          growthBytes: (line.slope * steadyMs) / 1000,
          baselineBytes: startBytes,
          steadyMs,
        });
  const mayBeGarbage = judged === "leak" && collections !== null && collections < minCollections;
  return {
    startBytes,
    peakBytes: samples.reduce((peak, sample) => Math.max(peak, sample.bytes), 0),
    endBytes,
    growthBytes: steady.length < 2 ? null : endBytes - startBytes,
    slopeBytesPerSecond: line?.slope ?? null,
    slopeLowBytesPerSecond: line?.low ?? null,
    slopeHighBytesPerSecond: line?.high ?? null,
    pValue,
    verdict: mayBeGarbage ? "inconclusive" : judged,
    inconclusive: mayBeGarbage ? whyMayBeGarbage(collections) : tooLittle,
  };
}

/** The figures a leak is judged by. */
export interface LeakEvidence {
  readonly pIncreasing: number;
  readonly slopeLowBytesPerSecond: number;
  /** Slope times the steady time. */
  readonly growthBytes: number;
  readonly baselineBytes: number;
  readonly steadyMs: number;
}

/** A leak is a rise that is no chance (p < 1 %, lower bound of the slope above 0) and matters (over 10 MiB and over 5 %). */
export function leakVerdict(evidence: LeakEvidence): LeakVerdict {
  if (evidence.steadyMs < minSteadyMs) return "inconclusive";
  const matters = evidence.growthBytes > Math.max(10 * 1024 * 1024, 0.05 * evidence.baselineBytes);
  return evidence.pIncreasing < 0.01 && evidence.slopeLowBytesPerSecond > 0 && matters ? "leak" : "no leak";
}

/** Bytes kept per message: the slope over the rate of delivered messages; null when either is unknown or the rate is 0. */
export function memoryPerMessage(slopeBytesPerSecond: number | null, deliveredPerSecond: number | null): number | null {
  return slopeBytesPerSecond === null || !deliveredPerSecond ? null : slopeBytesPerSecond / deliveredPerSecond;
}

/**
 * Bytes per connection: Theil-Sen of memory over settled numbers of connections, one reading (a median) for each.
 * Null below three different numbers.
 */
export function memoryPerConnection(
  levels: readonly { readonly connections: number; readonly bytes: number }[],
): number | null {
  if (new Set(levels.map((level) => level.connections)).size < 3) return null;
  const line = theilSen(
    levels.map((level) => level.connections),
    levels.map((level) => level.bytes),
  );
  return line?.slope ?? null;
}

/** Where the steady part begins of readings from `startMs` to `endMs`: a process that has just begun to work grows. */
export function endOfWarmupMs(startMs: number, endMs: number): number {
  const wholeMs = endMs - startMs;
  return startMs + (wholeMs < minSteadyMs ? wholeMs / 5 : Math.max(wholeMs / 5, 30_000));
}

/** The smallest sample of each window, at the middle of the window's time; the last window takes the remainder. */
function windowMinima(samples: readonly MemorySample[]): readonly MemorySample[] {
  const enough = samples.length >= minWindowSamples * minWindows;
  const count = enough
    ? Math.min(maxWindows, Math.floor(samples.length / minWindowSamples))
    : Math.min(minWindows, samples.length);
  return Array.from({ length: count }, (_, i) => {
    const window = samples.slice(
      Math.floor((i * samples.length) / count),
      Math.floor(((i + 1) * samples.length) / count),
    );
    return {
      tMs: (window[0]!.tMs + window.at(-1)!.tMs) / 2,
      bytes: window.reduce((least, sample) => Math.min(least, sample.bytes), Infinity),
    };
  });
}

/** One-sided p: exact for ten values without ties, else normal with the variance widened for autocorrelation. */
function probabilityOfRise(t: readonly number[], y: readonly number[]): number {
  const factor = hamedRaoFactor(t, y);
  const test = mannKendall(y, factor);
  return factor === 1 && test.pIncreasingExact !== null ? test.pIncreasingExact : test.pIncreasing;
}

function whyMayBeGarbage(collections: number): string {
  const times = collections === 1 ? "once" : `${collections} times`;
  return `it rose, but all garbage was collected ${times} meanwhile; ${minCollections} times tell a leak from garbage`;
}

function whyInconclusive(steadyMs: number, samples: number): string | null {
  if (steadyMs < minSteadyMs) {
    return `${Math.round(steadyMs / 1000)} s after warm-up; a leak takes ${minSteadyMs / 1000} s to tell from growth`;
  }
  const needed = minWindowSamples * minWindows;
  return samples < needed ? `${samples} samples after warm-up; a leak takes ${needed} to tell from growth` : null;
}
