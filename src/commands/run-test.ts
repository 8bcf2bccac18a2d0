import type { ExitCode } from "../errors/exit-code.ts";
import type { Host } from "../host/host.ts";
import type { RunRequest } from "../profile/run-request.ts";
import { checkWritable, writeResult } from "../result/write-result.ts";
import { announceNotes } from "./announce-run.ts";
import { checkLocalAddresses } from "./check-local-addresses.ts";
import { executeRun, withOpenTarget } from "./execute-run.ts";
import { readThresholds } from "./read-thresholds.ts";
import { planReports, writeReports } from "./report-files.ts";
import { reportRun } from "./report-run.ts";
import { exitCodeOf, exitCodeWith, resultPlace } from "./save-run.ts";
import { StopRequests } from "./stop-requests.ts";

/** `floodgate run`: checks, target, load, result, verdict, report; in this order. */
export async function runTest(request: RunRequest, host: Host): Promise<ExitCode> {
  const { thresholds, notes } = readThresholds(request);
  const place = resultPlace(request, host);
  await checkLocalAddresses(request.plan);
  await checkWritable(place.path);
  const reports = await planReports(request.output.reports, {
    kept: [{ name: "--output", path: place.path }],
    json: request.output.json,
    isNewRun: true,
  });
  const stopping = new StopRequests(host);
  try {
    const code = await withOpenTarget(request, stopping, host, async (target) => {
      announceNotes(request.output, [...request.notes, ...notes], host);
      const setting = { target, thresholds, stopping, spoiledPath: place.path, host };
      const result = await executeRun(request, setting);
      const written = await writeResult(place.path, result, place);
      const areReportsWritten = await writeReports(reports, result, host);
      const output = reports.takesStdout ? { ...request.output, quiet: true } : request.output;
      await reportRun(output, result, written.path, host);
      return exitCodeWith(areReportsWritten, exitCodeOf(result, written, host));
    });
    return code ?? stopping.exitCode;
  } finally {
    stopping.release();
  }
}
