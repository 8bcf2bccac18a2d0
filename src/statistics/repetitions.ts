import { meanAndVariance } from "./mean-ratio.ts";

// How many repetitions at which level (builds, runs, iterations) tell most for their cost: Kalibera and Jones, ISMM 2013,
// with the corrected formula of their later report.

/** Measurements of nested levels: a list of values, or of such lists, all of one depth. */
export type Nested = readonly number[] | readonly Nested[];

/** Variances by level, the innermost first. */
export interface LevelVariances {
  /** Of means, the levels below still in them. */
  readonly biased: readonly number[];
  /** Of the level alone; negative ones mean that there is none to be seen. */
  readonly own: readonly number[];
}

/** T_i^2 = S_i^2 - S_(i-1)^2 / r_(i-1), where S_i^2 is the mean variance of means at level i. At least two of each. */
export function levelVariances(data: Nested): LevelVariances {
  const biased: number[] = [];
  const own: number[] = [];
  for (let level = 1; level <= depthOf(data); level++) {
    const groups = groupsAt(data, level);
    const variances = groups.map((group) => meanAndVariance(group.map(meanOf)).variance);
    const variance = variances.reduce((sum, each) => sum + each, 0) / variances.length;
    const below = biased.at(-1);
    own.push(below === undefined ? variance : variance - below / repetitionsAt(data, level - 1));
    biased.push(variance);
  }
  return { biased, own };
}

/**
 * Repetitions for each level but the outermost, the innermost first: sqrt(c_(i+1) / c_i * T_i^2 / T_(i+1)^2), where c_i is
 * what one repetition of level i costs (`costs`, the innermost first). 1 where a level shows no variance of its own; null
 * where only that level does, so that every repetition belongs there.
 */
export function optimalRepetitions(data: Nested, costs: readonly number[]): readonly (number | null)[] {
  const { own } = levelVariances(data);
  return own.slice(0, -1).map((variance, i) => {
    const above = own[i + 1]!;
    if (variance <= 0) return 1;
    return above <= 0 ? null : Math.sqrt(((costs[i + 1]! / costs[i]!) * variance) / above);
  });
}

function depthOf(data: Nested): number {
  const first = data[0];
  return typeof first === "object" ? 1 + depthOf(first) : 1;
}

/** All lists whose members are of `level`: level 1 are the lists of values. */
function groupsAt(data: Nested, level: number): readonly Nested[] {
  const depth = depthOf(data);
  return depth === level ? [data] : (data as readonly Nested[]).flatMap((part) => groupsAt(part, level));
}

function repetitionsAt(data: Nested, level: number): number {
  return groupsAt(data, level)[0]!.length;
}

function meanOf(part: number | Nested): number {
  if (typeof part === "number") return part;
  return part.reduce((sum: number, each: number | Nested) => sum + meanOf(each), 0) / part.length;
}
