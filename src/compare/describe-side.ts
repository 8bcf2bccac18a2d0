import type { ComparisonSide } from "../result/comparison.ts";
import type { NamedResult } from "./find-differences.ts";

type Tags = Readonly<Record<string, string>>;

/** Both sides with a label each that tells them apart: the tags in which they differ, else their files. */
export function describeSides(
  base: readonly NamedResult[],
  changed: readonly NamedResult[],
): { readonly base: ComparisonSide; readonly new: ComparisonSide } {
  const [before, after] = [commonTags(base), commonTags(changed)];
  const sides = {
    base: describeSide(base, before, telling(before, after)),
    new: describeSide(changed, after, telling(after, before)),
  };
  if (sides.base.label !== sides.new.label) return sides;
  return { base: namedByFirst(sides.base), new: namedByFirst(sides.new) };
}

function describeSide(runs: readonly NamedResult[], tags: Tags, telling: Tags): ComparisonSide {
  const told = Object.entries(telling).map(([key, value]) => `${key}=${value}`);
  return {
    label: told.length > 0 ? told.join(", ") : labelOfNames(runs.map(({ name }) => name)),
    runs: runs.map(({ name, result }) => ({
      id: result.id,
      name,
      title: result.title,
      startedAt: result.startedAt,
      generatorHealth: result.generator.health,
    })),
    tags,
  };
}

/** Where the names of both sides have the same in common, that tells neither from the other. */
function namedByFirst(side: ComparisonSide): ComparisonSide {
  const more = side.runs.length - 1;
  return { ...side, label: `${side.runs[0]!.name}${more === 0 ? "" : ` and ${more} more`}` };
}

function commonTags(runs: readonly NamedResult[]): Tags {
  const [first, ...others] = runs.map(({ result }) => result.tags);
  const same = Object.entries(first ?? {}).filter(([key, value]) => others.every((tags) => tags[key] === value));
  return Object.fromEntries(same);
}

function telling(own: Tags, other: Tags): Tags {
  return Object.fromEntries(Object.entries(own).filter(([key, value]) => other[key] !== value));
}

/** `results/main-*.json` of several names that begin and end alike. */
function labelOfNames(names: readonly string[]): string {
  const [first = "", ...others] = names;
  if (others.length === 0) return first;
  const shortest = Math.min(...names.map((name) => name.length));
  let [head, tail] = [0, 0];
  while (head < shortest && others.every((name) => name[head] === first[head])) head++;
  while (tail < shortest - head && others.every((name) => name.at(-1 - tail) === first.at(-1 - tail))) tail++;
  return `${first.slice(0, head)}*${tail === 0 ? "" : first.slice(-tail)}`;
}
