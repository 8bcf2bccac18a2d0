import { bracketOf, isGivenUp, type Standing } from "./load-standing.ts";
import type { SearchPlan, SearchTrial, TrialKind } from "./search-trial.ts";

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

/** So many loads whose final trials the generator spoils, and it is no matter of load. */
const mostSpoiledFinals = 3;
const growth = 2;

/**
 * The next trial, from all trials so far in order: doubles from the start until a load does not hold (halves when the start
 * does not), then takes the geometric mean of the bounds until they are close (RFC 2544 s.26.1 with the relative width
 * of RFC 9971), then repeats both bounds at full length until RFC 9971's rule decides each. Where full length contradicts
 * a short trial, short ones are no longer believed: the search goes on with trials of full length, down in growing steps.
 * Ends for every target: no load is judged twice, and loads lie at least half a width apart.
 */
export function nextStep(trials: readonly SearchTrial[], plan: SearchPlan): SearchStep {
  const last = trials.at(-1);
  if (last?.outcome === "generator-limited" && !isGivenUp(last.load, trials)) return trial(last.load, last.kind);
  const { lower, upper, isShortBelieved } = bracketOf(trials, plan);
  const kind = isShortBelieved ? "search" : "final";
  if (isSpoiled(trials, lower)) return done(trials, plan);
  if (upper === null) {
    if (lower === null) return trial(plan.start, kind);
    if (lower.load < plan.ceiling) return trial(Math.min(plan.ceiling, lower.load * growth), kind);
    return lower.isConfirmed ? done(trials, plan) : trial(lower.load, "final");
  }
  if (lower === null) {
    if (upper.load > plan.floor) return trial(below(upper.load, isShortBelieved ? null : trials, plan), kind);
    return upper.isConfirmed ? done(trials, plan) : trial(upper.load, "final");
  }
  const between = middleOf(lower.load, upper.load, plan);
  if (between !== null) return trial(between, kind);
  if (!lower.isConfirmed) return trial(lower.load, "final");
  return upper.isConfirmed ? done(trials, plan) : trial(upper.load, "final");
}

/** What can be said after these trials, whether or not the search has ended. */
export function capacityBounds(trials: readonly SearchTrial[], plan: SearchPlan): CapacityBounds {
  const { lower, upper } = bracketOf(trials, plan);
  const isGenerator = upper?.holds === "unknown";
  const isLimited = isGenerator || isSpoiled(trials, lower);
  const atCeiling = upper === null && lower !== null && lower.load >= plan.ceiling;
  return {
    lower: lower?.load ?? null,
    isLowerConfirmed: lower?.isConfirmed ?? false,
    upper: upper === null || isGenerator ? null : upper.load,
    isUpperConfirmed: upper !== null && !isGenerator && upper.isConfirmed,
    limitedBy: isLimited ? "generator" : upper !== null ? "target" : atCeiling ? "ceiling" : null,
  };
}

/** Whether the generator spoils the trials that decide, whatever the load. */
function isSpoiled(trials: readonly SearchTrial[], lower: Standing | null): boolean {
  if (lower?.isConfirmed === true) return false;
  const finals = new Set(trials.filter(({ kind }) => kind === "final").map(({ load }) => load));
  return [...finals].filter((load) => isGivenUp(load, trials)).length >= mostSpoiledFinals;
}

/** Half of it; with trials of full length less by a width, by two, by four ... for every load they have refuted so far. */
function below(load: number, refutedBy: readonly SearchTrial[] | null, { floor, isWhole, width }: SearchPlan): number {
  const refuted = new Set(
    (refutedBy ?? []).filter(({ kind, outcome }) => kind === "final" && outcome !== "held").map((one) => one.load),
  ).size;
  const share = refutedBy === null ? 1 / growth : Math.max(1 / growth, 1 - width * 2 ** Math.max(0, refuted - 1));
  const next = load * share;
  return Math.max(floor, isWhole ? Math.floor(next) : next);
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
