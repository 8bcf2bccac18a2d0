import type { ExitCode } from "../errors/exit-code.ts";
import type { Host } from "../host/host.ts";
import { renderTerminalReport } from "../report/terminal-report.ts";
import { checkThresholds } from "../verdict/check-thresholds.ts";
import { parseThreshold } from "../verdict/threshold.ts";
import { decideVerdict } from "../verdict/verdict.ts";
import { mergeResults } from "./merge-results.ts";
import { wantsColour } from "./wants-colour.ts";

/** `floodgate merge`: adds the results, judges the sum by the thresholds they were run with, and shows it. */
export async function mergeAndJudge(files: readonly string[], outFile: string, host: Host): Promise<ExitCode> {
  const merged = await mergeResults(files, outFile, (sum) => {
    const thresholds = sum.thresholds.map(({ expression, source }) => parseThreshold(expression, source));
    const checks = checkThresholds(sum, thresholds);
    return { thresholds: checks, verdict: decideVerdict(sum, checks, { strict: false }) };
  });
  host.stdout.write(
    renderTerminalReport(merged, { colour: wantsColour(host), columns: host.stdout.columns, savedTo: outFile }),
  );
  return merged.verdict.exitCode as ExitCode;
}
