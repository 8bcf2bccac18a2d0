import { randomUUID } from "node:crypto";
import { link, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { basename, dirname, join } from "node:path";

/** The words for what the operating system answered. */
const reasons: Readonly<Record<string, string>> = {
  ENOSPC: "no space left on the device",
  EDQUOT: "the disk quota is used up",
  EACCES: "permission denied",
  EPERM: "permission denied",
  EROFS: "the file system is read-only",
  ENOTDIR: "a part of the path is a file",
  /** Of making a directory: the name is taken by a file. */
  EEXIST: "a part of the path is a file",
  EISDIR: "it is a directory",
  ENOENT: "there is no such folder, and none can be made there",
  ENAMETOOLONG: "the name is too long",
  EMFILE: "too many open files",
  EIO: "the device reports an input/output error",
};

/** Why a file operation failed, in words; the original text when the code is an unusual one. */
export function fileErrorReason(error: unknown): string {
  const code = fileErrorCode(error);
  const known = code === undefined ? undefined : reasons[code];
  if (known !== undefined) return known;
  // Node ends its text with the call and its paths: names of temporary files that mean nothing to a reader.
  return error instanceof Error ? error.message.replace(/, \w+ '.*'$/, "") : String(error);
}

/** `ENOENT`, `EEXIST` ...; undefined when the error carries no code. */
export function fileErrorCode(error: unknown): string | undefined {
  return error instanceof Error && "code" in error && typeof error.code === "string" ? error.code : undefined;
}

/**
 * Writes the whole file or nothing: into a new file of the same directory, flushed to the device, then given its name.
 * With `replace` an older file of that name is replaced in one step; without it the call fails with EEXIST.
 * Creates missing directories. Throws the error of the operating system.
 */
export async function writeAtomically(path: string, content: string, replace: boolean): Promise<void> {
  const directory = dirname(path);
  await makeFolders(directory);
  const temporary = join(directory, `.${basename(path).slice(0, 100)}.${randomUUID()}.tmp`);
  try {
    const file = await open(temporary, "wx");
    try {
      await file.writeFile(content);
      await file.sync();
    } finally {
      await file.close();
    }
    if (replace) await rename(temporary, path);
    else await nameNew(temporary, path);
  } finally {
    await rm(temporary, { force: true });
  }
  await flushDirectory(directory);
}

/**
 * Makes a folder and all above it that are missing. Node's own way of doing that never comes to an end where a folder cannot be
 * made in one that is there, as in /proc. Throws the error of the operating system.
 */
export async function makeFolders(path: string): Promise<void> {
  if (await isFolder(path)) return;
  const parent = dirname(path);
  if (parent !== path) await makeFolders(parent);
  try {
    await mkdir(path);
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!(await isFolder(path))) throw error;
  }
}

async function isFolder(path: string): Promise<boolean> {
  const found = await stat(path).catch(() => null);
  return found?.isDirectory() === true;
}

/** A hard link fails when the name is taken, where a rename would replace. */
async function nameNew(temporary: string, path: string): Promise<void> {
  try {
    await link(temporary, path);
  } catch (error) {
    if (fileErrorCode(error) === "EEXIST") throw error;
    // A file system without hard links: claim the name first, then replace the claim.
    await (await open(path, "wx")).close();
    await rename(temporary, path);
  }
}

/** So that the name survives a power cut as well. Not every system lets a directory be opened; the content is safe anyhow. */
async function flushDirectory(directory: string): Promise<void> {
  try {
    const handle = await open(directory, "r");
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  } catch {
    return;
  }
}
