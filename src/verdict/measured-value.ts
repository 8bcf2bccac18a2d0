import { timesUndecided } from "../result/judge-isolation.ts";
import { stampsAhead } from "../result/stamps-ahead.ts";
import type { ResultBlock } from "../result/result-blocks.ts";
import type { RunResult } from "../result/run-result.ts";
import { offeredPercentile, undeliveredOf } from "../result/lost-messages.ts";
import { steadyPhaseOf } from "../result/add-steadiness.ts";
import { sustainedLevel } from "../result/sustained-delivery.ts";
import { formatRatio } from "../units/ratio.ts";
import { isOfResilience, resilienceValue } from "./resilience-value.ts";
import { percentileOf } from "./threshold-metrics.ts";
import { selectedBlock } from "./selected-block.ts";
import { timesValue } from "./times-value.ts";
import type { AskedMetric, MeasuredValue } from "./metric-value.ts";
import { thresholdName } from "./threshold.ts";

/** The metric over the whole run, or over the phase the threshold names. */
export function measuredValue(result: RunResult, threshold: AskedMetric): MeasuredValue {
  if (isOfResilience(threshold.metric)) return resilienceValue(result, threshold);
  const phase = threshold.selectors.phase;
  const block = selectedBlock(result, threshold);
  if (block === undefined) {
    return noValue(phase === undefined ? "the result has no such class" : `phase ${phase} was not reached`);
  }
  const { stat } = threshold;
  switch (threshold.metric) {
    case "latency":
      if (result.config.mode === "push" && (block.latencyUs.count === 0 || block.messages.clockErrors > 0)) {
        return noValue(oneWayUnknown(result));
      }
      return timesValue(block.latencyUs, stat);
    case "latency.offered":
      return offeredValue(block, stat);
    case "service":
    case "latency.service":
      return timesValue(block.serviceUs, stat);
    case "slip":
    case "latency.slip":
      return block.loop === "closed"
        ? noValue("a closed loop has no schedule to be late on")
        : timesValue(block.slipUs, stat);
    case "connect":
      return timesValue(block.connections.connectUs, stat);
    case "delivery":
      return deliveryValue(result, block, threshold);
    case "rate":
      return rateValue(result, block, stat);
    case "memory":
    case "memory.generator":
    case "memory.client":
      return memoryValue(result.memory.generator, result.memory.generatorReason, stat);
    case "memory.target":
      return memoryValue(result.memory.target, result.memory.targetReason, stat);
    case "generator.lag":
      return lagValue(result, stat);
    case "generator":
      return cpuValue(result);
    case "scaling":
      return scalingValue(result, phase);
    case "isolation":
    case "reaction":
      return backpressureValue(result, threshold);
    case "throughput":
      return sustainedValue(result, phase, stat);
    case "queue":
    case "queue.wait":
    case "queue.run":
      return queueValue(result, threshold);
    default:
      if (threshold.metric === "errors" || threshold.metric.startsWith("errors.")) return errorValue(block, threshold);
      return noValue(`${thresholdName(threshold)} is not known in this version`);
  }
}

/** Mode push: why there is no one-way latency, or none to go by. */
export function oneWayUnknown(result: Pick<RunResult, "totals" | "streams" | "config">): string {
  const { totals, streams } = result;
  const ahead = stampsAhead(result);
  if (ahead !== null) return `one-way: ${ahead}`;
  if (streams?.oneWay.isMeasured === false) return `one-way: not measurable here: ${streams.oneWay.note}`;
  return totals.messages.delivered === 0
    ? "no samples"
    : "one-way: no message had an instant of sending where it was looked for";
}

/** A percentile with undelivered messages as infinitely late. */
function offeredValue(block: ResultBlock, stat: string): MeasuredValue {
  const undelivered = undeliveredOf(block);
  const samples = block.latencyUs.count + undelivered;
  if (samples === 0) return { value: null, samples: 0, detail: "no samples" };
  const us = offeredPercentile(block, percentileOf(stat) ?? 100);
  if (us !== Infinity) return { value: us === null ? null : us / 1e6, samples };
  const share = formatRatio(Number((undelivered / samples).toPrecision(3)));
  return {
    value: null,
    isInfinite: true,
    samples,
    detail: `beyond the drain: ${share} of the messages never came back`,
  };
}

