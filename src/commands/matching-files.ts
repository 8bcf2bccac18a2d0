import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { usageError } from "../errors/floodgate-error.ts";
import { fileErrorCode } from "../result/write-atomically.ts";

/**
 * The files that a pattern names, in the order of their names: `*` stands for any letters but `/`, `?` for one. A name
 * without either is itself, whether there is such a file or not, and so is one that is there as it is written.
 */
export async function matchingFiles(pattern: string): Promise<readonly string[]> {
  if (!/[*?]/.test(pattern)) return [pattern];
  const parts = pattern.split("/");
  let found: readonly string[] = [parts[0] === "" ? "/" : "."];
  for (const [index, part] of parts.entries()) {
    if (part === "") continue;
    const isLast = index === parts.length - 1;
    found = (await Promise.all(found.map((folder) => matchesIn(folder, part, isLast)))).flat();
  }
  return found.map((path) => (pattern.startsWith("./") ? `./${path}` : path));
}

/** The same, at least one. Throws a usage error when there is none; `flag` comes before what was written. */
export async function filesNamedBy(pattern: string, flag: `--${string} ` | "" = ""): Promise<readonly string[]> {
  const files = await matchingFiles(pattern);
  if (files.length > 0) return files;
  throw usageError(
    `${flag}"${pattern}" matches no file`,
    "name a file, or a pattern that results match: ls results/ shows what is there",
  );
}

async function matchesIn(folder: string, part: string, isLast: boolean): Promise<readonly string[]> {
  if (!/[*?]/.test(part)) {
    const path = join(folder, part);
    return isLast && !(await namesIn(folder)).includes(part) ? [] : [path];
  }
  const matcher = new RegExp(
    `^${part
      .replace(/[.+^${}()|[\]\\]/g, "\\$&")
      .replaceAll("*", ".*")
      .replaceAll("?", ".")}$`,
  );
  // As in a shell, hidden files are meant only by a pattern that begins like them.
  const names = (await namesIn(folder)).filter(
    (name) => matcher.test(name) && name.startsWith(".") === part.startsWith("."),
  );
  return names.sort().map((name) => join(folder, name));
}

/** Nothing where there is no such folder; a folder that cannot be read has no file that could. */
async function namesIn(folder: string): Promise<readonly string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (fileErrorCode(error) === undefined) throw error;
    return [];
  }
}
