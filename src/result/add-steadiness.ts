import { isEvenLoad } from "./even-load.ts";
import { inStretchesOf } from "./join-intervals.ts";
import { judgeSteady } from "./judge-steady.ts";
import { arrivalsPerMessage, latencyOfferedOf, lossPeriodsOf } from "./lost-messages.ts";
import { comesBack } from "./mode-facts.ts";
import { percentileIntervals } from "./percentile-intervals.ts";
import { phasesOfSavedPlan } from "./read-saved-plan.ts";
import type { ResultBlock } from "./result-blocks.ts";
import type { ResultInterval, ResultPhase, RunResult } from "./run-result.ts";
import type { SteadyState } from "./steady-schema.ts";
import { areSecondsComplete, secondsIn, secondsToEach, wholeSecondsOf } from "./whole-seconds.ts";

/**
 * A finished result with what its seconds tell of it: steadiness of each measured phase of an even load, intervals of
 * percentiles, latency with lost messages as infinitely late, stretches of losses. Only where arrivals are seen (modes
 * echo, broadcast and push; what a stream promises is an even load). Takes some milliseconds for a run of minutes: nothing
 * for a live view.
 */
export function withSteadiness<T extends Omit<RunResult, "warnings">>(result: T): T {
  const { mode } = result.config;
  if (!comesBack(mode) && mode !== "push") return result;
  const seconds = result.phases.map((phase) => wholeSecondsOf(result, phase));
  const planned = phasesOfSavedPlan(result);
  const phases = result.phases.map((phase, i): ResultPhase => {
    const load = planned[i]?.plannedLoad;
    const isEven = mode === "push" ? phase.rate.promisedPerSecond != null : load != null && isEvenLoad(load);
    const isJudged = phase.measured && phase.messages.expected > 0 && isEven;
    return {
      ...phase,
      ...intervalsOf(phase, seconds[i]!, result),
      ...(isJudged && { steady: steadyOf(result, i, seconds) }),
    };
  });
  const measured = seconds.filter((_, i) => phases[i]!.measured).flat();
  return {
    ...result,
    phases,
    totals: { ...result.totals, ...intervalsOf(result.totals, measured, result) },
    lossPeriods: lossPeriodsOf(result.intervals),
  };
}

/** The one phase whose steadiness is known; null when there is none, or several. */
export function steadyPhaseOf({
  phases,
}: Pick<RunResult, "phases">): (ResultPhase & { readonly steady: SteadyState }) | null {
  const judged = phases.flatMap((phase) => (phase.steady === undefined ? [] : [{ ...phase, steady: phase.steady }]));
  return judged.length === 1 ? judged[0]! : null;
}

function intervalsOf(
  block: ResultBlock,
  seconds: readonly ResultInterval[],
  result: Pick<RunResult, "generator">,
): Pick<ResultBlock, "latencyOfferedUs" | "percentileIntervals"> {
  // Mode push: delivered messages of unknown latency are not all lost.
  if (block.latencyUs.count === 0 && block.messages.delivered > 0) return {};
  return {
    latencyOfferedUs: latencyOfferedOf(block),
    // Copies of one message are late together, so that seconds of a broadcast do not tell how many samples there are.
    percentileIntervals:
      areSecondsComplete(result) && block.fanOut === undefined ? percentileIntervals(block, seconds) : [],
  };
}

function steadyOf(
  result: Omit<RunResult, "warnings">,
  index: number,
  seconds: readonly (readonly ResultInterval[])[],
): SteadyState {
  const phase = result.phases[index]!;
  const before = result.phases[index - 1];
  const isWarmup = before !== undefined && !before.measured && before.segment === phase.segment;
  return judgeSteady({
    startMs: phase.startMs,
    endMs: phase.endMs,
    // Where receivers come and go, the seconds do not tell how many deliveries were due in them.
    isOpen: phase.loop === "open" && (phase.fanOut?.indeterminate ?? 0) === 0,
    arrivalsPerMessage: arrivalsPerMessage(phase),
    isAllSent: phase.messages.sent === phase.messages.offered,
    seconds: seconds[index]!,
    warmup: isWarmup
      ? { explicitMs: before.endMs - before.startMs, seconds: alike(seconds[index - 1]!, seconds[index]!) }
      : { explicitMs: 0, seconds: [] },
    areSecondsComplete: areSecondsComplete(result),
  });
}

/** A series has values of one length: those before are put together as those of the phase are; none where they cannot be. */
function alike(before: readonly ResultInterval[], own: readonly ResultInterval[]): readonly ResultInterval[] {
  const each = secondsToEach(own);
  return inStretchesOf(each, before, false).filter((stretch) => secondsIn(stretch) === each);
}
