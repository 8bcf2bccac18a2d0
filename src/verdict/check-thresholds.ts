import type { ResultThreshold, RunResult } from "../result/run-result.ts";
import { formatCount } from "../units/count.ts";
import { formatMicroseconds } from "../units/time.ts";
import { compare, evaluateThreshold, hasTooFewSamples, samplesNeeded } from "./evaluate-threshold.ts";
import { formatInUnit } from "./format-check.ts";
import { explainedByGenerator } from "./generator-share.ts";
import { measuredValue } from "./measured-value.ts";
import type { MeasuredValue } from "./metric-value.ts";
import { rollingWindows, type WindowValue } from "./rolling-windows.ts";
import type { QuantityKind } from "./threshold-metrics.ts";
import { thresholdName, type Threshold } from "./threshold.ts";
import { valueInterval, type ValueInterval } from "./value-interval.ts";

/** A threshold with what was measured and what came of it; saved in the result as it is. */
export type CheckedThreshold = ResultThreshold;

/** How a saved result calls the canonical unit of each kind. */
export const savedUnits: Readonly<Record<QuantityKind, string>> = {
  time: "s",
  size: "bytes",
  slope: "bytes/s",
  rate: "/s",
  ratio: "ratio",
  count: "count",
};

/** Whether a value is held against its bound alone, or the whole of its 95 % interval. */
export type Gate = NonNullable<RunResult["config"]["gate"]>;

/**
 * Every threshold against the result, in order, with the interval of its value where there is one. No data is `no-data`, which counts as a failure; a percentile on too few
 * samples that would hold, and a run shorter than the window, are `unresolved`; nothing is judged where the generator was
 * limited, and no failure that it explains itself (generator-share.ts). A one-way latency nearer to its bound than its two
 * clocks are to each other is `uncertain`. With the gate `confident` a value whose interval
 * holds its bound is `uncertain`, and so is one whose interval cannot be told; where values of a kind have none, the value
 * alone counts.
 */
export function checkThresholds(
  result: RunResult,
  thresholds: readonly Threshold[],
  gate: Gate = "point",
): readonly CheckedThreshold[] {
  return thresholds.map((threshold) => {
    const interval = valueInterval(result, threshold);
    const judged = judgeThreshold(result, threshold);
    const confident = gate === "confident" ? judgeInterval(threshold, judged, interval) : judged;
    const check = checked(result, threshold, doubtClocks(result, threshold, confident));
    return interval.kind === "known" ? { ...check, low: interval.low, high: interval.high } : check;
  });
}

/** One threshold, of a run that goes on: of `over` windows only those that end after `endingAfterMs`, and no interval. */
export function checkThreshold(result: RunResult, threshold: Threshold, endingAfterMs = 0): CheckedThreshold {
  return checked(result, threshold, doubtClocks(result, threshold, judgeThreshold(result, threshold, endingAfterMs)));
}

function judgeThreshold(result: RunResult, threshold: Threshold, endingAfterMs = 0): Judged {
  const readWhole = (): MeasuredValue => measuredValue(result, threshold);
  return threshold.overSeconds === null
    ? judge(threshold, readWhole())
    : judgeWindows(threshold, rollingWindows(result, threshold, endingAfterMs), readWhole);
}

/** A one-way latency by two clocks decides nothing where its bound is nearer to it than the clocks are to each other. */
function doubtClocks(result: RunResult, threshold: Threshold, judged: Judged): Judged {
  const apartUs = result.streams?.oneWay.clocksWithinUs ?? 0;
  const isOneWay = threshold.metric === "latency" && result.config.mode === "push";
  if (!isOneWay || apartUs === 0 || judged.value === null) return judged;
  if (judged.outcome !== "pass" && judged.outcome !== "fail") return judged;
  const [early, late] = [judged.value - apartUs / 1e6, judged.value + apartUs / 1e6];
  const outcomes = [early, late].map((value) => evaluateThreshold(threshold, value, judged.samples));
  if (outcomes.every((outcome) => outcome === judged.outcome)) return judged;
  const reason = `the two clocks are known to within ${formatMicroseconds(apartUs)} only`;
  return { ...judged, outcome: "uncertain", detail: joined(judged.detail, reason) ?? reason };
}

function checked(result: RunResult, threshold: Threshold, judged: Judged): CheckedThreshold {
  const doubt = limitedReason(result, threshold) ?? ownDoing(result, threshold, judged);
  const detail = doubt ?? joined(judged.detail, baseText(threshold));
  return {
    expression: threshold.text,
    source: threshold.source,
    metric: thresholdName(threshold),
    value: judged.value,
    bound: threshold.bound.kind === "value" ? threshold.bound.value : null,
    unit: savedUnits[threshold.kind],
    outcome: doubt === undefined ? judged.outcome : "not-evaluated",
    warnOnly: threshold.isAdvisory,
    samples: judged.samples,
    ...(detail !== undefined && { detail }),
  };
}

const noInterval = "by its value alone: it has no interval";

