/**
 * What became of a trial. Limited by the generator, it says nothing about the target; an impossible one was not run, as
 * this machine cannot make so much of a load.
 */
export type TrialOutcome = "held" | "failed" | "generator-limited" | "impossible";
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
