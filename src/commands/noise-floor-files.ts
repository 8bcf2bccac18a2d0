import { createHash } from "node:crypto";
import { join } from "node:path";
import { comparableSettings } from "../compare/comparable-settings.ts";
import type { RunResult } from "../result/run-result.ts";

/** Where noise floors are kept: below the results, so that patterns of results do not mean them. */
export const noiseFloorFolder = join("results", "noise-floor");

/**
 * `results/noise-floor/<host fingerprint>-<digest>.json`, relative to the current directory: one for each load on each
 * host, so that a newer noise floor takes the place of the older one. The digest is of all that results must have alike
 * to be compared.
 */
export function noiseFloorPath(run: RunResult): string {
  const settings = Object.entries(comparableSettings(run)).sort(([a], [b]) => (a < b ? -1 : 1));
  const digest = createHash("sha256").update(JSON.stringify(settings)).digest("hex").slice(0, 12);
  return join(noiseFloorFolder, `${run.environment.hostFingerprint}-${digest}.json`);
}
