import { createRequire } from "node:module";
import type * as Levenshtein from "fastest-levenshtein";

const require = createRequire(import.meta.url);

/**
 * The one of `names` that `word` was most likely meant to be, by edit distance without regard to case; the first of
 * equals. Undefined when none is near: more than a third of the letters, but at least 2, would have to change.
 */
export function nearestName(word: string, names: readonly string[]): string | undefined {
  // Only bad words need it.
  const { distance } = require("fastest-levenshtein") as typeof Levenshtein;
  const wanted = word.toLowerCase();
  let nearest: string | undefined;
  let nearestDistance = Infinity;
  for (const name of names) {
    const steps = distance(wanted, name.toLowerCase());
    if (steps < nearestDistance) [nearest, nearestDistance] = [name, steps];
  }
  return nearestDistance <= Math.max(2, Math.floor(word.length / 3)) ? nearest : undefined;
}
