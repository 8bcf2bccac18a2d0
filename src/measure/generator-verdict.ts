import { formatRatio } from "../units/ratio.ts";

export type GeneratorHealth = "ok" | "degraded" | "limited";

/** How well the generator kept its own schedule over one phase or run; null where a signal is unknown or has no meaning. */
export interface GeneratorSignals {
  /** sent / offered; null without a schedule. */
  readonly sentRatio: number | null;
  /** The generator's own lateness, milliseconds. */
  readonly slipP99Ms: number | null;
  /** The percentile `slipP99Ms` really is, where there were too few messages for p99. @default 99 */
  readonly slipPercentile?: number;
  /**
   * `slipP99Ms` over the median latency. A generator that stands still answers late as well, so that service time swells
   * with latency and their difference tells nothing; against the median it still shows. @default null
   */
  readonly slipOfMedian?: number | null;
  /** Share of latency p99 that slip explains: (latency.p99 - service.p99) / latency.p99; null where nothing is answered. */
  readonly contamination: number | null;
  /** Event-loop lag p99 of the worst worker, milliseconds. */
  readonly lagP99Ms: number | null;
  /** Share of the load, or of load and drain, in which the worst worker's loop stood still for more than 20 ms at a time, 0 .. 1. @default null */
  readonly stalledRatio?: number | null;
  /** The longest of these standstills, of load and drain, milliseconds. @default null */
  readonly longestStallMs?: number | null;
  /** The longest while connecting, milliseconds. @default null */
  readonly longestConnectStallMs?: number | null;
  /** Share of the load in which the worst worker could run and waited for a core. @default null */
  readonly starvedRatio?: number | null;
  /** `lagP99Ms` over the latency p99: whether waiting for a core shows in the figures. @default null */
  readonly lagOfLatency?: number | null;
  /** Busy share of the busiest worker's loop, 0 .. 1, its own spinning left out; null in a closed loop, which fills any core. */
  readonly utilization: number | null;
  /** Share of the run in which a CPU quota held the process back. */
  readonly throttledRatio: number | null;
  /** Share of the host's CPU time taken by other guests. */
  readonly stealRatio: number | null;
  /** Instants that went backwards. */
  readonly clockErrors: number;
}

/** `limited`: the figures say nothing about the target. `degraded`: read them with care. */
export interface GeneratorVerdict {
  readonly health: GeneratorHealth;
  /** For people, those that decided; empty when ok. */
  readonly reasons: readonly string[];
}

/** One standstill of more spoils the highest latencies, however long the run; opening may hold the loop for longer. */
const longestLoadStallMs = 50;
const longestConnectStallMs = 100;

interface Finding {
  readonly health: "degraded" | "limited";
  readonly reason: string;
}

/** Judges by the fixed limits of each signal; the worst finding decides. */
export function judgeGenerator(signals: GeneratorSignals): GeneratorVerdict {
  const findings = [
    judgeSent(signals.sentRatio),
    judgeSlip(signals),
    judgeStandstills(signals),
    above(
      signals.longestConnectStallMs ?? null,
      longestConnectStallMs,
      Infinity,
      (stall, limit) => `the generator stood still for ${ms(stall)} while connecting (limit ${ms(limit)})`,
    ),
    judgeStarved(signals),
    above(signals.lagP99Ms, 10, 20, (lag, limit) => `event-loop lag p99 ${ms(lag)} (limit ${ms(limit)})`),
    above(
      signals.utilization,
      0.85,
      0.95,
      (share, limit) => `the busiest worker's loop was ${percent(share)} busy (limit ${percent(limit)})`,
    ),
    above(
      signals.throttledRatio,
      0.01,
      0.1,
      (share, limit) => `CPU quota held the generator back for ${percent(share)} of the run (limit ${percent(limit)})`,
    ),
    above(
      signals.stealRatio,
      0.01,
      0.1,
      (share, limit) => `other guests of the host took ${percent(share)} of its CPU time (limit ${percent(limit)})`,
    ),
    above(
      signals.clockErrors,
      0,
      0,
      (count) => `the clock went backwards ${count} times; those messages were not recorded`,
    ),
  ].filter((finding) => finding !== null);
  const limited = findings.filter((finding) => finding.health === "limited");
  const degraded = findings.filter((finding) => finding.health === "degraded");
  const deciding = limited.length > 0 ? limited : degraded;
  return { health: deciding[0]?.health ?? "ok", reasons: deciding.map((finding) => finding.reason) };
}

