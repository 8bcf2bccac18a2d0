import type { ExitCode } from "../errors/exit-code.ts";
import type { Host } from "../host/host.ts";
import { renderTerminalReport } from "../report/terminal-report.ts";
import type { RunResult } from "../result/run-result.ts";
import { checkThresholds } from "../verdict/check-thresholds.ts";
import { parseThreshold, type Threshold } from "../verdict/threshold.ts";
import { decideVerdict } from "../verdict/verdict.ts";
import { mergeResults } from "./merge-results.ts";
import { wantsColour } from "./wants-colour.ts";

/** `floodgate merge`: adds the results, judges the sum by the thresholds they were run with and as strictly, and shows it. */
export async function mergeAndJudge(files: readonly string[], outFile: string, host: Host): Promise<ExitCode> {
  const merged = await mergeResults(files, outFile, (sum, inputs) => {
    const thresholds = thresholdsOf(inputs);
    const checks = checkThresholds(sum, thresholds);
    return { thresholds: checks, verdict: decideVerdict(sum, checks, { strict: sum.config.strict === true }) };
  });
  host.stdout.write(
    renderTerminalReport(merged, {
      colour: wantsColour(host),
      columns: host.stdout.columns,
      isTerminal: host.stdout.isTerminal,
      savedTo: outFile,
    }),
  );
  return merged.verdict.exitCode as ExitCode;
}

/** All that any of the runs was asked to hold, each once. */
function thresholdsOf(results: readonly RunResult[]): readonly Threshold[] {
  const byExpression = new Map<string, Threshold>();
  for (const { expression, source } of results.flatMap(({ thresholds }) => thresholds)) {
    if (!byExpression.has(expression)) byExpression.set(expression, parseThreshold(expression, source));
  }
  return [...byExpression.values()];
}
