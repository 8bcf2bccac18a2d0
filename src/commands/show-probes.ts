import { usageError } from "../errors/floodgate-error.ts";
import type { Host } from "../host/host.ts";
import type { ProbeRecord } from "../probe/probe-record.ts";
import type { ReportRequest } from "../profile/run-request.ts";
import { renderJson } from "../report/json-report.ts";
import { probeReporters } from "../report/reporters.ts";
import { checkReports, planReportsOf, writeReports, type OtherOutputs, type ReportPlan } from "./report-files.ts";
import { wantsColour } from "./wants-colour.ts";

const again = "floodgate report <probe.json>";

/** The reports of a record of probes with their places. Throws a usage error for one there is not, and for one without a place. */
export async function planProbeReports(
  requests: readonly ReportRequest[],
  others: Omit<OtherOutputs, "again">,
  host: Host,
): Promise<ReportPlan<ProbeRecord>> {
  const known = probeReporters.map(({ flag }) => flag as string);
  const unknown = requests.find(({ flag }) => !known.includes(flag));
  if (unknown !== undefined) {
    throw usageError(
      `${unknown.flag} is no report of probes: it is made of the messages of a run, and probing counts none`,
      `reports of probes: ${known.join(" ")}`,
    );
  }
  const plan = await planReportsOf(probeReporters, requests, { ...others, again }, host);
  await checkReports(plan);
  for (const note of plan.notes) host.stderr.write(`[INFO] ${note}\n`);
  return plan;
}

/** Writes the reports of a record and shows it, as JSON or as text. Gives whether all could be written. */
export async function showProbes(
  record: ProbeRecord,
  plan: ReportPlan<ProbeRecord>,
  { json, quiet }: { readonly json: boolean; readonly quiet: boolean },
  host: Host,
): Promise<boolean> {
  const areWritten = await writeReports(plan, record, host);
  if (json) host.stdout.write(renderJson(record));
  else if (quiet) sayWhyNotPassed(record, host);
  else if (!plan.takesStdout) {
    const { renderProbeReport } = await import("../report/probe-report.ts");
    host.stdout.write(renderProbeReport(record, { columns: host.stdout.columns, colour: wantsColour(host) }));
  }
  return areWritten;
}

function sayWhyNotPassed({ verdict }: ProbeRecord, host: Host): void {
  if (verdict.outcome === "pass") return;
  const marker = verdict.outcome === "fail" ? "[FAIL]" : "[WARN]";
  for (const reason of verdict.reasons) host.stderr.write(`${marker} ${reason}\n`);
}
