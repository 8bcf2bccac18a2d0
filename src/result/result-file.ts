import { readFile, stat } from "node:fs/promises";
import { Value } from "@sinclair/typebox/value";
import { usageError, type FloodgateError } from "../errors/floodgate-error.ts";
import { brokenIdentities } from "./check-identities.ts";
import { findJsonFault } from "./find-json-fault.ts";
import { resultSchemaName } from "./result-schema-name.ts";
import { runResultSchema, type RunResult } from "./run-result.ts";
import { histogramOfTimes, type SavedTimes } from "./times-of-histogram.ts";
import { fileErrorCode, fileErrorReason } from "./write-atomically.ts";

/** A day of seconds with their histograms is about 100 MB; beyond this the file is something else. */
const largestFileBytes = 256 * 1024 * 1024;
const newestVersion = Number(resultSchemaName.split("/")[1]);

/**
 * Reads a saved result of this or an older version and checks that it is whole: its form and every identity in it.
 * Throws a usage error of one line that names the file and what is wrong with it.
 */
export async function readResultFile(path: string): Promise<RunResult> {
  return parseResult(await readText(path), path);
}

/** The same from the text of a file; `path` is only named in errors. */
export function parseResult(text: string, path: string): RunResult {
  const parsed = parseJson(text.startsWith("\uFEFF") ? text.slice(1) : text, path);
  checkVersion(parsed, path);
  if (!Value.Check(runResultSchema, parsed)) throw damaged(path, firstFault(parsed));
  const broken = brokenIdentities(parsed)[0] ?? brokenHistogram(parsed, { intervals: false });
  if (broken !== null) throw damaged(path, broken);
  return parsed;
}

/**
 * The first histogram of a result that cannot be read or holds another number of samples than the count beside it, as a
 * sentence; null when there is none. Those of the intervals are many, at a millisecond each.
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
      histogramOfTimes(times);
    } catch (error) {
      return `${name}: ${error instanceof Error ? error.message : String(error)}`;
    }
  }
  return null;
}

async function readText(path: string): Promise<string> {
  try {
    const found = await stat(path);
    if (found.isDirectory())
      throw usageError(`"${path}" is a directory, not a result file`, "name one of the .json files in it");
    if (found.size > largestFileBytes) {
      throw usageError(`"${path}" is too large for a result: ${found.size} bytes; the limit is ${largestFileBytes}`);
    }
    return await readFile(path, "utf8");
  } catch (error) {
    if (fileErrorCode(error) === undefined) throw error;
    if (fileErrorCode(error) === "ENOENT") {
      throw usageError(
        `there is no result file "${path}"`,
        "floodgate run saves its results in results/ unless --output names a file",
        error,
      );
    }
    throw usageError(`"${path}" cannot be read: ${fileErrorReason(error)}`, undefined, error);
  }
}

function parseJson(text: string, path: string): unknown {
  const again = "save the run again, or take an untouched copy";
  if (text.trim() === "") throw usageError(`"${path}" is empty, not a result`, again);
  try {
    return JSON.parse(text) as unknown;
  } catch (error) {
    const fault = findJsonFault(text);
    if (fault === null) throw usageError(`"${path}" cannot be read as JSON`, again, error);
    if (fault.isCutOff) {
      throw usageError(
        `"${path}" is cut off: it ends in the middle, after ${Buffer.byteLength(text)} bytes`,
        again,
        error,
      );
    }
    throw usageError(
      `"${path}" is not JSON: line ${fault.line}, column ${fault.column}: unexpected ${JSON.stringify(fault.found)}`,
      "a result is a file that floodgate run has saved",
      error,
    );
  }
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
  const found = schema === undefined ? `it has no "schema"` : `its "schema" is ${JSON.stringify(schema)}`;
  throw usageError(
    `"${path}" is not a floodgate result: ${found}, not "${resultSchemaName}"`,
    "a result is a file that floodgate run has saved",
  );
}

function firstFault(parsed: unknown): string {
  const fault = Value.Errors(runResultSchema, parsed).First();
  if (fault === undefined) return "its form is not that of a result";
  const place = fault.path === "" ? "the file" : fault.path.slice(1).replaceAll("/", ".");
  if (fault.value === undefined) return `${place} is missing`;
  return `${place} is ${shorten(JSON.stringify(fault.value))}: ${fault.message.toLowerCase()}`;
}

function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}

function damaged(path: string, what: string): FloodgateError {
  return usageError(`"${path}" was edited or damaged: ${what}`, "take an untouched copy of the file");
}
