import { formatRatio } from "../units/ratio.ts";

export type GeneratorHealth = "ok" | "degraded" | "limited";

/** How well the generator kept its own schedule over one phase or run; null where a signal is unknown or has no meaning. */
export interface GeneratorSignals {
  /** sent / offered; null without a schedule. */
  readonly sentRatio: number | null;
  /** The generator's own lateness, milliseconds. */
  readonly slipP99Ms: number | null;
  /** Share of latency p99 that slip explains: (latency.p99 - service.p99) / latency.p99; null where nothing is answered. */
  readonly contamination: number | null;
  /** Event-loop lag p99 of the worst worker, milliseconds. */
  readonly lagP99Ms: number | null;
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
  /** For people, worst first; empty when ok. */
  readonly reasons: readonly string[];
}

interface Finding {
  readonly health: "degraded" | "limited";
  readonly reason: string;
}

/** Judges by the fixed limits of each signal; the worst finding decides. */
export function judgeGenerator(signals: GeneratorSignals): GeneratorVerdict {
  const findings = [
    judgeSent(signals.sentRatio),
    judgeSlip(signals.slipP99Ms, signals.contamination),
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
  return {
    health: limited.length > 0 ? "limited" : degraded.length > 0 ? "degraded" : "ok",
    reasons: [...limited, ...degraded].map((finding) => finding.reason),
  };
}

function judgeSent(sentRatio: number | null): Finding | null {
  if (sentRatio === null || sentRatio >= 0.999) return null;
  const health = sentRatio < 0.99 ? "limited" : "degraded";
  return {
    health,
    reason: `${percent(sentRatio)} of the schedule was sent (limit ${health === "limited" ? "99%" : "99.9%"})`,
  };
}

/**
 * Slip alone spoils nothing when latency dwarfs it; its share of latency decides. Where nothing is answered there is no
 * such share: much slip is then worth a warning, no more.
 */
function judgeSlip(slipP99Ms: number | null, contamination: number | null): Finding | null {
  if (slipP99Ms === null) return null;
  if (contamination === null) {
    return slipP99Ms > 10 ? { health: "degraded", reason: `slip p99 ${ms(slipP99Ms)} (limit 10 ms)` } : null;
  }
  const isLimited = slipP99Ms > 10 && contamination > 0.1;
  if (!isLimited && !(slipP99Ms > 2 && contamination > 0.05)) return null;
  const [slipLimit, shareLimit] = isLimited ? ["10 ms", "10%"] : ["2 ms", "5%"];
  return {
    health: isLimited ? "limited" : "degraded",
    reason: `slip p99 ${ms(slipP99Ms)} (limit ${slipLimit}) and ${percent(contamination)} of latency p99 (limit ${shareLimit})`,
  };
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
