import { setTimeout as sleep } from "node:timers/promises";
import { judgedTrials, loadText, type SearchEnd } from "../capacity/capacity-record.ts";
import { nextStep } from "../capacity/capacity-search.ts";
import type { SearchPlan, TrialKind } from "../capacity/search-trial.ts";
import { judgeTrial } from "../capacity/judge-trial.ts";
import { exitCode } from "../errors/exit-code.ts";
import { FloodgateError } from "../errors/floodgate-error.ts";
import { trialRequest, type CapacityRequest } from "../profile/capacity-request.ts";
import type { RunRequest } from "../profile/run-request.ts";
import { timeText } from "../report/format.ts";
import type { ResultTrial } from "../result/capacity-schema.ts";
import type { RunResult } from "../result/run-result.ts";
import { executeRun, type RunSetting } from "./execute-run.ts";

/** All trials of a search, in order, and how it ended. */
export interface TrialSeries {
  readonly trials: readonly ResultTrial[];
  readonly end: SearchEnd;
  /** The result of the trial that speaks for the search; null when none was run. */
  resultFor(lower: number | null): RunResult | null;
}

/**
 * Makes trials until the search knows what it was asked, or is stopped: each with connections of its own, against the one
 * target that was opened, with a rest between. Throws a usage error when not even the first load can be made.
 */
export async function runTrials(
  request: CapacityRequest,
  plan: SearchPlan,
  setting: Omit<RunSetting, "isAnnounced">,
): Promise<TrialSeries> {
  const series = new Series();
  for (;;) {
    const step = nextStep(judgedTrials(series.trials), plan);
    if (step.kind === "done") return series.ended({ kind: "complete" });
    const run = runOf(request, step.load, step.trial, series, setting);
    if (run === null) continue;
    if (series.hasRun) await rest(request.settleMs, setting.stopping.signal);
    const asked = stopEnd(setting);
    if (asked !== null) return series.ended(asked);
    const result = await executeRun(run, { ...setting, isAnnounced: false });
    const { trial, isDead } = trialOf(
      result,
      step.load,
      step.trial,
      durationOf(request, step.trial),
      request.lossRatio,
    );
    series.add(trial, result, isDead);
    say(request, series.trials.length, trial, setting);
    if (series.isDead) {
      const reason = trial.reasons[0] ?? "nothing came back";
      return series.ended(stopEnd(setting) ?? { kind: "dead", reason });
    }
  }
}

/** The trials so far, with the results that may have to be shown. */
class Series {
  readonly trials: ResultTrial[] = [];
  /** Of each load the latest that held: a final one, as soon as there is one. */
  readonly #held = new Map<number, RunResult>();
  #latest: RunResult | null = null;
  #hasAnswered = false;
  #deadInARow = 0;

  add(trial: ResultTrial, result: RunResult, isDead: boolean): void {
    this.trials.push(trial);
    this.#latest = result;
    if (trial.outcome === "held") this.#held.set(trial.load, result);
    if (!isDead) this.#hasAnswered = true;
    this.#deadInARow = isDead ? this.#deadInARow + 1 : 0;
  }

  addImpossible(trial: ResultTrial): void {
    this.trials.push(trial);
  }

  get hasRun(): boolean {
    return this.#latest !== null;
  }

  /** Nothing ever came back; or nothing twice in a row: that is no matter of load any more. */
  get isDead(): boolean {
    return this.#deadInARow >= (this.#hasAnswered ? 2 : 1);
  }

  ended(end: SearchEnd): TrialSeries {
    const highestHeld = this.#held.get(Math.max(...this.#held.keys()));
    return {
      trials: this.trials,
      end,
      resultFor: (lower) => (lower === null ? undefined : this.#held.get(lower)) ?? highestHeld ?? this.#latest,
    };
  }
}

/** The run of a trial; null when this machine cannot make so much of a load, which then stands among the trials. */
function runOf(
  request: CapacityRequest,
  load: number,
  kind: TrialKind,
  series: Series,
  { host }: Pick<RunSetting, "host">,
): RunRequest | null {
  try {
    const { output, ...run } = trialRequest(request, load, kind, host);
    // On a terminal a trial is watched as a run is; elsewhere its one line comes when it is over.
    return { ...run, output: { ...output, progress: output.progress && host.stderr.isTerminal } };
  } catch (error) {
    const isUsage = error instanceof FloodgateError && error.exitCode === exitCode.usage;
    if (!isUsage || !series.hasRun) throw error;
    series.addImpossible({
      ...{ runId: null, load, kind, durationMs: durationOf(request, kind), outcome: "impossible" },
      ...{ reasons: [error.message], offeredPerSecond: null, sentPerSecond: null, deliveredPerSecond: null },
      ...{ deliveryRatio: null, latencyP99Us: null, connectionsOpened: null },
    });
    return null;
  }
}

function durationOf({ searchMs, finalMs }: CapacityRequest, kind: TrialKind): number {
  return kind === "final" ? finalMs : searchMs;
}

function trialOf(
  result: RunResult,
  load: number,
  kind: TrialKind,
  durationMs: number,
  lossRatio: number,
): { readonly trial: ResultTrial; readonly isDead: boolean } {
  const { totals, end, verdict } = result;
  const { outcome, reasons, isDead } = judgeTrial(result, lossRatio);
  const isInterrupted = end.kind === "interrupted";
  const { offered, expected } = totals.messages;
  const trial: ResultTrial = {
    ...{ runId: result.id, load, kind, durationMs },
    outcome: isInterrupted ? "interrupted" : outcome,
    reasons: isInterrupted ? verdict.reasons.slice(0, 1) : reasons,
    offeredPerSecond: offered > 0 ? totals.rate.offeredPerSecond : null,
    sentPerSecond: offered > 0 ? totals.rate.sentPerSecond : null,
    deliveredPerSecond: expected > 0 ? totals.rate.deliveredPerSecond : null,
    deliveryRatio: totals.deliveryRatio,
    latencyP99Us: totals.latencyUs.unresolved.includes("p99") ? null : totals.latencyUs.p99,
    connectionsOpened: totals.connections.opened,
  };
  return { trial, isDead: isDead && !isInterrupted };
}

async function rest(ms: number, signal: AbortSignal): Promise<void> {
  // A request to stop ends it early; whoever waited looks for that.
  await sleep(ms, undefined, { signal }).catch(() => undefined);
}

/** Null while nobody has asked to stop. */
function stopEnd({ stopping }: Pick<RunSetting, "stopping">): SearchEnd | null {
  if (!stopping.isAsked) return null;
  return { kind: "interrupted", signal: stopping.exitCode === exitCode.terminated ? "SIGTERM" : "SIGINT" };
}

/** One line for each trial, on stderr. */
function say(request: CapacityRequest, number: number, trial: ResultTrial, { host }: Pick<RunSetting, "host">): void {
  const { quiet, progress } = request.run.output;
  if (quiet || !progress) return;
  const p99 = trial.latencyP99Us === null ? "" : `, latency p99 ${timeText(trial.latencyP99Us)}`;
  const what = trial.outcome === "held" ? `held${p99}` : `${trial.outcome}: ${trial.reasons.join("; ")}`;
  host.stderr.write(`[INFO] trial ${number}: ${trial.kind} at ${loadText(trial.load, request.over)}: ${what}\n`);
}
