import { classifyLoad, type LoadGoal, type LoadTrial } from "../statistics/load-classification.ts";
import type { SearchPlan, SearchTrial, TrialOutcome } from "./search-trial.ts";

/** A load and what its trials say of it. */
export interface Standing {
  readonly load: number;
  /** `unknown`: the generator cannot offer it. */
  readonly holds: "yes" | "no" | "unknown";
  /** Decided: it is not tried again. */
  readonly isConfirmed: boolean;
}

/** Where the capacity lies, as far as trials have shown. */
export interface Bracket {
  /** The highest load that holds, below all that do not; null when there is none. */
  readonly lower: Standing | null;
  /** The lowest load that does not hold, or that the generator cannot offer; null when there is none. */
  readonly upper: Standing | null;
  /** False as soon as trials of full length have shown a short one to be wrong: then those count for nothing. */
  readonly isShortBelieved: boolean;
}

/** A limited trial may have been an accident of the machine; a second one in a row at the same load is not ... */
const limitedInARow = 2;
/** ... unless so much or more has been judged before: then it is not the load that troubles the generator. */
const limitedWithinReach = 4;
/** So many final trials decide at most; with `exceedRatio` one of them may fail. */
const finalTrials = 3;
const exceedRatio = 0.5;

/** The bracket after these trials. What holds beyond a load that fails is no capacity. */
export function bracketOf(trials: readonly SearchTrial[], plan: SearchPlan): Bracket {
  const loads = [...new Set(trials.map(({ load }) => load))].sort((a, b) => a - b);
  const standingsOf = (isShortBelieved: boolean) =>
    loads.flatMap((load) => standingOf(load, trials, plan, isShortBelieved) ?? []);
  const isShortBelieved = !standingsOf(true).some((standing) => contradictsShort(standing, trials));
  const standings = standingsOf(isShortBelieved);
  const upper = standings.findIndex(({ holds }) => holds !== "yes");
  return upper === -1
    ? { lower: standings.at(-1) ?? null, upper: null, isShortBelieved }
    : { lower: standings[upper - 1] ?? null, upper: standings[upper]!, isShortBelieved };
}

/** Whether the generator has shown that it cannot offer this load. */
export function isGivenUp(load: number, trials: readonly SearchTrial[]): boolean {
  const own = trialsAt(trials, load);
  if (own.some(({ outcome }) => outcome === "impossible")) return true;
  const inARow = own.length - 1 - own.findLastIndex(({ outcome }) => outcome !== "generator-limited");
  const isWithinReach = trials.some(({ load: other, outcome }) => other >= load && isJudged(outcome));
  return inARow >= (isWithinReach ? limitedWithinReach : limitedInARow);
}

/** Until its final trials decide, a load stands as its first trial left it; null where none says anything. */
function standingOf(
  load: number,
  trials: readonly SearchTrial[],
  plan: SearchPlan,
  isShortBelieved: boolean,
): Standing | null {
  if (isGivenUp(load, trials)) return { load, holds: "unknown", isConfirmed: true };
  const judged = trialsAt(trials, load).filter(({ outcome }) => isJudged(outcome));
  const decided = classifyLoad(
    judged.map((one) => loadTrial(one, plan)),
    goalOf(plan),
  );
  if (decided !== "undecided") return { load, holds: decided === "lower" ? "yes" : "no", isConfirmed: true };
  const first = judged.find(({ kind }) => isShortBelieved || kind === "final");
  return first === undefined ? null : { load, holds: first.outcome === "held" ? "yes" : "no", isConfirmed: false };
}

/** Whether the short trial of a load said otherwise than what has been decided since. */
function contradictsShort({ load, holds, isConfirmed }: Standing, trials: readonly SearchTrial[]): boolean {
  const short = trialsAt(trials, load).find(({ kind, outcome }) => kind === "search" && isJudged(outcome));
  return isConfirmed && short !== undefined && (short.outcome === "held") !== (holds === "yes");
}

function loadTrial({ kind, outcome }: SearchTrial, plan: SearchPlan): LoadTrial {
  return {
    durationSec: kind === "final" ? plan.finalSec : plan.searchSec,
    // All conditions of a trial together take the place of its loss: they hold, or they do not.
    lossRatio: outcome === "held" ? 0 : 1,
  };
}

function goalOf({ finalSec }: SearchPlan): LoadGoal {
  return { finalSec, durationSumSec: finalTrials * finalSec, lossRatio: 0, exceedRatio };
}

function trialsAt(trials: readonly SearchTrial[], load: number): readonly SearchTrial[] {
  return trials.filter((one) => one.load === load);
}

function isJudged(outcome: TrialOutcome): boolean {
  return outcome === "held" || outcome === "failed";
}
