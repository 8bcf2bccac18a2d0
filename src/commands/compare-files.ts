import { compareResults } from "../compare/compare-results.ts";
import type { NamedResult } from "../compare/find-differences.ts";
import { readMetricChoices } from "../compare/metric-choice.ts";
import { repeatedRuns } from "../compare/side-problems.ts";
import type { ExitCode } from "../errors/exit-code.ts";
import { usageError } from "../errors/floodgate-error.ts";
import type { Host } from "../host/host.ts";
import { renderComparisonReport } from "../report/comparison-report.ts";
import { renderJson } from "../report/json-report.ts";
import { comparisonReporters } from "../report/reporters.ts";
import { readResultFile } from "../result/result-file.ts";
import type { CompareWords } from "./command-words.ts";
import { filesNamedBy } from "./matching-files.ts";
import { findNoiseFloor } from "./read-noise-floor.ts";
import { checkReports, planReportsOf, writeReports } from "./report-files.ts";
import { exitCodeWith } from "./say-problem.ts";
import { wantsColour } from "./wants-colour.ts";

/**
 * `floodgate compare`: saved results against those of a newer build. Ends with 98 when a primary metric or a count is worse,
 * with 2 when the results are not comparable, else with 0. Throws a usage error when a file is no result, or a run is named
 * twice.
 */
export async function compareFiles(words: CompareWords, host: Host): Promise<ExitCode> {
  const metrics = words.metrics === null ? null : readMetricChoices(words.metrics);
  const base = await readSide(words.base);
  const changed = await readSide(words.new);
  const kept = [...base, ...changed].map(({ name }) => ({ name: `"${name}", one of the results`, path: name }));
  const outputs = { kept, json: words.json, again: "floodgate compare <base...> --to <new...>" };
  const plan = await planReportsOf(comparisonReporters, words.reports, outputs, host);
  await checkReports(plan);
  for (const note of plan.notes) host.stderr.write(`[INFO] ${note}\n`);
  const [repeated] = repeatedRuns(base, changed);
  if (repeated !== undefined) throw usageError(repeated, "name each run once");
  const { noiseThreshold, force } = words;
  const noiseFloor = await findNoiseFloor(words.noiseFloor, base[0]!.result, host);
  const comparison = compareResults(base, changed, {
    ...(noiseThreshold !== null && { noiseThreshold }),
    ...{ metrics, force, noiseFloor },
  });
  const areWritten = await writeReports(plan, comparison, host);
  if (words.json) host.stdout.write(renderJson(comparison));
  else if (!plan.takesStdout) {
    const { columns, isTerminal } = host.stdout;
    host.stdout.write(renderComparisonReport(comparison, { colour: wantsColour(host), columns, isTerminal }));
  }
  return exitCodeWith(areWritten, comparison.verdict.exitCode as ExitCode);
}

/** All files that the words of a side name, in their order. */
async function readSide(words: readonly string[]): Promise<readonly NamedResult[]> {
  const side: NamedResult[] = [];
  for (const word of words) {
    for (const name of await filesNamedBy(word)) side.push({ name, result: await readResultFile(name) });
  }
  return side;
}
