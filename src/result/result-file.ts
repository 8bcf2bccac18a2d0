import { Value } from "@sinclair/typebox/value";
import { usageError, type FloodgateError } from "../errors/floodgate-error.ts";
import { brokenConclusion } from "./check-conclusions.ts";
import { brokenIdentities } from "./check-identities.ts";
import { brokenFigure } from "./check-times.ts";
import { firstFault } from "./first-fault.ts";
import { parseJsonText, readJsonText } from "./json-file.ts";
import { resultSchemaName } from "./result-schema-name.ts";
import { runResultSchema, type RunResult } from "./run-result.ts";
import { histogramOfTimes, type SavedTimes } from "./times-of-histogram.ts";

const newestVersion = Number(resultSchemaName.split("/")[1]);

/**
 * Reads a saved result of this or an older version and checks that it is whole: its form and every identity in it.
 * Throws a usage error of one line that names the file and what is wrong with it.
 */
export async function readResultFile(path: string): Promise<RunResult> {
  return parseResult(await readJsonText(path, "result"), path);
}

/** The same from the text of a file; `path` is only named in errors. */
export function parseResult(text: string, path: string): RunResult {
  return checkResult(parseJsonText(text, path, "result"), path);
}

/** The same of a parsed file. */
export function checkResult(parsed: unknown, path: string): RunResult {
  checkVersion(parsed, path);
  if (!Value.Check(runResultSchema, parsed)) throw damaged(path, firstFault(runResultSchema, parsed));
  const broken =
    brokenIdentities(parsed)[0] ?? brokenConclusion(parsed) ?? brokenHistogram(parsed, { intervals: false });
  if (broken !== null) throw damaged(path, broken);
  return parsed;
}

/**
 * The first histogram of a result that cannot be read or contradicts the figures beside it, as a sentence; null when there
 * is none. Those of the intervals are many, at a millisecond each.
 */
export function brokenHistogram(result: RunResult, options: { readonly intervals: boolean }): string | null {
  const blocks = [
    { name: "totals", block: result.totals },
    ...result.phases.map((block) => ({ name: `phase "${block.name}"`, block })),
  ];
  const named: (readonly [string, SavedTimes])[] = blocks.flatMap(({ name, block }) => [
    [`${name}: latencyUs`, block.latencyUs] as const,
    [`${name}: serviceUs`, block.serviceUs] as const,
    [`${name}: slipUs`, block.slipUs] as const,
    [`${name}: ownSlipUs`, block.ownSlipUs] as const,
    [`${name}: connections.connectUs`, block.connections.connectUs] as const,
  ]);
  if (options.intervals) {
    for (const { tMs, latencyUs, slipUs } of result.intervals) {
      named.push([`interval at ${tMs} ms: latencyUs`, latencyUs], [`interval at ${tMs} ms: slipUs`, slipUs]);
    }
  }
  for (const [name, times] of named) {
    try {
      const broken = brokenFigure(times, histogramOfTimes(times));
      if (broken !== null) return `${name}: ${broken}`;
    } catch (error) {
      return `${name}: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  return null;
}

/** Throws a usage error when the histogram of a second is damaged, which reading a result does not look for. */
export function refuseDamagedSeconds(result: RunResult, path: string): void {
  const broken = brokenHistogram(result, { intervals: true });
  if (broken !== null) throw damaged(path, broken);
}

function checkVersion(parsed: unknown, path: string): void {
  const schema = typeof parsed === "object" && parsed !== null && "schema" in parsed ? parsed.schema : undefined;
  if (schema === resultSchemaName) return;
  const version = typeof schema === "string" ? /^floodgate\.result\/(\d+)$/.exec(schema)?.[1] : undefined;
  if (version !== undefined && Number(version) > newestVersion) {
    throw usageError(
      `"${path}" was made by a newer floodgate ("${String(schema)}"); this one reads up to "${resultSchemaName}"`,
      "update floodgate to read it",
    );
  }
  const found =
    schema === undefined
      ? `it has no "schema"`
      : `its "schema" is ${JSON.stringify(schema)}, not "${resultSchemaName}"`;
  throw usageError(`"${path}" is not a floodgate result: ${found}`, "a result is a file that floodgate run has saved");
}

function damaged(path: string, what: string): FloodgateError {
  // Names in it come from the file, and may have lines of their own.
  return usageError(
    `"${path}" was edited or damaged: ${what.replace(/\s+/g, " ")}`,
    "take an untouched copy of the file",
  );
}
