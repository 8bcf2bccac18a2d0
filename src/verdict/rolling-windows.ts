import type { ResultInterval, ResultPhase, RunResult } from "../result/run-result.ts";
import { sumOfTimes } from "../result/times-of-histogram.ts";
import { secondsIn } from "../result/whole-seconds.ts";
import type { MeasuredValue } from "./metric-value.ts";
import { percentileOf } from "./threshold-metrics.ts";
import type { Threshold } from "./threshold.ts";

/** A window and what was measured in it, in the threshold's unit. */
export interface WindowValue extends MeasuredValue {
  /** Start of the window since startedAt, milliseconds. */
  readonly fromMs: number;
  /** As many as were asked for; in a long run, whose seconds were put together, perhaps a few more. */
  readonly seconds: number;
}

/** Seconds may begin and end a little beside the phase they belong to. */
const edgeToleranceMs = 5;

/**
 * Every window of `overSeconds` whole seconds, one second apart, that lies in measured load (in the named phase, when
 * there is one) and in one segment. Where seconds were put together a window has as many of these stretches as it takes.
 * Windows that end before `endingAfterMs` are left out, for a run that goes on.
 */
export function rollingWindows(result: RunResult, threshold: Threshold, endingAfterMs = 0): readonly WindowValue[] {
  const length = threshold.overSeconds ?? 1;
  const windows: WindowValue[] = [];
  let run: ResultInterval[] = [];
  for (const interval of result.intervals) {
    if (!isJudged(interval, result.phases, threshold.selectors.phase)) run = [];
    else if (isNext(run.at(-1), interval)) run.push(interval);
    else run = [interval];
    let seconds = run.reduce((sum, each) => sum + secondsIn(each), 0);
    if (seconds < length) continue;
    while (seconds - secondsIn(run[0]!) >= length) seconds -= secondsIn(run.shift()!);
    if (interval.tMs + interval.lengthMs < endingAfterMs) continue;
    windows.push({ fromMs: run[0]!.tMs, seconds, ...windowValue(result, run, threshold) });
  }
  return windows;
}

function isNext(last: ResultInterval | undefined, next: ResultInterval): boolean {
  if (last?.segment !== next.segment) return false;
  return Math.abs(last.tMs + last.lengthMs - next.tMs) <= edgeToleranceMs;
}

/** A whole second, of measured phases only. */
function isJudged(interval: ResultInterval, phases: readonly ResultPhase[], name: string | undefined): boolean {
  if (interval.lengthMs < 1000 - edgeToleranceMs) return false;
  const endMs = interval.tMs + interval.lengthMs;
  const touched = phases.filter(
    (phase) => interval.tMs < phase.endMs - edgeToleranceMs && endMs > phase.startMs + edgeToleranceMs,
  );
  return touched.length > 0 && touched.every((phase) => (name === undefined ? phase.measured : phase.name === name));
}

function windowValue(result: RunResult, window: readonly ResultInterval[], { metric, stat }: Threshold): MeasuredValue {
  const sum = (read: (interval: ResultInterval) => number) => window.reduce((total, each) => total + read(each), 0);
  const largest = (read: (interval: ResultInterval) => number | null): MeasuredValue => {
    const known = window.map(read).filter((value) => value !== null);
    return { value: known.length === 0 ? null : Math.max(...known), samples: null };
  };
  const seconds = sum((each) => each.lengthMs) / 1000;
  switch (`${metric}.${stat}`) {
    case "rate.sent":
      return { value: sum((each) => each.sent) / seconds, samples: null };
    case "rate.delivered":
      return { value: result.config.mode === "oneway" ? null : sum((each) => each.delivered) / seconds, samples: null };
    case "delivery.lost":
    case "delivery.ratio":
      return result.totals.messages.expected === 0
        ? { value: null, samples: null }
        : lossValue(
            sum((each) => each.lost),
            sum((each) => (result.config.mode === "push" ? each.delivered + each.lost : each.sent)) *
              (result.totals.fanOut?.receiversPerMessage ?? 1),
            stat,
          );
    case "memory.target.peak":
      return largest((each) => each.targetRssBytes);
    case "memory.peak":
    case "memory.client.peak":
    case "memory.generator.peak":
      return largest((each) => each.generatorRssBytes);
    case "generator.lag.max":
      return largest((each) => each.lagUs / 1e6);
    default:
      return timesOfWindow(window, metric, stat);
  }
}

/** `sent` as often as each message was to arrive. Lost messages belong to the second they were due in, sent ones to the second they left in; a late sender blurs the ratio. */
function lossValue(lost: number, sent: number, stat: string): MeasuredValue {
  if (stat === "lost") return { value: lost, samples: null };
  return { value: sent === 0 ? null : Math.max(0, 1 - lost / sent), samples: sent };
}

function timesOfWindow(window: readonly ResultInterval[], metric: string, stat: string): MeasuredValue {
  const times = sumOfTimes(window.map((each) => (metric === "slip" ? each.slipUs : each.latencyUs)));
  const percentile = percentileOf(stat);
  const figures: Readonly<Record<string, number | null>> = {
    min: times.min,
    max: times.max,
    mean: times.mean,
    stdev: times.stdev,
  };
  const us = percentile === undefined ? (figures[stat] ?? null) : times.percentile(percentile);
  return { value: us === null ? null : us / 1e6, samples: times.count };
}
