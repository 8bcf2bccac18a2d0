import { existsSync } from "node:fs";
import { usageError } from "../errors/floodgate-error.ts";
import { addResults, runIdsOf, startOf } from "../result/add-results.ts";
import { phasesOfSavedPlan } from "../result/read-saved-plan.ts";
import { readToolVersions } from "../result/read-environment.ts";
import { readResultFile, refuseDamagedSeconds } from "../result/result-file.ts";
import type { ResultThreshold, ResultVerdict, RunResult } from "../result/run-result.ts";
import { checkWritable, writeResult } from "../result/write-result.ts";

/** Judges the merged result, whose own thresholds are empty; without it the verdict is how the runs ended. */
export type EvaluateMerged = (
  merged: RunResult,
  inputs: readonly RunResult[],
) => {
  readonly thresholds: readonly ResultThreshold[];
  readonly verdict: ResultVerdict;
};

interface NamedResult {
  readonly file: string;
  readonly result: RunResult;
}

/**
 * One result file from those of several generators that ran the same plan at the same time. An older `outFile` is
 * replaced. Throws a usage error that names the files when they do not belong together or cannot be read or written.
 */
export async function mergeResults(
  files: readonly string[],
  outFile: string,
  evaluate?: EvaluateMerged,
): Promise<RunResult> {
  if (files.length < 2) {
    const [only] = files;
    const missing = only !== undefined && !existsSync(only) ? `there is no file "${only}", and ` : "";
    throw usageError(`${missing}merging takes at least two results`, "floodgate merge a.json b.json -o all.json");
  }
  const inputs: NamedResult[] = [];
  for (const file of files) inputs.push({ file, result: await readWhole(file) });
  checkBelongTogether(inputs);
  await checkWritable(outFile);
  const results = inputs.map(({ result }) => result);
  const added = addResults(results, readToolVersions());
  const merged = evaluate === undefined ? added : { ...added, ...evaluate(added, results) };
  const { problem } = await writeResult(outFile, merged, { replace: true });
  if (problem !== null) throw problem;
  return merged;
}

async function readWhole(file: string): Promise<RunResult> {
  const result = await readResultFile(file);
  refuseDamagedSeconds(result, file);
  if (result.end.kind === "running") {
    throw usageError(`"${file}" is of a run that was still going on`, "merge results that are complete");
  }
  return result;
}

function checkBelongTogether(inputs: readonly NamedResult[]): void {
  checkDifferentRuns(inputs);
  const [first, ...others] = inputs;
  for (const other of others) {
    const pair = `"${first!.file}" and "${other.file}" cannot be merged`;
    const [a, b] = [first!.result, other.result];
    if (a.config.mode !== b.config.mode)
      throw usageError(`${pair}: mode ${a.config.mode} and mode ${b.config.mode}`, sameplan);
    if (a.config.scaling !== b.config.scaling) {
      throw usageError(
        `${pair}: one scales ${a.config.scaling ?? "nothing"}, the other ${b.config.scaling ?? "nothing"}`,
        sameplan,
      );
    }
    const difference = planDifference(a, b);
    if (difference !== null) throw usageError(`${pair}: ${difference}`, sameplan);
    const apart = ranApart(a, b);
    if (apart !== null) {
      throw usageError(
        `${pair}: they did not run at the same time (${apart}), so that their rates do not add up`,
        "merge results of one test",
      );
    }
  }
}

const sameplan = "merge results of the same profile, each run by its own generator";

function checkDifferentRuns(inputs: readonly NamedResult[]): void {
  const seen = new Map<string, string>();
  for (const { file, result } of inputs) {
    for (const id of runIdsOf(result)) {
      const other = seen.get(id);
      if (other !== undefined) {
        const both = other === file ? `"${file}" is named twice` : `"${other}" and "${file}" hold the same run`;
        throw usageError(`${both} (${id}); its messages would count twice`, "name each result once");
      }
      seen.set(id, file);
    }
  }
}

/** How the phases of two plans differ; null when they do not. Rates and connections may: generators take unequal shares. */
function planDifference(a: RunResult, b: RunResult): string | null {
  const [phasesA, phasesB] = [phasesOfSavedPlan(a), phasesOfSavedPlan(b)];
  if (phasesA.length !== phasesB.length) return `${phasesA.length} phases and ${phasesB.length} phases`;
  for (const [i, phaseA] of phasesA.entries()) {
    const phaseB = phasesB[i]!;
    if (phaseA.name !== phaseB.name) return `phase ${i + 1} is "${phaseA.name}" and "${phaseB.name}"`;
    for (const key of ["segment", "measured", "durationMs", "load"] as const) {
      if (phaseA[key] !== phaseB[key]) return `${key} of phase "${phaseA.name}" is ${phaseA[key]} and ${phaseB[key]}`;
    }
  }
  return null;
}

/** A phase of which one generator had ended the load before the other began it; null when all overlap. */
function ranApart(a: RunResult, b: RunResult): string | null {
  for (const [i, phaseA] of a.phases.entries()) {
    const phaseB = b.phases[i];
    if (phaseB === undefined) return null;
    const begin = Math.max(startOf(a) + phaseA.startMs, startOf(b) + phaseB.startMs);
    const end = Math.min(startOf(a) + phaseA.endMs, startOf(b) + phaseB.endMs);
    if (begin > end) return `phase "${phaseA.name}": ${((begin - end) / 1000).toFixed(1)} s apart`;
  }
  return null;
}
