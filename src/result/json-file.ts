import { readFile, stat } from "node:fs/promises";
import { usageError } from "../errors/floodgate-error.ts";
import { findJsonFault } from "./find-json-fault.ts";
import { fileErrorCode, fileErrorReason } from "./write-atomically.ts";

/** A day of seconds with their histograms is about 100 MB; beyond this the file is something else. */
const largestFileBytes = 256 * 1024 * 1024;

/** What a file is meant to hold. */
export type SavedKind = keyof typeof hints;

const hints = {
  result: {
    missing: "floodgate run saves its results in results/ unless --output names a file",
    foreign: "a result is a file that floodgate run has saved",
    again: "save the run again, or take an untouched copy",
  },
  "noise floor": {
    missing: "floodgate calibrate saves them in results/noise-floor/ unless --output names a file",
    foreign: "a noise floor is a file that floodgate calibrate has saved",
    again: "calibrate again, or take an untouched copy",
  },
} as const;

/** The text of a saved file. Throws a usage error of one line that names the file, the fault, and where such files come from. */
export async function readJsonText(path: string, kind: SavedKind): Promise<string> {
  try {
    const found = await stat(path);
    if (found.isDirectory())
      throw usageError(`"${path}" is a directory, not a ${kind} file`, "name one of the .json files in it");
    if (found.size > largestFileBytes) {
      throw usageError(`"${path}" is too large for a ${kind}: ${found.size} bytes; the limit is ${largestFileBytes}`);
    }
    return await readFile(path, "utf8");
  } catch (error) {
    if (fileErrorCode(error) === undefined) throw error;
    if (fileErrorCode(error) === "ENOENT")
      throw usageError(`there is no ${kind} file "${path}"`, hints[kind].missing, error);
    throw usageError(`"${path}" cannot be read: ${fileErrorReason(error)}`, undefined, error);
  }
}

/** The value of such a text; `path` is only named in errors. */
export function parseJsonText(text: string, path: string, kind: SavedKind): unknown {
  const { again, foreign } = hints[kind];
  const plain = text.startsWith("\uFEFF") ? text.slice(1) : text;
  if (plain.trim() === "") throw usageError(`"${path}" is empty, not a ${kind}`, again);
  try {
    return JSON.parse(plain) as unknown;
  } catch (error) {
    const fault = findJsonFault(plain);
    if (fault === null) throw usageError(`"${path}" cannot be read as JSON`, again, error);
    if (fault.isCutOff) {
      throw usageError(
        `"${path}" is cut off: it ends in the middle, after ${Buffer.byteLength(plain)} bytes`,
        again,
        error,
      );
    }
    throw usageError(
      `"${path}" is not JSON: line ${fault.line}, column ${fault.column}: unexpected ${quoted(fault.found)}`,
      foreign,
      error,
    );
  }
}

/** In quotes and in ASCII. */
function quoted(text: string): string {
  return JSON.stringify(text).replace(/[^ -~]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
