import type { Collected } from "../engine/collected.ts";
import { PlanRun } from "../engine/run-plan.ts";
import { ProcessPool } from "../engine/process-pool.ts";
import { ThreadPool } from "../engine/thread-pool.ts";
import type { StartWorkers } from "../engine/worker-pool.ts";
import type { Host } from "../host/host.ts";
import { fullCollections, processCpuSeconds, readMachineCounters, residentBytes } from "../host/process-probes.ts";
import type { Plan, WorkersAs } from "../plan/plan.ts";
import { atMock } from "../profile/read-connect.ts";
import type { RunRequest } from "../profile/run-request.ts";
import { buildResult } from "../result/build-result.ts";
import type { RunResult } from "../result/run-result.ts";
import { writeResult } from "../result/write-result.ts";
import { openTarget, type OpenTarget } from "../target/open-target.ts";
import { OpeningStopped } from "../target/spawned-server.ts";
import { checkThresholds } from "../verdict/check-thresholds.ts";
import { LiveThresholds } from "../verdict/live-thresholds.ts";
import type { Threshold } from "../verdict/threshold.ts";
import { decideVerdict } from "../verdict/verdict.ts";
import { announceRun } from "./announce-run.ts";
import { BookSnapshots } from "./book-snapshots.ts";
import { booksSince, readBooks } from "./read-books.ts";
import { factsOf, type RunFacts } from "./run-facts.ts";
import { serveMetrics } from "./serve-metrics.ts";
import { showProgress } from "./show-progress.ts";
import type { StopRequests } from "./stop-requests.ts";

/** The built files that worker threads and worker processes load. */
const threadEntry = new URL("../engine/worker/thread-entry.js", import.meta.url);
const processEntry = new URL("../engine/worker/process-entry.js", import.meta.url);

/** What one run needs beside its request. */
export interface RunSetting {
  readonly target: OpenTarget;
  readonly thresholds: readonly Threshold[];
  readonly stopping: StopRequests;
  /** Where a result is left that a bug has spoiled. */
  readonly spoiledPath: string;
  readonly host: Host;
  /** Whether to say before it what is about to be done. @default true */
  readonly isAnnounced?: boolean;
  /** Whether no further run follows at this target: then it is closed as the run ends, and the result tells how. @default false */
  readonly isLastOfTarget?: boolean;
}

/**
 * One run against an opened target, from request to judged result: announced and shown as its output asks, stopped by
 * Ctrl-C and by thresholds with `--abort-on-fail`. Nothing is saved yet and nothing stands on stdout. Never throws for
 * what the target does; a result that does not add up is a bug of ours, left at `spoiledPath` and thrown.
 */
export async function executeRun(request: RunRequest, setting: RunSetting): Promise<RunResult> {
  const { target, thresholds, host } = setting;
  const plan = planAt(request, target.url);
  if (setting.isAnnounced !== false) announceRun(request.output, plan, target, host);
  const facts = factsOf(request, plan, host);
  const collected = await runLoad(request, facts, setting);
  return judgeOrSave(facts, collected, thresholds, setting.spoiledPath);
}

/**
 * Opens the target of a request, does with it what `use` does, and closes it. Null when Ctrl-C came while a server of the
 * user's was starting: nothing was sent, so there is nothing to save. Throws a FloodgateError when it cannot be started.
 */
export async function withOpenTarget<T>(
  request: RunRequest,
  stopping: StopRequests,
  host: Host,
  use: (target: OpenTarget) => Promise<T>,
): Promise<T | null> {
  const target = await openUnlessStopped(request, stopping, host);
  if (target === null) return null;
  try {
    return await use(target);
  } finally {
    await target.close();
  }
}

async function openUnlessStopped(request: RunRequest, stopping: StopRequests, host: Host): Promise<OpenTarget | null> {
  try {
    return await openTarget(request.target, host, stopping.signal);
  } catch (error) {
    if (error instanceof OpeningStopped) return null;
    throw error;
  }
}

