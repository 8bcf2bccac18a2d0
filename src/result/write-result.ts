import { rm, stat, writeFile } from "node:fs/promises";
import { randomUUID } from "node:crypto";
import { tmpdir } from "node:os";
import { basename, dirname, extname, join, resolve } from "node:path";
import { runError, usageError, type FloodgateError } from "../errors/floodgate-error.ts";
import type { RunResult } from "./run-result.ts";
import { fileErrorCode, fileErrorReason, makeFolders, writeAtomically } from "./write-atomically.ts";

/** Where the result went. */
export interface WrittenResult {
  readonly path: string;
  /** Set when the wanted place could not be written and the result went to the directory for temporary files instead. */
  readonly problem: FloodgateError | null;
}

/** `results/<profile>-<UTC yyyymmdd-hhmmss>-<runId>.json`, relative to the current directory. */
export function defaultResultPath(run: {
  readonly profile: string;
  readonly runId: string;
  readonly startedAtEpochMs: number;
}): string {
  const instant = new Date(run.startedAtEpochMs).toISOString();
  const stamp = `${instant.slice(0, 10).replaceAll("-", "")}-${instant.slice(11, 19).replaceAll(":", "")}`;
  const profile = basename(run.profile, extname(run.profile))
    .replace(/[^A-Za-z0-9._-]+/g, "-")
    .replace(/^[-.]+|[-.]+$/g, "")
    .slice(0, 60);
  return join("results", `${profile === "" ? "run" : profile}-${stamp}-${run.runId}.json`);
}

/** What a file is for, in the words of an error. */
export interface WrittenThing {
  /** `the result`. */
  readonly name: string;
  /** The flag that names the file. */
  readonly flag: string;
  /** What writes the same to the standard output. */
  readonly toStdout: string;
}

const theResult: WrittenThing = { name: "the result", flag: "--output", toStdout: "--json" };

/**
 * Finds out before a run whether its result, or another file of it, can be written at `path`: creates the directory and,
 * for a moment, a file in it. Throws a usage error when not.
 */
export async function checkWritable(path: string, thing: WrittenThing = theResult): Promise<void> {
  const { name, flag, toStdout } = thing;
  const existing = await stat(path).catch(() => undefined);
  if (existing?.isDirectory() === true) {
    throw usageError(
      `${name} cannot be written to "${path}": it is a directory`,
      `name a file in it with ${flag} <file>`,
    );
  }
  // A result takes the place of what stands there: as root that would do away with a device for the whole machine.
  // /dev/stdout is a link that may lead to a file; /dev/shm is a file system like any other.
  const isDevice = /^\/dev\/(?!shm\/)/.test(resolve(path));
  if (existing?.isFile() === false || isDevice) {
    throw usageError(
      `${name} cannot be written to "${path}": it is a device, a pipe or a socket`,
      `name a file with ${flag} <file>; ${toStdout} writes ${name} to stdout`,
    );
  }
  const hint = `free it, or name another place with ${flag} <file>`;
  const directory = dirname(path);
  const probe = join(directory, `.floodgate-${randomUUID()}.tmp`);
  try {
    await makeFolders(directory);
    // As large as a small result: a full disk takes empty files gladly.
    await writeFile(probe, Buffer.alloc(64 * 1024), { flag: "wx", flush: true });
  } catch (error) {
    throw usageError(`${name} cannot be written to "${path}": ${fileErrorReason(error)}`, hint, error);
  } finally {
    await rm(probe, { force: true }).catch(() => undefined);
  }
}

/** Parts of `writeResult` that tests replace. */
export interface ResultWriter {
  readonly write: typeof writeAtomically;
  readonly temporaryDirectory: string;
}

/**
 * Saves a result, whole or not at all. `replace`: an older file of that name gives way (a name the user chose);
 * otherwise a taken name gets `-2`, `-3` ... When the place cannot be written the result goes to the directory for
 * temporary files, and `problem` says so. Throws a run error when that fails as well.
 */
export async function writeResult(
  path: string,
  result: RunResult,
  options: { readonly replace: boolean },
  writer: ResultWriter = { write: writeAtomically, temporaryDirectory: tmpdir() },
): Promise<WrittenResult> {
  const content = resultText(result);
  try {
    return { path: await writeUnderFreeName(path, content, options.replace, writer), problem: null };
  } catch (error) {
    const reason = `the result cannot be written to "${path}": ${fileErrorReason(error)}`;
    try {
      const rescue = await writeUnderFreeName(join(writer.temporaryDirectory, basename(path)), content, false, writer);
      return {
        path: rescue,
        problem: runError(`${reason}; it was saved to "${rescue}" instead`, "move it to a place that is kept", error),
      };
    } catch (second) {
      const hint = "free some space there, or name another place with --output <file>";
      throw runError(
        `${reason}; nor to "${writer.temporaryDirectory}": ${fileErrorReason(second)}; the result is lost`,
        hint,
        error,
      );
    }
  }
}

async function writeUnderFreeName(
  path: string,
  content: string,
  replace: boolean,
  writer: ResultWriter,
): Promise<string> {
  const extension = extname(path);
  const stem = path.slice(0, path.length - extension.length);
  for (let attempt = 1; ; attempt++) {
    const name = attempt === 1 ? path : `${stem}-${attempt}${extension}`;
    try {
      await writer.write(name, content, replace);
      return name;
    } catch (error) {
      if (replace || fileErrorCode(error) !== "EEXIST" || attempt === 10_000) throw error;
    }
  }
}

/**
 * The text of a result file, or of a record that holds results. Throws when a number is not finite: JSON would turn it
 * into null without a word.
 */
export function resultText(record: object): string {
  const checked = (key: string, value: unknown): unknown => {
    if (typeof value === "number" && !Number.isFinite(value)) {
      throw new Error(`"${key}" is ${value} in a result. This is a bug in floodgate.`);
    }
    return value;
  };
  return `${JSON.stringify(record, checked, 2)}\n`;
}
