import { realpath, rm } from "node:fs/promises";
import { basename, dirname, join, resolve } from "node:path";
import { runError, usageError } from "../errors/floodgate-error.ts";
import type { Host } from "../host/host.ts";
import type { ReportRequest } from "../profile/run-request.ts";
import { reporters, type Reporter } from "../report/reporters.ts";
import type { RunResult } from "../result/run-result.ts";
import { fileErrorReason, writeAtomically } from "../result/write-atomically.ts";
import { checkWritable, resultText } from "../result/write-result.ts";
import { sayProblem } from "./save-run.ts";

/** The reports of a command with their places, which were found to be writable. */
export interface ReportPlan {
  readonly reports: readonly PlannedReport[];
  /** Whether a report takes the place of the summary. */
  readonly takesStdout: boolean;
}

interface PlannedReport {
  readonly reporter: Reporter;
  /** Null for the standard output. */
  readonly path: string | null;
}

/** What else a command reads and writes. */
export interface OtherOutputs {
  /** Files that no report may take the place of, with what they are called. */
  readonly kept: readonly { readonly name: string; readonly path: string }[];
  /** Whether the result goes to the standard output. */
  readonly json: boolean;
  /**
   * Reports of an earlier run give way before this one begins: if it dies without a report, the older one must not be
   * taken for its own.
   * @default false
   */
  readonly isNewRun?: boolean;
}

/** Finds the place of each report. Throws a usage error when one cannot be written, or two have the same. */
export async function planReports(requests: readonly ReportRequest[], others: OtherOutputs): Promise<ReportPlan> {
  const reports = requests.map(({ flag, file }) => ({
    reporter: reporterOf(flag),
    path: file === "-" ? null : file,
  }));
  refuseSharedStdout(reports, others);
  await refuseSharedFiles(reports, others);
  const paths = reports.flatMap(({ reporter, path }) => (path === null ? [] : [{ flag: reporter.flag, path }]));
  for (const { flag, path } of paths) {
    await checkWritable(path, { name: `the report of ${flag}`, flag, toStdout: `${flag} -` });
  }
  if (others.isNewRun === true) for (const { path } of paths) await rm(path, { force: true });
  return { reports, takesStdout: reports.some(({ path }) => path === null) };
}

/**
 * Writes every report, each whole or not at all. One that cannot be written after all is told on stderr and keeps none of
 * the others; the answer is whether all were written.
 */
export async function writeReports({ reports }: ReportPlan, result: RunResult, host: Host): Promise<boolean> {
  let areAllWritten = true;
  // As a reader of the file will have it: histograms that are still at hand know more than their saved form.
  const saved = reports.length === 0 ? result : (JSON.parse(resultText(result)) as RunResult);
  for (const { reporter, path } of reports) {
    const render = await reporter.load();
    const text = render(saved);
    if (path === null) {
      host.stdout.write(text);
      continue;
    }
    try {
      await writeAtomically(path, text, true);
    } catch (error) {
      areAllWritten = false;
      const what = `the report of ${reporter.flag} cannot be written to "${path}": ${fileErrorReason(error)}`;
      sayProblem(runError(what, `floodgate report <result.json> ${reporter.flag} <file> makes it again`, error), host);
    }
  }
  return areAllWritten;
}

function reporterOf(flag: string): Reporter {
  const reporter = reporters.find((candidate) => candidate.flag === flag);
  if (reporter === undefined) throw new Error(`there is no report ${flag}. This is a bug in floodgate.`);
  return reporter;
}

function refuseSharedStdout(reports: readonly PlannedReport[], { json }: OtherOutputs): void {
  const users = [
    ...(json ? ["--json"] : []),
    ...reports.flatMap(({ reporter, path }) => (path === null ? [`${reporter.flag} -`] : [])),
  ];
  const [first, second] = users;
  if (first === undefined || second === undefined) return;
  throw usageError(
    `${first} and ${second} cannot be given together: both would write to stdout`,
    "name a file for one of them",
  );
}

async function refuseSharedFiles(reports: readonly PlannedReport[], { kept }: OtherOutputs): Promise<void> {
  const taken = new Map<string, string>();
  for (const { name, path } of kept) taken.set(await placeOf(path), name);
  for (const { reporter, path } of reports) {
    if (path === null) continue;
    const place = await placeOf(path);
    const other = taken.get(place);
    if (other !== undefined) {
      throw usageError(
        `the report of ${reporter.flag} cannot be written to "${path}": that file is ${other.startsWith("--") ? `what ${other} names` : other}`,
        `name another file with ${reporter.flag} <file>`,
      );
    }
    taken.set(place, reporter.flag);
  }
}

/** The one name of a file, whatever links lead to it; a file that is not there yet has that of its directory. */
async function placeOf(path: string): Promise<string> {
  const whole = resolve(path);
  try {
    return await realpath(whole);
  } catch {
    const directory = await realpath(dirname(whole)).catch(() => dirname(whole));
    return join(directory, basename(whole));
  }
}
