/** One trial at some load. */
export interface LoadTrial {
  readonly durationSec: number;
  /** Share of its messages that were lost, 0 .. 1. */
  readonly lossRatio: number;
}

/** What a load has to hold, and how sure that has to be (the "search goal" of MLRsearch). */
export interface LoadGoal {
  /** A trial at least so long counts in full; shorter ones count as hints against the load only. */
  readonly finalSec: number;
  /** So much trial time, in sum, decides. */
  readonly durationSumSec: number;
  /** A trial that loses no larger share is a good one. */
  readonly lossRatio: number;
  /** Share of the trial time that may be bad, 0 <= e < 1. */
  readonly exceedRatio: number;
}

/** `lower`: the load holds the goal. `upper`: it does not. `undecided`: more trial time is needed. */
export type LoadClass = "lower" | "upper" | "undecided";

/**
 * Classifies a load from all its trials as MLRsearch does (RFC 9971): were all trial time that is still missing good, would
 * the load hold; and would it, were all of it bad? Bad short trials count as far as good short ones do not make up for
 * them; good short ones prove nothing.
 */
export function classifyLoad(trials: readonly LoadTrial[], goal: LoadGoal): LoadClass {
  const sums = { fullGood: 0, fullBad: 0, shortGood: 0, shortBad: 0 };
  for (const { durationSec, lossRatio } of trials) {
    const isGood = lossRatio <= goal.lossRatio;
    if (durationSec >= goal.finalSec) sums[isGood ? "fullGood" : "fullBad"] += durationSec;
    else sums[isGood ? "shortGood" : "shortBad"] += durationSec;
  }
  const exceedCoefficient = goal.exceedRatio / (1 - goal.exceedRatio);
  const excess = Math.max(0, sums.shortBad - sums.shortGood * exceedCoefficient);
  const bad = sums.fullBad + excess;
  const whole = Math.max(sums.fullGood + bad, goal.durationSumSec);
  const allowed = whole * goal.exceedRatio;
  const holdsAtBest = bad <= allowed;
  const holdsAtWorst = whole - sums.fullGood <= allowed;
  if (holdsAtBest && holdsAtWorst) return "lower";
  return holdsAtBest || holdsAtWorst ? "undecided" : "upper";
}

/**
 * What a load forwards in all but the share of its trial time that may be bad (RFC 9971): the load less the loss of the
 * worst full trial that still counts; trial time that is missing counts as all lost. In the unit of `loadPerSecond`.
 */
export function conditionalThroughput(loadPerSecond: number, trials: readonly LoadTrial[], goal: LoadGoal): number {
  const full = trials
    .filter(({ durationSec }) => durationSec >= goal.finalSec)
    .toSorted((a, b) => a.lossRatio - b.lossRatio);
  const sumSec = full.reduce((sum, { durationSec }) => sum + durationSec, 0);
  let neededSec = Math.max(goal.durationSumSec, sumSec) * (1 - goal.exceedRatio);
  for (const { durationSec, lossRatio } of full) {
    neededSec -= durationSec;
    if (neededSec <= 0) return loadPerSecond * (1 - lossRatio);
  }
  return 0;
}
