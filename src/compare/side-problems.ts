import { runIdsOf } from "../result/add-results.ts";
import type { RunResult } from "../result/run-result.ts";
import type { NamedResult } from "./find-differences.ts";

/** Why results cannot be a side of a comparison, one sentence each that names the file; empty when they can. */
export function sideProblems(base: readonly NamedResult[], changed: readonly NamedResult[]): readonly string[] {
  const all = [...base, ...changed];
  return [...all.flatMap(problemsOf), ...repeatedRuns(base, changed)];
}

function problemsOf({ name, result }: NamedResult): readonly string[] {
  const problem = problemOf(result);
  return problem === null ? [] : [`"${name}" ${problem}`];
}

function problemOf({ end, generator, verdict, capacity }: RunResult): string | null {
  const because = (reasons: readonly string[]): string => (reasons.length === 0 ? "" : `: ${reasons[0]}`);
  if (end.kind === "running") return "is of a run that was still going on";
  if (end.kind !== "completed")
    return `is partial: the run was ${end.kind}${end.reason === null ? "" : ` (${end.reason})`}`;
  if (capacity !== undefined) {
    return "is of a search for capacity, and its numbers are those of one trial of it: compare runs at a rate that both hold";
  }
  if (verdict.outcome === "failed") return `is of a run that failed${because(verdict.reasons)}`;
  if (generator.health !== "limited") return null;
  return `was limited by its generator, so that its numbers say nothing certain about the target${because(generator.reasons)}`;
}

/** Runs that are named twice, one sentence each: they would count twice, or be compared with themselves. */
export function repeatedRuns(base: readonly NamedResult[], changed: readonly NamedResult[]): readonly string[] {
  const seen = new Map<string, { readonly name: string; readonly side: string }>();
  const problems: string[] = [];
  for (const [side, runs] of [
    ["base", base],
    ["new", changed],
  ] as const) {
    for (const { name, result } of runs) {
      const other = runIdsOf(result).flatMap((id) => seen.get(id) ?? [])[0];
      if (other !== undefined) problems.push(repetition(other, { name, side }));
      for (const id of runIdsOf(result)) seen.set(id, { name, side });
    }
  }
  return problems;
}

function repetition(
  first: { readonly name: string; readonly side: string },
  second: { readonly name: string; readonly side: string },
): string {
  const isSame = first.side === second.side;
  const where = isSame ? `twice on the ${first.side} side, and would count twice` : "on both sides";
  return first.name === second.name
    ? `"${first.name}" is ${where}`
    : `"${first.name}" and "${second.name}" hold the same run, which is then ${where}`;
}
