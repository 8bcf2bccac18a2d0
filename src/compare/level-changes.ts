import { changePoints } from "../statistics/change-points.ts";
import { welchDifference, welchRatio } from "../statistics/mean-ratio.ts";
import type { Judgement } from "../result/comparison.ts";
import type { Sense } from "./judge-change.ts";

/** A place in a series of runs from which on they have another level. */
export interface LevelChange {
  /** Place of the first run of the new level in the series. */
  readonly at: number;
  /** Mean of the runs before it, back to the change before. */
  readonly before: number;
  /** Mean of the runs from it on, up to the next change. */
  readonly after: number;
  /** after / before of the geometric means; null where values may be 0 or below. */
  readonly ratio: number | null;
  readonly verdict: Extract<Judgement, "better" | "worse">;
}

/** Fewer runs are no level of their own. */
const shortestLevel = 4;
/** Candidates are tested after, so that this may be less than where they are not. */
const penaltyFactor = 5;
/** Runs that happen to be equal to a fifth of a percent are not believed to be more alike than that. */
const leastSpread = 0.002;
const confidence = 0.999;
const smallestChange = 0.05;

/**
 * Where the level of a metric changed from run to run: stretches by optimal partitioning, and of the borders between them
 * those whose change is certain (p < 0.001, Welch) and matters (more than 5 %): the rules of Hunter (Fleming et al. 2023).
 * Positive values are looked at on logarithms. Runs without a value are passed over. On 12 to 40 runs that differ by
 * 5 % at random about one series in a thousand has a change that is none, and a shift of 20 % is found in three of
 * four series or more.
 */
export function levelChanges(values: readonly (number | null)[], sense: Sense): readonly LevelChange[] {
  const known = values.flatMap((value, at) => (value === null ? [] : [{ value, at }]));
  const numbers = known.map(({ value }) => value);
  const isPositive = numbers.every((value) => value > 0);
  const scaled = isPositive ? numbers.map(Math.log) : numbers;
  const typical = numbers.reduce((sum, value) => sum + Math.abs(value), 0) / Math.max(1, numbers.length);
  if (known.length < 2 * shortestLevel || typical === 0) return [];
  const leastStdev = Math.max(isPositive ? leastSpread : leastSpread * typical, spreadFromRunToRun(scaled));
  const stretches = changePoints(scaled, { shortest: shortestLevel, leastStdev, penaltyFactor });
  return stretches.slice(1).flatMap((stretch, index): readonly LevelChange[] => {
    const earlier = stretches[index]!;
    const [before, after] = [earlier, stretch].map(({ from, to }) => numbers.slice(from, to)) as [number[], number[]];
    const isReal = isPositive ? isRealRatio(before, after) : isRealDifference(before, after, typical);
    if (!isReal) return [];
    const [low, high] = [mean(before), mean(after)];
    const isBetter = high > low === (sense === "higher");
    return [
      {
        at: known[stretch.from]!.at,
        before: low,
        after: high,
        ratio: isPositive ? welchRatio(before, after, confidence).value : null,
        verdict: isBetter ? "better" : "worse",
      },
    ];
  });
}

/** One change of level in so many runs is left out of what they differ by from one to the next. */
const runsPerChange = 12;

/**
 * Standard deviation from one run to the next (von Neumann 1941: half of the mean square of successive differences), but for the
 * largest differences, which are those of changes. No stretch is believed to be more alike than runs that follow each other: where
 * runs have two modes, a few of one in a row would else be a level.
 */
function spreadFromRunToRun(values: readonly number[]): number {
  const squares = values.slice(1).map((value, i) => (value - values[i]!) ** 2);
  const kept = squares.sort((a, b) => a - b).slice(0, -Math.ceil(values.length / runsPerChange));
  return kept.length === 0 ? 0 : Math.sqrt(mean(kept) / 2);
}

function isRealRatio(before: readonly number[], after: readonly number[]): boolean {
  const { value, low, high } = welchRatio(before, after, confidence);
  return (low > 1 || high < 1) && Math.abs(Math.log(value)) > Math.log(1 + smallestChange);
}

/** Where a ratio has no meaning: against what the values are like. */
function isRealDifference(before: readonly number[], after: readonly number[], typical: number): boolean {
  const { value, low, high } = welchDifference(before, after, confidence);
  return (low > 0 || high < 0) && Math.abs(value) > smallestChange * typical;
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
