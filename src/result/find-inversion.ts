import { clopperPearson } from "../statistics/ratio-interval.ts";
import { formatCount } from "../units/count.ts";
import type { RunResult } from "./run-result.ts";

interface Toll {
  readonly name: string;
  /** Of `expected`, those that were lost or given up. */
  readonly missing: number;
  readonly expected: number;
}

/**
 * Whether a target gave up more of what matters more: a class whose share of missing messages is surely (95 %) above that of one
 * below it. Of slow readers alone where there are some. Null where it kept to its priorities, or they cannot be told.
 */
export function findInversion({ classes = [] }: Pick<RunResult, "classes">): string | null {
  const ofSlow = tollsOf(classes, "priority+reader").filter(({ name }) => name.endsWith("+slow"));
  // In the order of the plan: the most important first.
  const tolls = ofSlow.length > 0 ? ofSlow : tollsOf(classes, "priority");
  for (const [index, upper] of tolls.entries()) {
    for (const lower of tolls.slice(index + 1)) {
      if (leastShare(upper) <= mostShare(lower)) continue;
      return `priorities are upside down: ${words(upper)} were lost or refused, ${words(lower)}, which matters less`;
    }
  }
  return null;
}

function tollsOf(classes: NonNullable<RunResult["classes"]>, kind: string): readonly Toll[] {
  return classes
    .filter((block) => block.class.kind === kind && block.messages.expected > 0)
    .map(({ class: { name }, messages: { expected, lost, refused } }) => ({ name, missing: lost + refused, expected }));
}

function leastShare({ missing, expected }: Toll): number {
  return clopperPearson(missing, expected).low;
}

function mostShare({ missing, expected }: Toll): number {
  return clopperPearson(missing, expected).high;
}

function words({ name, missing, expected }: Toll): string {
  return `${formatCount(missing)} of ${formatCount(expected)} ${name.replace("+", ", ")}`;
}
