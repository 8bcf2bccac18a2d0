import { lossPeriodsOf, undeliveredOf } from "./lost-messages.ts";
import type { ResultBlock } from "./result-blocks.ts";
import type { ResultInterval, ResultPhase, RunResult } from "./run-result.ts";
import type { SteadyState } from "./steady-schema.ts";
import { deliveredPerSecond } from "./whole-seconds.ts";

const percentileNames = ["p50", "p90", "p95", "p99", "p999"] as const;
/** What is left of adding doubles in another order. */
const roundingError = 1e-6;

/** What the seconds are said to tell and cannot, each as a sentence; empty for a sound result, and for one that says nothing of it. */
export function brokenSteadiness(result: RunResult): string[] {
  const blocks = [
    { name: "totals", block: result.totals },
    ...result.phases.map((phase) => ({ name: `phase "${phase.name}"`, block: phase })),
  ];
  return [
    ...blocks.flatMap(({ name, block }) => [...brokenOffered(name, block), ...brokenIntervals(name, block)]),
    ...result.phases.flatMap((phase) => brokenPhase(phase, result.intervals)),
    ...brokenLossPeriods(result),
  ];
}

/** Lost messages make every percentile larger, never smaller. */
function brokenOffered(name: string, block: ResultBlock): string[] {
  const { latencyOfferedUs: offered, latencyUs } = block;
  if (offered === undefined) return [];
  const undelivered = undeliveredOf(block);
  if (offered.undelivered !== undelivered || offered.count !== latencyUs.count + undelivered) {
    return [
      `${name}: latencyOfferedUs has ${offered.count} messages, ${offered.undelivered} of them undelivered; they are ${latencyUs.count} + ${undelivered}`,
    ];
  }
  return percentileNames.flatMap((key) => {
    const [value, plain] = [offered[key], latencyUs[key]];
    const isSame = value === plain;
    const isLater = undelivered > 0 && (value === "lost" || (value !== null && plain !== null && value >= plain));
    return isSame || isLater
      ? []
      : [`${name}: latencyOfferedUs.${key} ${value} does not go with latencyUs.${key} ${plain}`];
  });
}

/** A percentile lies in its interval, and effective samples are samples. */
function brokenIntervals(name: string, block: ResultBlock): string[] {
  return (block.percentileIntervals ?? []).flatMap(({ metric, percentile, lowUs, highUs, effectiveSamples }) => {
    const times = block[metric === "latency" ? "latencyUs" : "serviceUs"];
    const key = percentileNames.find((one) => one === `p${String(percentile).replace(".", "")}`);
    const value = key === undefined ? null : times[key];
    const isAround = value === null || ((lowUs ?? 0) <= value && value <= (highUs ?? Infinity));
    if (isAround && effectiveSamples <= times.count) return [];
    return [`${name}: the interval of ${metric} p${percentile} is not one of ${value} us and ${times.count} samples`];
  });
}

function brokenPhase(phase: ResultPhase, intervals: readonly ResultInterval[]): string[] {
  const { steady, startMs, endMs, segment } = phase;
  if (steady === undefined) return [];
  const changes =
    steady.stability === null ? [] : Object.values(steady.stability).flatMap((each) => each.changePointsMs);
  // Seconds begin and end a little beside their phase.
  const isWithin = (ms: number): boolean => ms >= startMs - 1000 && ms <= endMs + 1000;
  const start = `phase "${phase.name}": steady`;
  if (steady.fromMs > steady.toMs || ![steady.fromMs, steady.toMs, ...changes].every(isWithin)) {
    return [`${start} speaks of a time that is not in ${startMs} .. ${endMs} ms`];
  }
  const seconds = intervals.filter(
    ({ tMs, lengthMs, segment: own }) => own === segment && tMs >= steady.fromMs && tMs + lengthMs <= steady.toMs,
  );
  return [...brokenDelivered(start, steady, seconds), ...brokenSustained(start, steady)];
}

function brokenDelivered(start: string, { delivered }: SteadyState, seconds: readonly ResultInterval[]): string[] {
  if (delivered === null) return [];
  const { meanPerSecond, lowPerSecond, highPerSecond, minPerSecond, maxPerSecond } = delivered;
  const due = seconds.reduce((sum, each) => sum + deliveredPerSecond(each), 0) / seconds.length;
  if (!(Math.abs(meanPerSecond - due) <= roundingError * Math.max(1, due))) {
    return [`${start}.delivered.meanPerSecond ${meanPerSecond} is not that of its ${seconds.length} seconds, ${due}`];
  }
  const rising = [minPerSecond, meanPerSecond, maxPerSecond];
  const around = [lowPerSecond ?? 0, meanPerSecond, highPerSecond ?? Infinity];
  return [rising, around].every(isRising) ? [] : [`${start}.delivered: its mean lies outside its bounds`];
}

function brokenSustained(start: string, { sustained, delivered }: SteadyState): string[] {
  const { peakPerSecond, sustainedPerSecond, ratio, outcome } = sustained;
  if (peakPerSecond === null || sustainedPerSecond === null) {
    return outcome === "unresolved" ? [] : [`${start}.sustained is ${outcome} of no window`];
  }
  const due = peakPerSecond > 0 ? sustainedPerSecond / peakPerSecond : null;
  const isRatio = ratio === null || due === null ? ratio === due : Math.abs(ratio - due) <= roundingError;
  const isOutcome = outcome === "unresolved" || (ratio ?? 0) >= 0.9 === (outcome === "pass");
  const bounds = [delivered?.minPerSecond ?? 0, sustainedPerSecond, peakPerSecond, delivered?.maxPerSecond ?? Infinity];
  if (isRatio && isOutcome && isRising(bounds)) return [];
  return [
    `${start}.sustained: ${sustainedPerSecond}/s of ${peakPerSecond}/s is not a ratio of ${ratio} that is ${outcome}`,
  ];
}

/** Those of the seconds. */
function brokenLossPeriods({ lossPeriods, intervals }: RunResult): string[] {
  if (lossPeriods === undefined) return [];
  const due = lossPeriodsOf(intervals);
  const keys = ["periods", "longestSeconds", "longestMessages", "firstMs"] as const;
  if (keys.every((key) => lossPeriods?.[key] === due?.[key])) return [];
  return [`lossPeriods is ${JSON.stringify(lossPeriods)}; the seconds have ${JSON.stringify(due)}`];
}

function isRising(values: readonly number[]): boolean {
  return values.every((value, i) => i === 0 || value >= values[i - 1]! - roundingError * Math.max(1, value));
}
