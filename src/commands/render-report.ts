import { exitCode, type ExitCode } from "../errors/exit-code.ts";
import type { Host } from "../host/host.ts";
import { renderJson } from "../report/json-report.ts";
import { renderTerminalReport } from "../report/terminal-report.ts";
import { readResultFile } from "../result/result-file.ts";
import { wantsColour } from "./wants-colour.ts";

/**
 * `floodgate report <result.json>`: a saved result as it was shown after its run, or as JSON. Ends with 0 whatever the
 * verdict was: it shows, it does not judge. Throws a usage error when the file is no result.
 */
export async function renderReport(file: string, options: { readonly json: boolean }, host: Host): Promise<ExitCode> {
  const result = await readResultFile(file);
  const text = options.json
    ? renderJson(result)
    : renderTerminalReport(result, {
        colour: wantsColour(host),
        columns: host.stdout.columns,
        savedTo: null,
        isTerminal: host.stdout.isTerminal,
      });
  host.stdout.write(text);
  return exitCode.ok;
}
