import { closeSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { usageError } from "../errors/floodgate-error.ts";

/** What a queue has done with the jobs of one key, since its journal began. */
export interface JobTotals {
  submitted: number;
  accepted: number;
  refused: number;
  started: number;
  completed: number;
  cancelled: number;
}

export type JobTotal = keyof JobTotals;

const totalNames: readonly JobTotal[] = ["submitted", "accepted", "refused", "started", "completed", "cancelled"];

/** Lines after which the journal is written anew, one line a key. */
const linesPerRewrite = 20_000;

/**
 * The totals of a queue by key, kept in a file so that they outlive its server: a line of JSON for each key that has changed,
 * appended once in each turn of the event loop, always with all its totals. The last line of a key counts; one that was cut
 * off in the middle is none. Written anew, whole and at once, as it is opened and when it has grown long.
 */
export class JobJournal {
  readonly #path: string | null;
  readonly #totals = new Map<string, JobTotals>();
  readonly #changed = new Set<string>();
  #file: number | null = null;
  #lines = 0;
  #isPending = false;

  /** `path`: null for totals that end with their server. Throws a usage error when the file cannot be had. */
  constructor(path: string | null) {
    this.#path = path;
    if (path === null) return;
    try {
      for (const [key, totals] of readJournal(path)) this.#totals.set(key, totals);
      this.#rewrite(path);
    } catch (error) {
      if (!(error instanceof Error)) throw error;
      throw usageError(
        `the journal of the queue "${path}" cannot be used: ${error.message}`,
        "name a file in a folder that is there and may be written to",
        error,
      );
    }
  }

  /** Counts one event of a job of `key`. */
  count(key: string, which: JobTotal): void {
    let totals = this.#totals.get(key);
    if (totals === undefined) {
      totals = noTotals();
      this.#totals.set(key, totals);
    }
    totals[which] += 1;
    if (this.#path === null) return;
    this.#changed.add(key);
    if (this.#isPending) return;
    this.#isPending = true;
    setImmediate(() => this.write());
  }

  /** Over all keys. */
  sum(): Readonly<JobTotals> {
    const sum = noTotals();
    for (const totals of this.#totals.values()) for (const name of totalNames) sum[name] += totals[name];
    return sum;
  }

  /** Writes what has changed. */
  write(): void {
    this.#isPending = false;
    if (this.#path === null || this.#file === null || this.#changed.size === 0) return;
    writeSync(this.#file, this.#linesOf(this.#changed));
    this.#lines += this.#changed.size;
    this.#changed.clear();
    if (this.#lines > linesPerRewrite) this.#rewrite(this.#path);
  }

  /** Writes what has changed and lets go of the file. */
  close(): void {
    this.write();
    if (this.#file === null) return;
    fsyncSync(this.#file);
    closeSync(this.#file);
    this.#file = null;
  }

  #rewrite(path: string): void {
    const part = `${path}.new`;
    const file = openSync(part, "w");
    writeSync(file, this.#linesOf(this.#totals.keys()));
    fsyncSync(file);
    closeSync(file);
    renameSync(part, path);
    if (this.#file !== null) closeSync(this.#file);
    this.#file = openSync(path, "a");
    this.#lines = this.#totals.size;
  }

  #linesOf(keys: Iterable<string>): string {
    return [...keys].map((key) => `${JSON.stringify({ key, ...this.#totals.get(key) })}\n`).join("");
  }
}

function readJournal(path: string): ReadonlyMap<string, JobTotals> {
  const totals = new Map<string, JobTotals>();
  let text: string;
  try {
    text = readFileSync(path, "utf8");
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === "ENOENT") return totals;
    throw error;
  }
  const lines = text.split("\n");
  // What follows the last line break was cut off in the middle.
  for (const [index, line] of lines.slice(0, -1).entries()) {
    const entry = readLine(line);
    if (entry === null) throw new Error(`line ${index + 1} is none of a queue's`);
    totals.set(entry.key, entry.totals);
  }
  return totals;
}

function readLine(line: string): { readonly key: string; readonly totals: JobTotals } | null {
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return null;
  }
  const { key, ...rest } = (value ?? {}) as Readonly<Record<string, unknown>>;
  if (typeof key !== "string" || totalNames.some((name) => !Number.isSafeInteger(rest[name]))) return null;
  const totals = noTotals();
  for (const name of totalNames) totals[name] = rest[name] as number;
  return { key, totals };
}

function noTotals(): JobTotals {
  return { submitted: 0, accepted: 0, refused: 0, started: 0, completed: 0, cancelled: 0 };
}
