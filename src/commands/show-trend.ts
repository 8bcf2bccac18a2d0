import { readFile } from "node:fs/promises";
import type { NamedResult } from "../compare/find-differences.ts";
import { trendOfResults, type Trend } from "../compare/trend-of-results.ts";
import { exitCode, type ExitCode } from "../errors/exit-code.ts";
import { usageError } from "../errors/floodgate-error.ts";
import type { Host } from "../host/host.ts";
import { trendReporters } from "../report/reporters.ts";
import { renderTrendReport } from "../report/trend-report.ts";
import { readResultFile } from "../result/result-file.ts";
import type { TrendWords } from "./command-words.ts";
import { filesNamedBy } from "./matching-files.ts";
import { checkReports, planReportsOf, writeReports } from "./report-files.ts";
import { wantsColour } from "./wants-colour.ts";

/**
 * `floodgate report <result.json...> --trend <file>`: saved results over time, as a page and in short. Files that are JSON
 * of another kind, and runs that cannot be held against others, are left out and named. Ends with 0 whatever it shows, with
 * 97 when the page could not be written. Throws a usage error when a result is damaged, or there is none.
 */
export async function showTrend({ files, file, metrics }: TrendWords, host: Host): Promise<ExitCode> {
  const names = [...new Set((await Promise.all(files.map((pattern) => filesNamedBy(pattern)))).flat())];
  const kept = names.map((path) => ({ name: `"${path}", one of the results`, path }));
  const again = "floodgate report <result.json...>";
  const request = { flag: "--trend", file };
  const plan = await planReportsOf(trendReporters, [request], { kept, json: false, again }, host);
  await checkReports(plan);
  const { results, others } = await readAll(names);
  if (results.length === 0)
    throw usageError(`none of the files is a result: ${others.join(", ")}`, "floodgate run saves them in results/");
  const found = trendOfResults(results, metrics);
  const trend: Trend = {
    ...found,
    leftOut: [...found.leftOut, ...others.map((name) => ({ name, reason: "it is no result of floodgate" }))],
  };
  const isWritten = await writeReports(plan, trend, host);
  if (!plan.takesStdout) {
    host.stdout.write(renderTrendReport(trend, { colour: wantsColour(host), columns: host.stdout.columns }));
  }
  return isWritten ? exitCode.ok : exitCode.runFailed;
}

/** A folder of results holds other files of ours as well: a schema, comparisons, noise floors. */
async function readAll(
  names: readonly string[],
): Promise<{ readonly results: readonly NamedResult[]; readonly others: readonly string[] }> {
  const results: NamedResult[] = [];
  const others: string[] = [];
  for (const name of names) {
    if (await isOtherDocument(name)) others.push(name);
    else results.push({ name, result: await readResultFile(name) });
  }
  return { results, others };
}

/** Whole JSON that does not call itself a result; whatever else is wrong with a file, reading it as a result tells. */
async function isOtherDocument(path: string): Promise<boolean> {
  try {
    const parsed: unknown = JSON.parse(await readFile(path, "utf8"));
    const schema = typeof parsed === "object" && parsed !== null && "schema" in parsed ? parsed.schema : undefined;
    return !(typeof schema === "string" && schema.startsWith("floodgate.result/"));
  } catch {
    return false;
  }
}
