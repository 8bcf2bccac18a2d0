import { capacityRecord, capacityVerdict, loadText, type CapacityQuestion } from "../capacity/capacity-record.ts";
import type { SearchPlan } from "../capacity/search-trial.ts";
import { leastLoad } from "../capacity/least-load.ts";
import type { ExitCode } from "../errors/exit-code.ts";
import { usageError } from "../errors/floodgate-error.ts";
import type { Host } from "../host/host.ts";
import { trialRequest, type CapacityRequest } from "../profile/capacity-request.ts";
import type { OutputRequest } from "../profile/run-request.ts";
import type { RunResult } from "../result/run-result.ts";
import { checkWritable, defaultResultPath, writeResult } from "../result/write-result.ts";
import type { OpenTarget } from "../target/open-target.ts";
import { formatDurationMs } from "../units/time.ts";
import type { Threshold } from "../verdict/threshold.ts";
import { annotateJob } from "./annotate-job.ts";
import { announceNotes } from "./announce-run.ts";
import { checkLocalAddresses } from "./check-local-addresses.ts";
import { withOpenTarget } from "./execute-run.ts";
import { readThresholds } from "./read-thresholds.ts";
import { checkReports, planReports, removeOldReports, writeReports } from "./report-files.ts";
import { reportRun } from "./report-run.ts";
import { runTrials, type TrialSeries } from "./run-trials.ts";
import type { ResultPlace } from "./save-run.ts";
import { exitCodeWith, sayProblem } from "./say-problem.ts";
import { StopRequests } from "./stop-requests.ts";
import { wantsColour } from "./wants-colour.ts";

/** `floodgate capacity`: checks, target, trials, result, report; in this order. */
export async function findCapacity(request: CapacityRequest, host: Host): Promise<ExitCode> {
  const { output } = request.run;
  const thresholds = readConditions(request, host);
  const plan = searchPlan(request, thresholds);
  // What this machine cannot make is bad usage as long as nothing was started.
  trialRequest(request, plan.start, "search", host);
  const place = placeOf(request, host);
  await checkLocalAddresses(request.run.plan);
  const kept = [{ name: "what --output names", path: place.path }];
  const reports = await planReports(output.reports, { kept, json: output.json }, host);
  await checkReports(reports);
  await checkWritable(place.path);
  await removeOldReports(reports);
  const stopping = new StopRequests(host);
  try {
    const code = await withOpenTarget(request.run, stopping, host, async (target) => {
      announce(request, plan, target, reports.notes, host);
      const setting = { target, thresholds, stopping, spoiledPath: place.path, host };
      const result = resultOf(request, plan, await runTrials(request, plan, setting));
      if (result === null) return stopping.exitCode;
      const written = await writeResult(place.path, result, place);
      const areReportsWritten = await writeReports(reports, result, host);
      await report(reports.takesStdout ? { ...output, quiet: true } : output, result, written.path, host);
      annotateJob(result, host);
      if (written.problem !== null) sayProblem(written.problem, host);
      return exitCodeWith(areReportsWritten && written.problem === null, result.verdict.exitCode as ExitCode);
    });
    return code ?? stopping.exitCode;
  } finally {
    stopping.release();
  }
}

/** What a load has to hold, checked against what a trial is. */
function readConditions(request: CapacityRequest, host: Host): readonly Threshold[] {
  const trial = trialRequest(request, request.start, "search", host);
  const conditions = request.until.map((text) => ({ text, source: "--until" }));
  const { thresholds } = readThresholds({ ...trial, thresholds: conditions });
  const advisory = thresholds.find(({ isAdvisory }) => isAdvisory);
  if (advisory !== undefined) {
    throw usageError(`--until "${advisory.text}" only warns, so it would decide nothing`, 'leave out "warn"');
  }
  return thresholds;
}

/** The least a rate or a number of connections can be, unless a lower start was asked for. */
const leastOfAll = 1;