/** The load itself, watched: progress, live thresholds, Ctrl-C. */
async function runLoad(request: RunRequest, facts: RunFacts, setting: RunSetting): Promise<Collected> {
  const { target, thresholds, stopping, host } = setting;
  const { plan } = facts;
  const booksBefore = await readBooks(request, target);
  const snapshots = new BookSnapshots(() => readBooks(request, target));
  const { metricsPort } = request.output;
  const mostConnections = plan.connectionFigures?.rows ?? 0;
  const metrics = metricsPort === null ? null : await serveMetrics(metricsPort, mostConnections);
  if (metrics !== null && !request.output.quiet) host.stderr.write(`[INFO] metrics on ${metrics.url}\n`);
  const progress = showProgress(request.output, plan, host);
  const live = request.abortOnFail === null ? null : new LiveThresholds(thresholds, request.abortOnFail.delayMs);
  const run: PlanRun = new PlanRun(plan, {
    clock: host.clock,
    probes: {
      residentBytes,
      cpuSeconds: processCpuSeconds,
      fullCollections,
      machineCounters: readMachineCounters,
    },
    targetMemory: target.memory,
    targetDescription: target.description,
    startWorkers: startWorkersAs(plan.workersAs),
    onPhase: (phase) => snapshots.take(phase),
    onTick(collect, stage) {
      if (progress === null && live === null && metrics === null) return;
      const collected = collect();
      const result = buildResult({ ...facts, collected, includeEncodedHistograms: false });
      progress?.show(result, stage);
      metrics?.show(result, { stage, connections: collected.connections });
      const failed = live?.firstFailure(result);
      if (failed !== undefined) run.stop({ kind: "aborted", reason: failed });
    },
  });
  stopping.attach(run, progress);
  try {
    const collected = await run.run();
    const booksAfter = await readBooks(request, target);
    const books = { mockBooks: booksSince(booksBefore, booksAfter), booksByPhase: snapshots.differences() };
    const shutdown = setting.isLastOfTarget === true ? await target.close() : null;
    return { ...collected, target: { ...collected.target, ...books, ...(shutdown !== null && { shutdown }) } };
  } finally {
    stopping.detach();
    progress?.end();
    await metrics?.close();
  }
}

function startWorkersAs({ kind }: WorkersAs): StartWorkers {
  return (tasks, listener) =>
    kind === "threads" ? new ThreadPool(threadEntry, tasks, listener) : new ProcessPool(processEntry, tasks, listener);
}

/** A result that does not add up is a bug of ours; what was measured is saved all the same, and says so. */
async function judgeOrSave(
  facts: RunFacts,
  collected: Collected,
  thresholds: readonly Threshold[],
  path: string,
): Promise<RunResult> {
  try {
    return judge(facts, collected, thresholds);
  } catch (error) {
    const spoiled = buildResult({ ...facts, collected, isUnchecked: true });
    const text = error instanceof Error ? error.message : String(error);
    await writeResult(path, { ...spoiled, warnings: [{ code: "bug", text }, ...spoiled.warnings] }, { replace: true });
    throw error;
  }
}

function judge(facts: RunFacts, collected: Collected, thresholds: readonly Threshold[]): RunResult {
  const measured = buildResult({ ...facts, collected });
  const checks = checkThresholds(measured, thresholds, facts.gate);
  return {
    ...measured,
    thresholds: checks,
    verdict: decideVerdict(measured, checks, { strict: facts.strict ?? false }),
  };
}

/** The plan at the target as it was opened: the mock's address takes the place of what stood for it, and keeps the path. */
export function planAt({ plan, target }: RunRequest, opened: string): Plan {
  const url = target.kind === "mock" ? atMock(plan.connect.url, opened) : opened;
  return { ...plan, connect: { ...plan.connect, url } };
}
