import type { ExitCode } from "../errors/exit-code.ts";
import type { Host } from "../host/host.ts";
import { renderTerminalReport } from "../report/terminal-report.ts";
import type { RunResult } from "../result/run-result.ts";
import { thresholdOfCheck } from "../verdict/baseline-bounds.ts";
import { checkThresholds } from "../verdict/check-thresholds.ts";
import type { Threshold } from "../verdict/threshold.ts";
import { decideVerdict } from "../verdict/verdict.ts";
import { annotateJob } from "./annotate-job.ts";
import type { MergeWords } from "./command-words.ts";
import { mergeResults } from "./merge-results.ts";
import { checkReports, planReports, writeReports } from "./report-files.ts";
import { exitCodeWith } from "./say-problem.ts";
import { wantsColour } from "./wants-colour.ts";

/**
 * `floodgate merge`: adds the results, judges the sum by the thresholds they were run with and as strictly, shows it and
 * writes the reports that flags ask for.
 */
export async function mergeAndJudge({ files, output, reports }: MergeWords, host: Host): Promise<ExitCode> {
  const kept = files.map((path) => ({ name: `the result "${path}"`, path }));
  const outFile = { name: "what --output names", path: output };
  const plan = await planReports(reports, { kept: [...kept, outFile], json: false }, host);
  await checkReports(plan);
  for (const note of plan.notes) host.stderr.write(`[INFO] ${note}\n`);
  const merged = await mergeResults(files, output, (sum, inputs) => {
    const thresholds = thresholdsOf(inputs);
    const checks = checkThresholds(sum, thresholds, sum.config.gate);
    return { thresholds: checks, verdict: decideVerdict(sum, checks, { strict: sum.config.strict === true }) };
  });
  const areWritten = await writeReports(plan, merged, host);
  if (!plan.takesStdout) {
    const { columns, isTerminal } = host.stdout;
    host.stdout.write(
      renderTerminalReport(merged, { colour: wantsColour(host), columns, isTerminal, savedTo: output }),
    );
  }
  annotateJob(merged, host);
  return exitCodeWith(areWritten, merged.verdict.exitCode as ExitCode);
}

/** All that any of the runs was asked to hold, each once; where baselines differed, against each of them. */
function thresholdsOf(results: readonly RunResult[]): readonly Threshold[] {
  const distinct = new Map<string, Threshold>();
  for (const check of results.flatMap(({ thresholds }) => thresholds)) {
    const threshold = thresholdOfCheck(check);
    const key = JSON.stringify([threshold.text, threshold.bound]);
    if (!distinct.has(key)) distinct.set(key, threshold);
  }
  return [...distinct.values()];
}