/** Where to search: no lower than trials can tell the conditions, which may move a start that nobody chose. */
function searchPlan(request: CapacityRequest, thresholds: readonly Threshold[]): SearchPlan {
  const { over, ceiling, widthRatio, searchMs, finalMs, perConnectionPerSecond, run } = request;
  const isWhole = over === "connections";
  const { mode, stream } = run.plan;
  // How many a target will push that promises nothing is not known before, so that no load is too low for it.
  const pushed = mode === "push" ? (stream?.promisedPerSecond ?? Infinity) : 0;
  const { load, threshold } = leastLoad(thresholds, {
    searchSec: searchMs / 1000,
    messagesPerLoad: over === "rate" ? 1 : (perConnectionPerSecond ?? pushed),
    fixedConnections: isWhole ? null : (run.plan.segments[0]?.connections ?? 0),
  });
  const least = isWhole ? Math.ceil(load) : load;
  const start = request.isDefaultStart ? Math.max(request.start, Math.min(least, ceiling)) : request.start;
  if (threshold !== null && start < least) throw tooFewSamples(request, threshold, start, least);
  const floor = Math.max(Math.min(leastOfAll, start), least);
  return { start, floor, ceiling, width: widthRatio, isWhole, searchSec: searchMs / 1000, finalSec: finalMs / 1000 };
}

function tooFewSamples({ over, searchMs }: CapacityRequest, { text }: Threshold, start: number, least: number): Error {
  const trial = `a trial of ${formatDurationMs(searchMs)}`;
  if (!Number.isFinite(least)) {
    return usageError(`--until "${text}": ${trial} has too few connections to tell`, "raise --connections");
  }
  return usageError(
    `--until "${text}": at ${loadText(start, over)} ${trial} has too few samples to tell; that takes ${loadText(least, over)}`,
    "start higher with --start (and --max), or give trials more time with --trial",
  );
}

function placeOf({ run }: CapacityRequest, host: Host): ResultPlace {
  if (run.output.file !== null) return { path: run.output.file, replace: true };
  const names = { profile: "capacity", runId: run.plan.runId, startedAtEpochMs: host.clock.epochMs() };
  return { path: defaultResultPath(names), replace: false };
}

/** Whole seconds that the test for messages in flight needs before it can find anything. */
const secondsForGrowth = 5;

function announce(
  request: CapacityRequest,
  plan: SearchPlan,
  target: OpenTarget,
  reportNotes: readonly string[],
  host: Host,
): void {
  const { run, over, until, searchMs, finalMs } = request;
  const from = loadText(plan.start, over);
  const profile = run.plan.profile === "(flags)" ? null : run.plan.profile;
  announceNotes(
    run.output,
    [
      ...run.notes,
      ...reportNotes,
      ...(profile === null
        ? []
        : [`profile ${profile}: its stages, rates, times and thresholds do not count for trials; the rest does`]),
      ...(searchMs < secondsForGrowth * 1000
        ? [
            `trials of ${formatDurationMs(searchMs)} are too short to see messages pile up slowly; that takes ${secondsForGrowth} s`,
          ]
        : []),
      `target ${target.description}${target.description === target.url ? "" : ` at ${target.url}`}`,
      `looking for the most that holds ${until.join(" and ")}, from ${from}: trials of ${formatDurationMs(searchMs)}, final ones of ${formatDurationMs(finalMs)}`,
    ],
    host,
  );
}

/** The result of the trial that speaks for the search, with the search; null when there was no trial. */
function resultOf(request: CapacityRequest, plan: SearchPlan, series: TrialSeries): RunResult | null {
  const question: CapacityQuestion = {
    condition: request.until.join(" and "),
    over: request.over,
    perConnectionPerSecond: request.perConnectionPerSecond,
    widthRatio: request.widthRatio,
    lossRatio: request.lossRatio,
  };
  const capacity = capacityRecord(question, series.trials, plan, series.end);
  const result = series.resultFor(capacity.lower);
  return result === null ? null : { ...result, capacity, verdict: capacityVerdict(capacity, series.end) };
}

async function report(output: OutputRequest, result: RunResult, savedTo: string, host: Host): Promise<void> {
  if (output.json || output.quiet) {
    await reportRun(output, result, savedTo, host);
    return;
  }
  const { renderCapacityReport } = await import("../report/terminal-report.ts");
  const { columns, isTerminal } = host.stdout;
  host.stdout.write(renderCapacityReport(result, { colour: wantsColour(host), columns, isTerminal, savedTo }));
}
