import type { Collected, RunEnd } from "../engine/collected.ts";
import { PlanRun } from "../engine/run-plan.ts";
import { ProcessPool } from "../engine/process-pool.ts";
import { ThreadPool } from "../engine/thread-pool.ts";
import type { StartWorkers } from "../engine/worker-pool.ts";
import { exitCode, type ExitCode } from "../errors/exit-code.ts";
import type { Host } from "../host/host.ts";
import { processCpuSeconds, readMachineCounters, residentBytes } from "../host/process-probes.ts";
import { isBookCounter } from "../mock-server/mock-books.ts";
import { describePlan } from "../plan/describe-plan.ts";
import type { Plan, WorkersAs } from "../plan/plan.ts";
import type { RunRequest } from "../profile/run-request.ts";
import { renderJson } from "../report/json-report.ts";
import { buildResult, type ResultInput } from "../result/build-result.ts";
import { readEnvironment, readToolVersions } from "../result/read-environment.ts";
import type { RunResult } from "../result/run-result.ts";
import { checkWritable, defaultResultPath, writeResult } from "../result/write-result.ts";
import { openTarget, type OpenTarget } from "../target/open-target.ts";
import { OpeningStopped } from "../target/spawned-server.ts";
import { applicableThresholds, type ApplicableThresholds } from "../verdict/applicable-thresholds.ts";
import { checkThresholdFit } from "../verdict/check-threshold-fit.ts";
import { checkThresholdNames } from "../verdict/check-threshold-names.ts";
import { checkThresholds } from "../verdict/check-thresholds.ts";
import { LiveThresholds } from "../verdict/live-thresholds.ts";
import { parseThreshold, type Threshold } from "../verdict/threshold.ts";
import { decideVerdict } from "../verdict/verdict.ts";
import { checkLocalAddresses } from "./check-local-addresses.ts";
import { showProgress, type Progress } from "./show-progress.ts";
import { wantsColour } from "./wants-colour.ts";

/** The built files that worker threads and worker processes load. */
const threadEntry = new URL("../engine/worker/thread-entry.js", import.meta.url);
const processEntry = new URL("../engine/worker/process-entry.js", import.meta.url);

/** `floodgate run`: checks, target, load, result, verdict, report; in this order. */
export async function runTest(request: RunRequest, host: Host): Promise<ExitCode> {
  const { thresholds, notes } = readThresholds(request);
  const path = request.output.file ?? defaultResultPath(nameOf(request.plan, host));
  await checkLocalAddresses(request.plan);
  await checkWritable(path);
  const stopping = new StopRequests(host);
  try {
    const target = await openUnlessStopped(request, stopping, host);
    if (target === null) return stopping.exitCode;
    try {
      const plan = withUrl(request.plan, target.url);
      announce([...request.notes, ...notes], request, plan, target, host);
      const facts = factsOf(request, plan, host);
      const collected = await runLoad(request, facts, target, thresholds, stopping, host);
      const result = await judgeOrSave(facts, collected, thresholds, path);
      const written = await writeResult(path, result, { replace: request.output.file !== null });
      await report(request, result, written.path, host);
      if (written.problem !== null) {
        const hint = written.problem.hint === undefined ? "" : `hint:  ${written.problem.hint}\n`;
        host.stderr.write(`error: ${written.problem.message}\n${hint}`);
        return result.verdict.exitCode === exitCode.ok ? exitCode.runFailed : (result.verdict.exitCode as ExitCode);
      }
      return result.verdict.exitCode as ExitCode;
    } finally {
      await target.close();
    }
  } finally {
    stopping.release();
  }
}

/** Null when Ctrl-C came while a server of the user's was starting: nothing was sent, so there is nothing to save. */
async function openUnlessStopped(request: RunRequest, stopping: StopRequests, host: Host): Promise<OpenTarget | null> {
  try {
    return await openTarget(request.target, host, stopping.signal);
  } catch (error) {
    if (error instanceof OpeningStopped) return null;
    throw error;
  }
}