/** `throughput.sustained`, `throughput.sustainRatio`: of the phase that is named, or of the only one of an even load. */
function sustainedValue(result: RunResult, name: string | undefined, stat: string): MeasuredValue {
  const phase = name === undefined ? steadyPhaseOf(result) : result.phases.find((candidate) => candidate.name === name);
  const sustained = phase?.steady?.sustained;
  if (sustained === undefined) {
    return noValue(
      name === undefined ? "there is not one phase of an even load" : "it is taken of an even load, second by second",
    );
  }
  const { sustainedPerSecond, ratio, outcome, reason } = sustained;
  const value = stat === "sustained" ? sustainedPerSecond : ratio;
  if (outcome !== "unresolved") return { value, samples: null, detail: reason };
  // More seconds can only make the worst window worse; a bound that is broken now stays broken.
  const canFail = ratio !== null && ratio >= sustainedLevel;
  return { value, samples: null, undecided: { reason, canFail } };
}

function deliveryValue(
  result: RunResult,
  { messages, deliveryRatio }: ResultBlock,
  { stat, selectors }: AskedMetric,
): MeasuredValue {
  const samples = messages.expected;
  if (samples === 0) {
    const { mode } = result.config;
    if (mode === "oneway" && messages.sent > 0) return noValue("delivery is unknown in mode oneway");
    if (Object.keys(selectors).some((key) => key !== "phase")) return noValue("no message of the class was counted");
    if (mode === "push") return noValue("no stream brought a message with a number");
    return noValue(mode === "connect" ? "mode connect sends no messages" : "nothing was sent");
  }
  if (stat === "ratio") return { value: deliveryRatio, samples };
  const counts: Readonly<Record<string, number>> = messages;
  return { value: counts[stat] ?? null, samples };
}

function rateValue({ config }: RunResult, { rate, loop }: ResultBlock, stat: string): MeasuredValue {
  if (config.mode === "oneway" && stat === "delivered") return noValue("in mode oneway no arrival is seen");
  if (loop === "closed" && (stat === "offered" || stat === "achieved")) return noValue("a closed loop has no schedule");
  const values: Readonly<Record<string, number | null>> = {
    offered: rate.offeredPerSecond,
    sent: rate.sentPerSecond,
    delivered: rate.deliveredPerSecond,
    achieved: rate.achievedRatio,
  };
  const value = values[stat] ?? null;
  if (value === null && config.mode === "push") {
    return noValue(
      stat === "achieved" ? "nothing was promised (stream.rate)" : "no stream brought a message with a number",
    );
  }
  return value === null ? noValue("nothing was offered in the measured window") : { value, samples: null };
}

/** Fast streams beside slow ones, and how soon the target noticed those; times in seconds. */
function backpressureValue({ backpressure }: RunResult, { metric, stat }: AskedMetric): MeasuredValue {
  if (backpressure === undefined) return noValue("no connection was slow for a part of the measured load");
  const { isolation, reaction } = backpressure;
  const seconds = (value: number | null, perSecond: number): number | null =>
    value === null ? null : value / perSecond;
  const values: Readonly<Record<string, number | null>> =
    metric === "reaction"
      ? { median: seconds(reaction.medianMs, 1e3), max: seconds(reaction.maxMs, 1e3) }
      : {
          added: seconds(isolation.addedUs, 1e6),
          rate: isolation.rateRatio,
          worst: isolation.worst?.rateRatio ?? null,
        };
  const value = values[stat] ?? null;
  const reason = metric === "isolation" && stat === "added" ? timesUndecided(backpressure) : null;
  if (value !== null && reason !== null) return { value, samples: null, undecided: { reason, canFail: false } };
  if (value !== null) return { value, samples: null };
  if (metric !== "reaction") return noValue("it was not measured");
  return noValue(
    reaction.noticed === 0
      ? "the target did not tell that it noticed a slow reader"
      : "medians of several generators have no median",
  );
}

