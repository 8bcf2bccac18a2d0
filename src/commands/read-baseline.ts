import { findDifferences, isRefused, type NamedResult } from "../compare/find-differences.ts";
import { sideProblems } from "../compare/side-problems.ts";
import { usageError } from "../errors/floodgate-error.ts";
import type { Host } from "../host/host.ts";
import type { RunRequest } from "../profile/run-request.ts";
import { readResultFile } from "../result/result-file.ts";
import { filesNamedBy } from "./matching-files.ts";
import { plannedResult } from "./planned-result.ts";

/**
 * The saved results that `--baseline` names, read and found to be whole, and of runs that the one which is asked for can be
 * compared with; empty when none was named. Throws a usage error otherwise; nothing has been sent.
 */
export async function readBaseline(request: RunRequest, host: Host): Promise<readonly NamedResult[]> {
  const baseline: NamedResult[] = [];
  for (const pattern of request.series.baseline) {
    for (const name of await filesNamedBy(pattern, "--baseline "))
      baseline.push({ name, result: await readResultFile(name) });
  }
  if (baseline.length > 0) refuseIncomparable(baseline, request, host);
  return baseline;
}

function refuseIncomparable(baseline: readonly NamedResult[], request: RunRequest, host: Host): void {
  const [problem] = sideProblems(baseline, []);
  if (problem !== undefined) {
    throw usageError(`the baseline cannot be compared with: ${problem}`, "leave that file out of --baseline");
  }
  const { force } = request.series;
  const before = baseline.map(({ result }) => result);
  const [difference] = findDifferences(before, [plannedResult(request, host)], { force }).filter(isRefused);
  if (difference === undefined) return;
  const { what, of, base, new: asked } = difference;
  throw usageError(
    `this run cannot be compared with the baseline: ${what} is ${base} there, and ${asked} here`,
    of === "host"
      ? "take a baseline of this host, or --force if you know that the difference does not matter"
      : "run with the settings of the baseline, or make a new one",
  );
}
