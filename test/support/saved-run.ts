import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { RunResult } from "../../src/result/run-result.ts";
import { runCli, type CliEnd, type CliOptions } from "./run-cli.ts";

/** A run of the built command in a folder of its own, with what it printed and saved. */
export interface SavedRun extends CliEnd {
  /** Null when it saved none. */
  readonly result: RunResult | null;
  /** Paths below the folder's results/. */
  readonly saved: readonly string[];
}

/** Runs `floodgate run <args>`; the result is the one it saved in results/, or at `-o` when the arguments name a file. */
export function runAndRead(args: readonly string[], options: CliOptions = {}): Promise<SavedRun> {
  return callAndRead(["run", ...args], options);
}

/** The same of any command. */
export async function callAndRead(args: readonly string[], options: CliOptions = {}): Promise<SavedRun> {
  const folder = await mkdtemp(join(tmpdir(), "floodgate-run-"));
  try {
    const end = await runCli(args, { cwd: folder, ...options });
    const saved = await readdir(join(folder, "results")).catch(() => []);
    const text = saved[0] === undefined ? null : await readFile(join(folder, "results", saved[0]), "utf8");
    return { ...end, saved, result: text === null ? null : (JSON.parse(text) as RunResult) };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The saved result of a run that must have saved one; the message shows what it printed instead. */
export function resultOf(run: SavedRun): RunResult {
  if (run.result === null) throw new Error(`nothing was saved\n--- stdout\n${run.stdout}\n--- stderr\n${run.stderr}`);
  return run.result;
}
