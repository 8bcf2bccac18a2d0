import { classifyLoad, type LoadGoal, type LoadTrial } from "../statistics/load-classification.ts";

/** What became of a trial. Limited by the generator, it says nothing about the target. */
export type TrialOutcome = "held" | "failed" | "generator-limited";
/** Short, to find the place; or of full length, to make sure of it. */
export type TrialKind = "search" | "final";

/** A trial as far as the search is concerned. */
export interface SearchTrial {
  /** Messages per second, or connections. */
  readonly load: number;
  readonly kind: TrialKind;
  readonly outcome: TrialOutcome;
}

/** Where and how finely to search; loads in messages per second, or in connections. */
export interface SearchPlan {
  readonly start: number;
  /** No lower load is tried; at most `start`. */
  readonly floor: number;
  /** No higher load is tried; at least `start`. */
  readonly ceiling: number;
  /** The bounds are close enough when (upper - lower) / upper is no larger. */
  readonly width: number;
  /** Only whole numbers, as connections are. */
  readonly isWhole: boolean;
  readonly searchSec: number;
  readonly finalSec: number;
}

/** What the trials so far allow to be said. */
export interface CapacityBounds {
  /** The highest load that held, below all that did not; null when none did. */
  readonly lower: number | null;
  /** By trials of full length, enough of them. */
  readonly isLowerConfirmed: boolean;
  /** The lowest load the target did not hold; null when none is known, or when the generator gave up before. */
  readonly upper: number | null;
  readonly isUpperConfirmed: boolean;
  /** What keeps the search from going higher; null while nothing does. */
  readonly limitedBy: "target" | "generator" | "ceiling" | null;
}

/** What to do next. */
export type SearchStep =
  | { readonly kind: "trial"; readonly load: number; readonly trial: TrialKind }
  | { readonly kind: "done"; readonly bounds: CapacityBounds };

/** A limited trial may have been an accident of the machine; a second one in a row at the same load is not. */
const limitedInARow = 2;
const growth = 2;
/** So many final trials decide at most; with `exceedRatio` one of them may fail. */
const finalTrials = 3;
const exceedRatio = 0.5;

/**
 * The next trial, from all trials so far in order: doubles from the start until a load does not hold (halves when the start
 * does not), then takes the geometric mean of the bounds until they are close (RFC 2544 s.26.1 with the relative width
 * of RFC 9971), then repeats both bounds at full length until RFC 9971's rule decides each. A bound that is refuted
 * moves, and the search goes on from there. Ends for every target: no load is judged twice, and loads lie at least half a
 * width apart.
 */
export function nextStep(trials: readonly SearchTrial[], plan: SearchPlan): SearchStep {
  const last = trials.at(-1);
  if (last?.outcome === "generator-limited" && limitedRow(trialsAt(trials, last.load)) < limitedInARow) {
    return trial(last.load, last.kind);
  }
  const { lower, upper } = bracketOf(trials, plan);
  if (lower === null && upper === null) return trial(plan.start, "search");
  if (upper === null) {
    if (lower!.load < plan.ceiling) return trial(Math.min(plan.ceiling, lower!.load * growth), "search");
    return lower!.isConfirmed ? done(trials, plan) : trial(lower!.load, "final");
  }
  if (lower === null) {
    if (upper.load > plan.floor) return trial(below(upper.load, plan), "search");
    return upper.isConfirmed ? done(trials, plan) : trial(upper.load, "final");
  }
  const between = middleOf(lower.load, upper.load, plan);
  if (between !== null) return trial(between, "search");
  if (!lower.isConfirmed) return trial(lower.load, "final");
  return upper.isConfirmed ? done(trials, plan) : trial(upper.load, "final");
}

/** What can be said after these trials, whether or not the search has ended. */
export function capacityBounds(trials: readonly SearchTrial[], plan: SearchPlan): CapacityBounds {
  const { lower, upper } = bracketOf(trials, plan);
  const isGenerator = upper?.holds === "unknown";
  const atCeiling = upper === null && lower !== null && lower.load >= plan.ceiling;
  return {
    lower: lower?.load ?? null,
    isLowerConfirmed: lower?.isConfirmed ?? false,
    upper: upper === null || isGenerator ? null : upper.load,
    isUpperConfirmed: upper !== null && !isGenerator && upper.isConfirmed,
    limitedBy: upper !== null ? (isGenerator ? "generator" : "target") : atCeiling ? "ceiling" : null,
  };
}

/** A load and what its trials say of it. */
interface Standing {
  readonly load: number;
  /** `unknown`: the generator cannot offer it. */
  readonly holds: "yes" | "no" | "unknown";
  readonly isConfirmed: boolean;
}

interface Bracket {
  readonly lower: Standing | null;
  readonly upper: Standing | null;
}

/** The lowest load that does not hold, and the highest one below it that does: what holds beyond a failure is no capacity. */
function bracketOf(trials: readonly SearchTrial[], plan: SearchPlan): Bracket {
  const loads = [...new Set(trials.map(({ load }) => load))].sort((a, b) => a - b);
  const standings = loads.flatMap((load) => standingOf(load, trialsAt(trials, load), plan) ?? []);
  const upper = standings.findIndex(({ holds }) => holds !== "yes");
  return upper === -1
    ? { lower: standings.at(-1) ?? null, upper: null }
    : { lower: standings[upper - 1] ?? null, upper: standings[upper]! };
}

/** Until its final trials decide, a load stands as its short trial left it; null where nothing was judged. */
function standingOf(load: number, own: readonly SearchTrial[], plan: SearchPlan): Standing | null {
  if (limitedRow(own) >= limitedInARow) return { load, holds: "unknown", isConfirmed: true };
  const judged = own.filter(({ outcome }) => outcome !== "generator-limited");
  const [first] = judged;
  if (first === undefined) return null;
  const decided = classifyLoad(
    judged.map((one) => loadTrial(one, plan)),
    goalOf(plan),
  );
  if (decided !== "undecided") return { load, holds: decided === "lower" ? "yes" : "no", isConfirmed: true };
  return { load, holds: first.outcome === "held" ? "yes" : "no", isConfirmed: false };
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

/** How many of the latest trials at a load were limited by the generator, without another between. */
function limitedRow(own: readonly SearchTrial[]): number {
  return own.length - 1 - own.findLastIndex(({ outcome }) => outcome !== "generator-limited");
}

function below(load: number, { floor, isWhole }: SearchPlan): number {
  const half = load / growth;
  return Math.max(floor, isWhole ? Math.floor(half) : half);
}

/** Null when the bounds are close enough. */
function middleOf(lower: number, upper: number, { width, isWhole }: SearchPlan): number | null {
  if ((upper - lower) / upper <= width) return null;
  const mean = Math.sqrt(lower * upper);
  if (!isWhole) return mean;
  return upper - lower <= 1 ? null : Math.min(upper - 1, Math.max(lower + 1, Math.round(mean)));
}

function trial(load: number, kind: TrialKind): SearchStep {
  return { kind: "trial", load, trial: kind };
}

function done(trials: readonly SearchTrial[], plan: SearchPlan): SearchStep {
  return { kind: "done", bounds: capacityBounds(trials, plan) };
}