/** The load itself, watched: progress, live thresholds, Ctrl-C. */
async function runLoad(
  request: RunRequest,
  facts: RunFacts,
  target: OpenTarget,
  thresholds: readonly Threshold[],
  stopping: StopRequests,
  host: Host,
): Promise<Collected> {
  const { plan } = facts;
  const booksBefore = await readBooks(request, target);
  const progress = showProgress(request.output, plan, host);
  const live = request.abortOnFail === null ? null : new LiveThresholds(thresholds, request.abortOnFail.delayMs);
  const run: PlanRun = new PlanRun(plan, {
    clock: host.clock,
    probes: {
      residentBytes,
      cpuSeconds: processCpuSeconds,
      machineCounters: readMachineCounters,
    },
    targetMemory: target.memory,
    targetDescription: target.description,
    startWorkers: startWorkersAs(plan.workersAs),
    onTick(collect, stage) {
      if (progress === null && live === null) return;
      const result = buildResult({ ...facts, collected: collect(), includeEncodedHistograms: false });
      progress?.show(result, stage);
      const failed = live?.firstFailure(result);
      if (failed !== undefined) run.stop({ kind: "aborted", reason: failed });
    },
  });
  stopping.attach(run, progress);
  try {
    const collected = await run.run();
    const booksAfter = await readBooks(request, target);
    return { ...collected, target: { ...collected.target, mockBooks: booksSince(booksBefore, booksAfter) } };
  } finally {
    progress?.end();
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
  const checks = checkThresholds(measured, thresholds);
  return {
    ...measured,
    thresholds: checks,
    verdict: decideVerdict(measured, checks, { strict: facts.strict ?? false }),
  };
}

/** Parsed, and checked against what this run has: its phases, and what its mode can measure. */
function readThresholds(request: RunRequest): ApplicableThresholds {
  const parsed = request.thresholds.map(({ text, source }) => parseThreshold(text, source));
  checkThresholdNames(parsed, measuredPhases(request.plan));
  checkThresholdFit(parsed, request.plan);
  const loads = request.plan.segments.flatMap(({ phases }) => phases.map(({ load }) => load));
  const measuring = {
    mode: request.plan.mode,
    knowsDelivery: request.target.kind === "mock",
    isClosedLoop: loads.every((load) => load.kind === "max"),
  };
  return applicableThresholds(parsed, measuring, ({ source }) => source === "--threshold");
}

function announce(notes: readonly string[], request: RunRequest, plan: Plan, target: OpenTarget, host: Host): void {
  if (request.output.quiet) return;
  for (const note of notes) host.stderr.write(`[INFO] ${note}\n`);
  const { name, reason } = plan.environment;
  host.stderr.write(`[INFO] profile ${plan.profile}, environment ${name} (${reason}), seed ${plan.seed}\n`);
  host.stderr.write(
    `[INFO] target ${target.description}${target.description === target.url ? "" : ` at ${target.url}`}\n`,
  );
  host.stderr.write(`${describePlan(plan)}\n`);
}

async function report(request: RunRequest, result: RunResult, savedPath: string, host: Host): Promise<void> {
  const { json, quiet } = request.output;
  if (json) {
    host.stdout.write(renderJson(result));
    return;
  }
  if (quiet) {
    if (result.verdict.exitCode !== exitCode.ok) {
      const isFailure = result.verdict.outcome === "fail" || result.verdict.outcome === "failed";
      for (const reason of result.verdict.reasons) host.stderr.write(`${isFailure ? "[FAIL]" : "[WARN]"} ${reason}\n`);
    }
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

/** What is known of a result before its run, so read once: the machine, the settings. */
type RunFacts = Omit<ResultInput, "collected">;

function factsOf(request: RunRequest, plan: Plan, host: Host): RunFacts {
  return {
    plan,
    settings: request.settings,
    strict: request.strict,
    environment: readEnvironment(plan.environment, host),
    tool: readToolVersions(),
    targetKind: request.target.kind,
  };
}

/** The mock's books, or those of a floodgate server elsewhere when nothing but them can tell what arrived. */
async function readBooks(request: RunRequest, target: OpenTarget): Promise<Readonly<Record<string, number>> | null> {
  return request.target.kind === "mock" || request.plan.mode === "oneway" ? target.readBooks() : null;
}

/** A server that ran before us has counted before us. */
function booksSince(
  before: Readonly<Record<string, number>> | null,
  after: Readonly<Record<string, number>> | null,
): Readonly<Record<string, number>> | null {
  if (before === null || after === null) return after;
  return Object.fromEntries(
    Object.entries(after).map(([key, value]) => [key, isBookCounter(key) ? value - (before[key] ?? 0) : value]),
  );
}

function withUrl(plan: Plan, url: string): Plan {
  return { ...plan, connect: { ...plan.connect, url } };
}

function measuredPhases(plan: Plan): readonly string[] {
  return plan.segments.flatMap(({ phases }) => phases.filter((phase) => phase.measured).map((phase) => phase.name));
}

function nameOf(plan: Plan, host: Host): Parameters<typeof defaultResultPath>[0] {
  return { profile: plan.profile, runId: plan.runId, startedAtEpochMs: host.clock.epochMs() };
}

/** Ctrl-C once: stop sending, wait for answers, save. Twice: leave at once. */
class StopRequests {
  #run: PlanRun | null = null;
  #progress: Progress | null = null;
  #first: "SIGINT" | "SIGTERM" | null = null;
  readonly #abort = new AbortController();
  readonly #host: Host;
  readonly #unlisten: () => void;

  constructor(host: Host) {
    this.#host = host;
    this.#unlisten = host.onStopSignal((signal) => this.#heard(signal));
  }

  attach(run: PlanRun, progress: Progress | null): void {
    this.#run = run;
    this.#progress = progress;
    if (this.#first !== null) run.stop(this.#end(this.#first));
  }

  /** Aborted by the first request. */
  get signal(): AbortSignal {
    return this.#abort.signal;
  }

  get exitCode(): ExitCode {
    return this.#first === "SIGTERM" ? exitCode.terminated : exitCode.interrupted;
  }

  release(): void {
    this.#unlisten();
  }

  #heard(signal: "SIGINT" | "SIGTERM"): void {
    if (this.#first !== null) {
      this.#say("[WARN] leaving at once; nothing more is saved");
      this.#host.exitNow(this.exitCode);
    }
    this.#first = signal;
    this.#abort.abort();
    const doing = this.#run === null ? "not started yet, so nothing is sent" : "no more is sent, waiting for answers";
    this.#say(`[INFO] ${signal}: ${doing}; once more to leave at once`);
    this.#run?.stop(this.#end(signal));
  }

  #say(line: string): void {
    if (this.#progress === null) this.#host.stderr.write(`${line}\n`);
    else this.#progress.print(`${line}\n`);
  }

  #end(signal: "SIGINT" | "SIGTERM"): Exclude<RunEnd, { kind: "running" | "completed" }> {
    return { kind: "interrupted", signal };
  }
}