/** What of a value's outcome stands when its whole interval has to lie on one side of the bound. */
function judgeInterval(threshold: Threshold, judged: Judged, interval: ValueInterval): Judged {
  const { bound, op } = threshold;
  if (judged.outcome === "no-data" || bound.kind !== "value" || interval.kind === "none") {
    return interval.kind === "none" && judged.outcome !== "no-data"
      ? { ...judged, detail: joined(judged.detail, noInterval) ?? noInterval }
      : judged;
  }
  if (interval.kind === "unknown") {
    return { ...judged, outcome: "uncertain", detail: `no interval: ${interval.reason}` };
  }
  const ends = { lo: interval.low ?? -Infinity, hi: interval.high ?? Infinity };
  return { ...judged, outcome: evaluateWithInterval(op, bound.value, ends) };
}

/** `base 1.20 ms, median of 5 runs`; undefined for a bound that is none against a baseline. */
function baseText({ bound, kind }: Threshold): string | undefined {
  if (bound.kind !== "value" || bound.base === undefined) return undefined;
  const { value, runs } = bound.base;
  return `base ${formatInUnit(value, savedUnits[kind])}${runs === 1 ? "" : `, median of ${runs} runs`}`;
}

function joined(...texts: readonly (string | undefined)[]): string | undefined {
  const known = texts.filter((text) => text !== undefined);
  return known.length === 0 ? undefined : known.join("; ");
}

/** Why a failure is not held against the target. */
function ownDoing(result: RunResult, threshold: Threshold, { outcome, value }: Judged): string | undefined {
  return outcome === "fail" && value !== null ? explainedByGenerator(result, threshold, value) : undefined;
}

interface Judged extends MeasuredValue {
  readonly outcome: ResultThreshold["outcome"];
}

function judge(threshold: Threshold, measured: MeasuredValue): Judged {
  const { isInfinite, undecided } = measured;
  const outcome = evaluateThreshold(threshold, isInfinite === true ? Infinity : measured.value, measured.samples);
  if (undecided !== undefined) {
    const isBroken = outcome === "fail" && undecided.canFail;
    return { ...measured, outcome: isBroken ? "fail" : "unresolved", detail: undecided.reason };
  }
  if (outcome === "no-data" || !hasTooFewSamples(threshold.stat, measured.samples)) return { ...measured, outcome };
  const detail = `${threshold.stat} needs ${formatCount(samplesNeeded(threshold.stat))} samples, there are ${formatCount(measured.samples ?? 0)}`;
  return { ...measured, outcome, detail };
}

/** The worst window decides; windows without data are passed over unless all are. */
function judgeWindows(threshold: Threshold, windows: readonly WindowValue[], readWhole: () => MeasuredValue): Judged {
  const span = `${threshold.overSeconds} s`;
  if (windows.length === 0) {
    const whole = readWhole();
    if (whole.value === null) return { ...whole, outcome: "no-data" };
    return { value: null, samples: null, outcome: "unresolved", detail: `no ${span} of measured load` };
  }
  const judged = windows.map((window) => ({ window, ...judge(threshold, window) }));
  const worstOf = (outcome: Judged["outcome"]) =>
    judged.filter((each) => each.outcome === outcome).sort((a, b) => worseFirst(threshold, a.value, b.value))[0];
  const worst = worstOf("fail") ?? worstOf("unresolved") ?? worstOf("pass");
  if (worst === undefined) return { value: null, samples: 0, outcome: "no-data", detail: "no samples" };
  const { fromMs, seconds } = worst.window;
  const joinedSeconds = seconds === threshold.overSeconds ? "" : ", as the seconds of a long run are put together";
  const at = `worst ${seconds} s: from ${(fromMs / 1000).toFixed(0)} s${joinedSeconds}`;
  const detail = worst.detail === undefined ? at : `${at}; ${worst.detail}`;
  return { value: worst.value, samples: worst.samples, outcome: worst.outcome, detail };
}

function worseFirst({ op }: Threshold, a: number | null, b: number | null): number {
  const direction = op === ">" || op === ">=" ? 1 : -1;
  return direction * ((a ?? 0) - (b ?? 0));
}

/**
 * Why nothing may be judged: the generator was limited, in the phase that is asked about or in the run. What spoiled the
 * run and is told of no phase (lag, a busy worker, throttling) may have been in any of them.
 */
function limitedReason(result: RunResult, threshold: Threshold): string | undefined {
  const phase = result.phases.find((candidate) => candidate.name === threshold.selectors.phase);
  const isOfPhases = result.phases.some((each) => each.measured && each.generatorHealth === "limited");
  const [health, reasons] =
    phase === undefined || !isOfPhases
      ? [result.generator.health, result.generator.reasons]
      : [phase.generatorHealth, phase.generatorReasons];
  if (health !== "limited") return undefined;
  return `the generator was limited${reasons.length === 0 ? "" : `: ${reasons.join("; ")}`}`;
}

/**
 * A value with its 95 % interval against a bound: `pass` and `fail` only when the whole interval is on one side,
 * `uncertain` otherwise. `lo` <= `value` <= `hi`.
 */
export function evaluateWithInterval(
  op: Threshold["op"],
  bound: number,
  interval: { readonly lo: number; readonly hi: number },
): "pass" | "fail" | "uncertain" {
  const [low, high] = [compare(interval.lo, op, bound), compare(interval.hi, op, bound)];
  if (low !== high) return "uncertain";
  const straddles = (op === "==" || op === "!=") && interval.lo < bound && bound < interval.hi;
  if (straddles) return "uncertain";
  return low ? "pass" : "fail";
}