function judgeSent(sentRatio: number | null): Finding | null {
  if (sentRatio === null || sentRatio >= 0.999) return null;
  const health = sentRatio < 0.99 ? "limited" : "degraded";
  return {
    health,
    reason: `${percent(sentRatio)} of the schedule was sent (limit ${health === "limited" ? "99%" : "99.9%"})`,
  };
}

/** Many, by their share of the time; a single one that makes the maximum of any latency. */
function judgeStandstills({ stalledRatio = null, longestStallMs: longest = null }: GeneratorSignals): Finding | null {
  const byShare = above(
    stalledRatio,
    0.01,
    0.1,
    (share, limit) => `the generator stood still for ${percent(share)} of the load (limit ${percent(limit)})`,
  );
  const describe = (stall: number, limit: number) =>
    `the generator stood still for ${ms(stall)} at a time (limit ${ms(limit)})`;
  return byShare ?? above(longest, longestLoadStallMs, Infinity, describe);
}

/** Others on its core: worth a word where the waiting is long, and a notable part of what was measured. */
function judgeStarved({ starvedRatio = null, lagP99Ms, lagOfLatency = null }: GeneratorSignals): Finding | null {
  if (starvedRatio === null || lagP99Ms === null || lagOfLatency === null) return null;
  if (!(starvedRatio > 0.1 && lagP99Ms > 2 && lagOfLatency > 0.25)) return null;
  const waited = `a worker waited ${percent(starvedRatio)} of the load for a core that others used (limit 10%)`;
  return {
    health: "degraded",
    reason: `${waited}, and its lag p99 of ${ms(lagP99Ms)} is ${percent(lagOfLatency)} of latency p99 (limit 25%)`,
  };
}

/**
 * Slip alone spoils nothing when latency dwarfs it; its share of latency decides. Where nothing is answered there is no
 * such share: much slip is then worth a warning, no more.
 */
function judgeSlip(signals: GeneratorSignals): Finding | null {
  const { slipP99Ms, slipPercentile = 99, contamination, slipOfMedian = null } = signals;
  if (slipP99Ms === null) return null;
  const slip = `slip p${slipPercentile} ${ms(slipP99Ms)}`;
  if (contamination === null) {
    return slipP99Ms > 10 ? { health: "degraded", reason: `${slip} (limit 10 ms)` } : null;
  }
  if (slipP99Ms > 10 && contamination > 0.1) {
    return {
      health: "limited",
      reason: `${slip} (limit 10 ms) and ${percent(contamination)} of latency p${slipPercentile} (limit 10%)`,
    };
  }
  if (slipP99Ms > 10 && slipOfMedian !== null && slipOfMedian > 0.25) {
    const share = percent(slipOfMedian);
    return { health: "limited", reason: `${slip} (limit 10 ms) and ${share} of the median latency (limit 25%)` };
  }
  if (slipP99Ms > 2 && contamination > 0.05) {
    return {
      health: "degraded",
      reason: `${slip} (limit 2 ms) and ${percent(contamination)} of latency p${slipPercentile} (limit 5%)`,
    };
  }
  return null;
}

/** A finding when the value is above either limit; the limit it broke is named. */
function above(
  value: number | null,
  degraded: number,
  limited: number,
  describe: (value: number, limit: number) => string,
): Finding | null {
  if (value === null || !(value > degraded)) return null;
  return value > limited
    ? { health: "limited", reason: describe(value, limited) }
    : { health: "degraded", reason: describe(value, degraded) };
}

function ms(value: number): string {
  return `${Number(value.toPrecision(3))} ms`;
}

function percent(ratio: number): string {
  return formatRatio(Number(ratio.toPrecision(4)));
}
