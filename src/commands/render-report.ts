import { exitCode, type ExitCode } from "../errors/exit-code.ts";
import type { Host } from "../host/host.ts";
import { renderJson } from "../report/json-report.ts";
import { renderTerminalReport } from "../report/terminal-report.ts";
import { parseJsonText, readJsonText } from "../result/json-file.ts";
import { checkResult, refuseDamagedSeconds } from "../result/result-file.ts";
import { checkProbeRecord, isProbeRecord } from "../probe/probe-file.ts";
import type { ReportWords } from "./command-words.ts";
import { checkReports, planReports, writeReports } from "./report-files.ts";
import { planProbeReports, showProbes } from "./show-probes.ts";
import { wantsColour } from "./wants-colour.ts";

/**
 * `floodgate report <result.json>`: a saved result, or record of probes, as it was shown at first, or as JSON, and the reports that flags
 * ask for. Ends with 0 whatever the verdict was, as it shows and does not judge; with 97 when a report could not be
 * written. Throws a usage error when the file is no result, or a report has no place.
 */
export async function renderReport(words: ReportWords, host: Host): Promise<ExitCode> {
  const parsed = parseJsonText(await readJsonText(words.file, "result"), words.file, "result");
  const areWritten = isProbeRecord(parsed)
    ? await renderProbes(parsed, words, host)
    : await renderResult(parsed, words, host);
  return areWritten ? exitCode.ok : exitCode.runFailed;
}

async function renderProbes(parsed: unknown, { file, json, reports }: ReportWords, host: Host): Promise<boolean> {
  const record = checkProbeRecord(parsed, file);
  const plan = await planProbeReports(reports, { kept: [{ name: "the record", path: file }], json }, host);
  return await showProbes(record, plan, { json, quiet: false }, host);
}

async function renderResult(parsed: unknown, { file, json, reports }: ReportWords, host: Host): Promise<boolean> {
  const result = checkResult(parsed, file);
  const plan = await planReports(reports, { kept: [{ name: "the result", path: file }], json }, host);
  if (plan.reports.some(({ reporter }) => reporter.readsSeconds === true)) refuseDamagedSeconds(result, file);
  await checkReports(plan);
  for (const note of plan.notes) host.stderr.write(`[INFO] ${note}\n`);
  const areWritten = await writeReports(plan, result, host);
  if (json) host.stdout.write(renderJson(result));
  else if (!plan.takesStdout) {
    const { columns, isTerminal } = host.stdout;
    host.stdout.write(renderTerminalReport(result, { colour: wantsColour(host), columns, savedTo: null, isTerminal }));
  }
  return areWritten;
}
