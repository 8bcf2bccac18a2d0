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
    sayWhyNotPassed(result, host);
    return;
  }
  // Loaded now, with the result saved: it is no concern of a run that is starting.
  const { renderTerminalReport } = await import("../report/terminal-report.ts");
  host.stdout.write(
    renderTerminalReport(result, {
      colour: wantsColour(host),
      columns: host.stdout.columns,
      isTerminal: host.stdout.isTerminal,
      savedTo: savedPath,
    }),
  );
}

function sayWhyNotPassed({ verdict }: RunResult, host: Host): void {
  if (verdict.exitCode === exitCode.ok) return;
  const isFailure = verdict.outcome === "fail" || verdict.outcome === "failed";
  for (const reason of verdict.reasons) host.stderr.write(`${isFailure ? "[FAIL]" : "[WARN]"} ${reason}\n`);
}