/** `errors.count`, `errors.rate`, `errors.<phase>`, `errors.<phase>.<kind>`. */
function errorValue(block: ResultBlock, { metric, stat }: AskedMetric): MeasuredValue {
  const attempts = block.connections.attempted + block.messages.sent;
  if (attempts === 0) return noValue("nothing was attempted");
  const sum = (prefix: string) =>
    Object.entries(block.errors).reduce((total, [code, count]) => total + (code.startsWith(prefix) ? count : 0), 0);
  if (metric !== "errors") {
    const code = `${metric.slice("errors.".length)}/${stat}`;
    return { value: block.errors[code] ?? 0, samples: null };
  }
  if (stat === "count") return { value: sum(""), samples: null };
  if (stat === "rate")
    return { value: sum("") / attempts, samples: null, detail: `of ${attempts} connections and messages` };
  return { value: sum(`${stat}/`), samples: null };
}

/** Of all jobs of the run. */
function queueValue({ queue }: RunResult, { metric, stat, selectors }: AskedMetric): MeasuredValue {
  if (queue === undefined) return noValue("no jobs were handed in");
  if (selectors.phase !== undefined) return noValue("what becomes of jobs is known of the whole run only");
  if (metric === "queue.wait") return timesValue(queue.waitUs, stat);
  if (metric === "queue.run") return timesValue(queue.runUs, stat);
  if (stat === "disagreements") {
    const { statistics } = queue;
    if (statistics === null) return noValue("the target is not asked for its statistics");
    return { value: statistics.disagreements, samples: null, detail: statistics.note };
  }
  if (stat === "mostRunning") {
    return queue.mostRunning === null
      ? noValue("no job was seen to run")
      : { value: queue.mostRunning.jobs, samples: null };
  }
  const counts: Readonly<Record<string, unknown>> = queue;
  const value = counts[stat];
  return typeof value === "number"
    ? { value, samples: queue.sent }
    : noValue("the target does not tell when a job starts");
}

function memoryValue(memory: RunResult["memory"]["generator"], reason: string | null, stat: string): MeasuredValue {
  if (memory === null) return noValue(reason ?? "not measured");
  const values: Readonly<Record<string, number | null>> = {
    peak: memory.peakBytes,
    growth: memory.growthBytes,
    slope: memory.slopeBytesPerSecond,
    perMessage: memory.perMessageBytes,
    perConnection: memory.perConnectionBytes,
  };
  const value = values[stat] ?? null;
  return value === null ? noValue("too few readings to tell") : { value, samples: null };
}

function lagValue({ generator }: RunResult, stat: string): MeasuredValue {
  const lags: Readonly<Record<string, number>> | null = generator.lagUs;
  const us = lags?.[stat];
  return us === undefined ? noValue("no worker told its lag") : { value: us / 1e6, samples: null };
}

/** CPU time of the measured load as a share of the cores the workers could have filled in it. */
function cpuValue({ generator, totals }: RunResult): MeasuredValue {
  const available = (totals.rate.windowMs / 1000) * generator.workers.length;
  return available === 0
    ? noValue("no worker ran under measured load")
    : { value: generator.cpuSeconds / available, samples: null };
}

/** The worst measured phase, unless one is named. */
function scalingValue(result: RunResult, phase: string | undefined): MeasuredValue {
  const phases = result.phases.filter((candidate) =>
    phase === undefined ? candidate.measured : candidate.name === phase,
  );
  let worst: { readonly value: number; readonly name: string } | undefined;
  for (const { name, scalingEfficiency } of phases) {
    if (scalingEfficiency === undefined || scalingEfficiency === null) continue;
    if (worst === undefined || scalingEfficiency < worst.value) worst = { value: scalingEfficiency, name };
  }
  if (worst === undefined) return noValue("the profile is no scaling profile");
  return { value: worst.value, samples: null, ...(phase === undefined && { detail: `phase ${worst.name}` }) };
}

function noValue(detail: string): MeasuredValue {
  return { value: null, samples: null, detail };
}
