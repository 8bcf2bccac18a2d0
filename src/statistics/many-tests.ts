import { binomialCdf } from "./special-functions.ts";

/**
 * p values for as many claims at once, in the order given (Holm 1979): the chance that any of them below 5 % is false is
 * below 5 %, whether they depend on each other or not.
 */
export function holm(p: readonly number[]): readonly number[] {
  const order = [...p.keys()].sort((i, j) => p[i]! - p[j]!);
  const adjusted = new Array<number>(p.length);
  let largest = 0;
  order.forEach((index, rank) => {
    largest = Math.max(largest, Math.min(1, (p.length - rank) * p[index]!));
    adjusted[index] = largest;
  });
  return adjusted;
}

/** The same for exploring (Benjamini and Hochberg 1995): of those below 5 % about one in twenty is false. */
export function benjaminiHochberg(p: readonly number[]): readonly number[] {
  const order = [...p.keys()].sort((i, j) => p[j]! - p[i]!);
  const adjusted = new Array<number>(p.length);
  let smallest = 1;
  order.forEach((index, fromTop) => {
    smallest = Math.min(smallest, (p.length * p[index]!) / (p.length - fromTop));
    adjusted[index] = smallest;
  });
  return adjusted;
}

/** Chance that at least `needed` of `tries` independent checks raise a false alarm when each does with chance p. */
export function falseAlarmChance(p: number, needed: number, tries: number): number {
  return 1 - binomialCdf(needed - 1, tries, p);
}
