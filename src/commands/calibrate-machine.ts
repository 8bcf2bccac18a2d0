import { makeNoiseFloor } from "../compare/noise-floor.ts";
import type { NoiseFloor } from "../compare/noise-floor-record.ts";
import { whyLeftOut } from "../compare/series-record.ts";
import { exitCode, weightiestExitCode, type ExitCode } from "../errors/exit-code.ts";
import { runError, usageError } from "../errors/floodgate-error.ts";
import type { Host } from "../host/host.ts";
import type { RunRequest } from "../profile/run-request.ts";
import { readToolVersions } from "../result/read-environment.ts";
import type { RunResult } from "../result/run-result.ts";
import { fileErrorReason, writeAtomically } from "../result/write-atomically.ts";
import { checkWritable, resultText } from "../result/write-result.ts";
import { announceNotes } from "./announce-run.ts";
import { checkLocalAddresses } from "./check-local-addresses.ts";
import { planFiles, saveRun, tellOfRun } from "./finish-run.ts";
import { noiseFloorPath } from "./noise-floor-files.ts";
import { nameOfMember, planSeries, type SeriesMember } from "./plan-series.ts";
import { plannedResult } from "./planned-result.ts";
import { reportNoiseFloor } from "./report-run.ts";
import { runSeries, type FinishedSeries } from "./run-series.ts";
import type { ResultPlace } from "./save-run.ts";
import { sayProblem } from "./say-problem.ts";
import { StopRequests } from "./stop-requests.ts";

/**
 * `floodgate calibrate`: runs of the same, one after the other, and how far they lie apart, kept for `compare`. Thresholds
 * judge nothing here. Ends with 96 when the generator was limited in a run and with 97 when one failed: then there is no
 * noise floor.
 */
export async function calibrateMachine(request: RunRequest, host: Host): Promise<ExitCode> {
  const path = request.output.file ?? noiseFloorPath(plannedResult(request, host));
  const members = planSeries({ ...request, output: { ...request.output, file: null } }, host);
  await checkLocalAddresses(request.plan);
  await checkWritable(path, { name: "the noise floor", flag: "--output", toStdout: "--json" });
  const reports = await planFiles(members, host);
  const stopping = new StopRequests(host);
  try {
    announceNotes(request.output, request.notes, host);
    const finish = async (member: SeriesMember, result: RunResult, place: ResultPlace) => {
      const saved = await saveRun(member, result, place, host);
      await tellOfRun(saved.run, reports[member.ordinal - 1]!, host);
      return saved;
    };
    const means = { thresholds: [], stopping, host, finish, needsEveryRun: true };
    const made = await runSeries(members, means);
    if (made.runs.length === 0) return stopping.exitCode;
    const unfit = unfitCode(made, members.length, host);
    return unfit ?? (await keepNoiseFloor(request, made, path, host));
  } finally {
    stopping.release();
  }
}

/** Says why these runs make no noise floor, and gives the exit code of that; null when they make one. */
function unfitCode({ runs, problems }: FinishedSeries, askedRuns: number, host: Host): ExitCode | null {
  const unfit = runs.find(({ result }) => whyLeftOut(result) !== null);
  if (unfit === undefined && runs.length === askedRuns) return null;
  const why =
    unfit === undefined
      ? `${runs.length} of ${askedRuns} runs were made`
      : `${nameOfMember(unfit.member)}: ${whyLeftOut(unfit.result) ?? ""}`;
  sayProblem(
    usageError(
      `no noise floor: ${why}`,
      "calibrate with the load of the comparisons, on a machine that is otherwise as it is for them",
    ),
    host,
  );
  const codes = [
    ...runs.map(({ result }) => result.verdict.exitCode as ExitCode),
    ...problems.map((each) => each.exitCode),
  ];
  const code = weightiestExitCode(codes);
  // Nothing was asked of the numbers, so a limited run has failed nothing by itself.
  return code === exitCode.ok ? exitCode.inconclusive : code;
}

async function keepNoiseFloor(
  { output }: RunRequest,
  { runs, problems }: FinishedSeries,
  path: string,
  host: Host,
): Promise<ExitCode> {
  const record = makeNoiseFloor(
    runs.map(({ result }) => result),
    { createdAt: new Date(host.clock.epochMs()).toISOString(), toolVersion: readToolVersions().version },
  );
  const isWritten = await writeNoiseFloor(path, record, host);
  await reportNoiseFloor(output, record, isWritten ? path : null, host);
  const code = weightiestExitCode(problems.map((problem) => problem.exitCode));
  return code === exitCode.ok && !isWritten ? exitCode.runFailed : code;
}

async function writeNoiseFloor(path: string, record: NoiseFloor, host: Host): Promise<boolean> {
  try {
    await writeAtomically(path, resultText(record), true);
    return true;
  } catch (error) {
    const what = `the noise floor cannot be written to "${path}": ${fileErrorReason(error)}`;
    sayProblem(runError(what, "free some space there, or name another place with --output <file>", error), host);
    return false;
  }
}
