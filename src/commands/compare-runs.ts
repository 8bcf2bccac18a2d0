import { compareResults } from "../compare/compare-results.ts";
import type { NamedResult } from "../compare/find-differences.ts";
import type { StoredNoiseFloor } from "../compare/noise-floor.ts";
import type { SeriesSide } from "../compare/series-record.ts";
import type { Host } from "../host/host.ts";
import type { RunRequest, SeriesRequest } from "../profile/run-request.ts";
import type { Comparison } from "../result/comparison.ts";
import { plannedResult } from "./planned-result.ts";
import { readBaseline } from "./read-baseline.ts";
import { findNoiseFloor } from "./read-noise-floor.ts";

/** What the runs of a request are compared with, read before the first of them. */
export interface ComparisonSetup {
  /** Empty where two targets are compared with each other. */
  readonly baseline: readonly NamedResult[];
  /** What `calibrate` has kept for this load and host. */
  readonly noiseFloor: StoredNoiseFloor | null;
}

/** A run to be compared, with the file it is saved in or will be. */
export interface RunToCompare extends NamedResult {
  readonly side: SeriesSide;
}

/** Null when there is nothing to compare with. Throws a usage error for a baseline that will not do; nothing has been sent. */
export async function prepareComparison(request: RunRequest, host: Host): Promise<ComparisonSetup | null> {
  if (request.series.baseline.length === 0 && request.series.interleave === null) return null;
  const baseline = await readBaseline(request, host);
  return { baseline, noiseFloor: await findNoiseFloor(null, plannedResult(request, host), host) };
}

/** The runs against the baseline, or the new target's against the first one's, judged as `compare` judges their files. */
export function compareRuns(
  { baseline, noiseFloor }: ComparisonSetup,
  runs: readonly RunToCompare[],
  { noiseThreshold, force }: Pick<SeriesRequest, "noiseThreshold" | "force">,
): Comparison {
  const base = baseline.length > 0 ? baseline : runs.filter(({ side }) => side === "base");
  const changed = runs.filter(({ side }) => side !== "base");
  return compareResults(base, changed, { ...(noiseThreshold !== null && { noiseThreshold }), force, noiseFloor });
}
