import { measuredLoadMs } from "../result/build-generator.ts";
import type { ResultTimes } from "../result/result-blocks.ts";
import type { ResultGenerator, RunResult } from "../result/run-result.ts";
import { percentileOfTimes } from "../result/times-of-histogram.ts";
import { compare } from "./evaluate-threshold.ts";
import { selectedBlock } from "./selected-block.ts";
import { percentileOf } from "./threshold-metrics.ts";
import type { Threshold } from "./threshold.ts";

type Stalls = NonNullable<ResultGenerator["stalls"]>;

/**
 * Why a threshold that failed with `value` is no proof against the target: without what the generator knows of its own lateness
 * it would have held, or might have. Undefined where it fails all the same. In doubt for the target, but only by what was
 * measured: standstills at any time, slip, lag and waiting for a core where they have degraded the generator.
 */
export function explainedByGenerator(result: RunResult, threshold: Threshold, value: number): string | undefined {
  switch (threshold.metric) {
    case "latency":
    case "latency.offered":
    case "service":
    case "latency.service":
      return lateByStandstill(result, threshold, value) ?? lateByLoad(result, threshold, value);
    case "connect":
      return lateToConnect(result, threshold, value);
    case "rate":
      return slowedDown(result, threshold, value);
    default:
      return undefined;
  }
}

/**
 * A standstill makes late what came in during it, and what was due in it: at most twice its share of the messages, each
 * by its length at most.
 */
function lateByStandstill(result: RunResult, threshold: Threshold, value: number): string | undefined {
  const { stalls } = result.generator;
  if (stalls === undefined || stalls.longestLoadMs === 0) return undefined;
  const touched = Math.min(1, 2 * stalledShare(result, stalls));
  const longest = stalls.longestLoadMs / 1000;
  const { stat } = threshold;
  if (stat === "mean") return holds(threshold, value - touched * longest) ? stoodStill(stalls) : undefined;
  if (!holds(threshold, value - longest)) return undefined;
  const percentile = stat === "max" ? 100 : percentileOf(stat);
  const times = timesOf(result, threshold);
  if (percentile === undefined || times === undefined) return undefined;
  // Over windows the value is that of a window, and its length alone has to do.
  const untouchedUs = threshold.overSeconds === null ? percentileOfTimes(times, percentile * (1 - touched)) : null;
  return untouchedUs === null || holds(threshold, untouchedUs / 1e6) ? stoodStill(stalls) : undefined;
}

/** What was sent late, and read late, by a generator that is degraded for it. */
function lateByLoad(result: RunResult, threshold: Threshold, value: number): string | undefined {
  if (!isDegraded(result, threshold)) return undefined;
  const { stat } = threshold;
  const slipUs = isFromSchedule(threshold) ? figureOf(selectedBlock(result, threshold)?.ownSlipUs, stat) : 0;
  const lagUs = lagOf(result.generator.lagUs, stat);
  const own = (slipUs + lagUs) / 1e6;
  if (own === 0 || !holds(threshold, value - own)) return undefined;
  return `the generator's own slip and lag make up to ${milliseconds(own * 1000)} of it`;
}

function lateToConnect(result: RunResult, threshold: Threshold, value: number): string | undefined {
  const { stalls } = result.generator;
  if (stalls === undefined || stalls.longestConnectingMs === 0) return undefined;
  if (!holds(threshold, value - stalls.longestConnectingMs / 1000)) return undefined;
  return `the generator stood still for ${milliseconds(stalls.longestConnectingMs)} while connecting`;
}

/** Of a rate that was asked to be at least so much: the generator had a part of the time only. */
function slowedDown(result: RunResult, threshold: Threshold, value: number): string | undefined {
  const { stalls, starvedRatio } = result.generator;
  const isLeast = threshold.op === ">" || threshold.op === ">=";
  const isPushed = result.config.mode === "push" && threshold.stat === "achieved";
  if (!isLeast || (threshold.stat !== "delivered" && threshold.stat !== "sent" && !isPushed)) return undefined;
  const stalled = stalls === undefined ? 0 : stalledShare(result, stalls);
  const taken = Math.max(stalled, isDegraded(result, threshold) ? (starvedRatio ?? 0) : 0);
  if (taken === 0 || taken >= 1) return undefined;
  const isEnough = compare(value / (1 - taken), threshold.op, boundOf(threshold));
  return isEnough ? `the generator was kept from running for ${Math.ceil(taken * 100)}% of the load` : undefined;
}

function holds(threshold: Threshold, value: number): boolean {
  const isMost = threshold.op === "<" || threshold.op === "<=";
  return isMost && compare(value, threshold.op, boundOf(threshold));
}

function boundOf({ bound }: Threshold): number {
  return bound.kind === "value" ? bound.value : NaN;
}

function timesOf(result: RunResult, threshold: Threshold): ResultTimes | undefined {
  const block = selectedBlock(result, threshold);
  return isFromSchedule(threshold) ? block?.latencyUs : block?.serviceUs;
}

/** Counted from the instant that a message was due. */
function isFromSchedule({ metric }: Threshold): boolean {
  return metric === "latency" || metric === "latency.offered";
}

function isDegraded(result: RunResult, { selectors }: Threshold): boolean {
  const phase = result.phases.find(({ name }) => name === selectors.phase);
  return result.generator.health === "degraded" || phase?.generatorHealth === "degraded";
}

function stalledShare({ phases }: RunResult, stalls: Stalls): number {
  const loadMs = measuredLoadMs(phases);
  return loadMs > 0 ? Math.min(1, stalls.loadMs / loadMs) : 0;
}

/** Microseconds; 0 where there is no such figure. */
function figureOf(times: ResultTimes | undefined, stat: string): number {
  if (times === undefined || times.count === 0) return 0;
  if (stat === "mean") return times.mean ?? 0;
  const percentile = stat === "max" ? 100 : percentileOf(stat);
  return percentile === undefined ? 0 : (percentileOfTimes(times, percentile) ?? 0);
}

/** The told lag next above a statistic, microseconds. */
function lagOf(lagUs: ResultGenerator["lagUs"], stat: string): number {
  if (lagUs === null) return 0;
  if (stat === "mean") return lagUs.p50;
  const percentile = stat === "max" ? 100 : (percentileOf(stat) ?? 0);
  return percentile <= 50 ? lagUs.p50 : percentile <= 99 ? lagUs.p99 : lagUs.max;
}

function stoodStill(stalls: Stalls): string {
  const longest = milliseconds(stalls.longestLoadMs);
  return `the generator stood still for ${milliseconds(stalls.loadMs)} in all, ${longest} at a time`;
}

function milliseconds(ms: number): string {
  return `${Number(ms.toPrecision(3))} ms`;
}
