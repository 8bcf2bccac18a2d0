import type { NoiseFloor } from "../compare/noise-floor-record.ts";
import type { RunSeries } from "../compare/series-record.ts";
import { exitCode } from "../errors/exit-code.ts";
import type { Host } from "../host/host.ts";
import type { OutputRequest } from "../profile/run-request.ts";
import { renderJson } from "../report/json-report.ts";
import type { RunResult } from "../result/run-result.ts";
import { wantsColour } from "./wants-colour.ts";

/** What a run came to, in the form that was asked for: the summary, one JSON document, or with `--quiet` why it did not pass. */
export async function reportRun(
  output: OutputRequest,
  result: RunResult,
  savedPath: string,
  host: Host,
): Promise<void> {
  if (output.json) {
    host.stdout.write(renderJson(result));
    return;
  }
  if (output.quiet) {
    sayWhyNotPassed(result, "", host);
    return;
  }
  // Loaded now, with the result saved: it is no concern of a run that is starting.
  const { renderTerminalReport } = await import("../report/terminal-report.ts");
  host.stdout.write(renderTerminalReport(result, { ...terminalOf(host), savedTo: savedPath }));
}

/** What one run of a series came to, in a few lines; with `--json` nothing until all are over. */
export async function reportMember(
  output: OutputRequest,
  result: RunResult,
  place: { readonly name: string; readonly savedPath: string },
  host: Host,
): Promise<void> {
  if (output.json) return;
  if (output.quiet) {
    sayWhyNotPassed(result, `${place.name}: `, host);
    return;
  }
  const { renderSeriesMember } = await import("../report/series-report.ts");
  host.stdout.write(renderSeriesMember(result, place.name, place.savedPath, terminalOf(host)));
}

/** What a series came to: its spread and exit code, or all of it as one JSON document. */
export async function reportSeries(output: OutputRequest, series: RunSeries, host: Host): Promise<void> {
  if (output.json) {
    host.stdout.write(renderJson(series));
    return;
  }
  if (output.quiet) return;
  const { renderSeriesEnd } = await import("../report/series-report.ts");
  host.stdout.write(renderSeriesEnd(series, terminalOf(host)));
}

/** The noise floor of a machine as a table, or as one JSON document. */
export async function reportNoiseFloor(
  output: OutputRequest,
  record: NoiseFloor,
  savedTo: string | null,
  host: Host,
): Promise<void> {
  if (output.json) host.stdout.write(renderJson(record));
  if (output.json || output.quiet) return;
  const { renderNoiseFloor } = await import("../report/noise-floor-report.ts");
  host.stdout.write(renderNoiseFloor(record, { ...terminalOf(host), savedTo }));
}

function terminalOf({ stdout, env }: Host): {
  readonly colour: boolean;
  readonly columns: number;
  readonly isTerminal: boolean;
} {
  return { colour: wantsColour({ stdout, env }), columns: stdout.columns, isTerminal: stdout.isTerminal };
}

function sayWhyNotPassed({ verdict }: RunResult, prefix: string, host: Host): void {
  if (verdict.exitCode === exitCode.ok) return;
  const isFailure = verdict.outcome === "fail" || verdict.outcome === "failed";
  const marker = isFailure ? "[FAIL]" : "[WARN]";
  for (const reason of verdict.reasons) host.stderr.write(`${marker} ${prefix}${reason}\n`);
}
