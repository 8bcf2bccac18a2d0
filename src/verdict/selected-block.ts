import type { ResultBlock } from "../result/result-blocks.ts";
import type { RunResult } from "../result/run-result.ts";
import type { Threshold } from "./threshold.ts";

/**
 * The part of a result that a threshold asks about: a phase, a class of messages (several pairs name a class by all of them,
 * in the order of the result), or else the totals. Undefined when the result has no such part.
 */
export function selectedBlock(
  { totals, phases, classes = [] }: Pick<RunResult, "totals" | "phases" | "classes">,
  { selectors }: Pick<Threshold, "selectors">,
): ResultBlock | undefined {
  const { phase, ...others } = selectors;
  if (phase !== undefined) return phases.find(({ name }) => name === phase);
  const pairs = Object.entries(others);
  if (pairs.length === 0) return totals;
  return classes.find(({ class: found }) => isNamed(found, pairs));
}

/** Whether `{priority=critical,reader=fast}` names the class of kind `priority+reader` and name `critical+fast`. */
export function isNamed(
  { kind, name }: { readonly kind: string; readonly name: string },
  pairs: readonly (readonly [key: string, value: string])[],
): boolean {
  const [kinds, names] = [kind.split("+"), name.split("+")];
  return kinds.length === pairs.length && pairs.every(([key, value]) => names[kinds.indexOf(key)] === value);
}
