import { arrivalsPerMessage } from "../result/lost-messages.ts";
import type { RunResult } from "../result/run-result.ts";
import { formatCount } from "../units/count.ts";
import { formatRatio } from "../units/ratio.ts";
import { formatDurationMs } from "../units/time.ts";
import { formatCheck } from "../verdict/format-check.ts";
import { inFlightTrend, isPilingUp } from "./in-flight-growth.ts";

/** What a trial came to. */
export interface TrialJudgement {
  readonly outcome: "held" | "failed" | "generator-limited";
  /** Why it did not hold; empty when it did. */
  readonly reasons: readonly string[];
  /** Nothing was opened, or nothing came back: then perhaps there is no such target at all. */
  readonly isDead: boolean;
}

const leastSentRatio = 0.999;
const leastDeliveredRatio = 0.99;

/**
 * Whether a run held its load: the generator did as it should; every connection opened and stayed; what was offered was
 * sent, came back (of a broadcast to every receiver), and came back at the rate it was offered; messages did not pile up;
 * what streams promised came, and came at that rate; and the conditions, which the result holds as checked thresholds, were
 * met. `lossRatio` of the messages may be lost.
 */
export function judgeTrial(result: RunResult, lossRatio: number): TrialJudgement {
  const own = generatorReasons(result);
  if (own.length > 0) return { outcome: "generator-limited", reasons: own, isDead: false };
  if (isDead(result)) return { outcome: "failed", reasons: result.verdict.reasons.slice(0, 1), isDead: true };
  const failures = [
    ...connectionFailures(result),
    ...messageFailures(result, lossRatio),
    ...result.thresholds.filter(({ outcome }) => isUnmet(outcome)).map(formatCheck),
  ];
  if (failures.length > 0) return { outcome: "failed", reasons: failures, isDead: false };
  const unjudged = result.thresholds.filter(({ outcome }) => outcome === "not-evaluated").map(formatCheck);
  if (unjudged.length > 0) return { outcome: "generator-limited", reasons: unjudged, isDead: false };
  return { outcome: "held", reasons: [], isDead: false };
}

/** A condition that too few samples leave open has not been met. */
function isUnmet(outcome: RunResult["thresholds"][number]["outcome"]): boolean {
  return outcome === "fail" || outcome === "no-data" || outcome === "unresolved";
}

/** Why the trial says nothing about the target. */
function generatorReasons({ generator, failures }: RunResult): readonly string[] {
  return [
    ...(generator.health === "limited" ? generator.reasons : []),
    ...generator.lostWorkers.map(({ index, reason }) => `worker ${index + 1} was lost: ${reason}`),
    ...failures.filter(({ blame }) => blame === "generator").map(({ code, example }) => `${code}: ${example}`),
  ];
}

function isDead({ totals, config }: RunResult): boolean {
  if (totals.connections.opened === 0) return true;
  return config.mode !== "connect" && totals.messages.delivered === 0;
}

function connectionFailures({ totals }: RunResult): readonly string[] {
  const { planned, opened, closed } = totals.connections;
  return [
    ...(opened < planned ? [`${formatCount(opened)} of ${formatCount(planned)} connections opened`] : []),
    ...(closed > 0 ? [`${formatCount(closed)} connection${closed === 1 ? "" : "s"} closed under load`] : []),
  ];
}

function messageFailures(result: RunResult, lossRatio: number): readonly string[] {
  const { messages, rate } = result.totals;
  if (result.config.mode === "push") return streamFailures(result, lossRatio);
  if (result.config.mode === "connect" || messages.offered === 0) return [];
  const sentRatio = messages.sent / messages.offered;
  const due = (rate.offeredPerSecond ?? Infinity) * arrivalsPerMessage(result.totals);
  const inTime = (rate.deliveredPerSecond ?? 0) / due;
  const trend = inFlightTrend(result);
  return [
    ...(sentRatio < leastSentRatio ? [`sent ${shareText(sentRatio)} of what was offered`] : []),
    ...lossFailures(result, lossRatio),
    ...(inTime < leastDeliveredRatio
      ? [`delivered ${shareText(inTime)} of the offered rate${coldWords(result, inTime)}`]
      : []),
    ...(trend !== null && isPilingUp(trend)
      ? [`messages in flight grew from ${formatCount(trend.first)} to ${formatCount(trend.last)}`]
      : []),
  ];
}

/** What a target pushes it has numbered, so that gaps tell; where it promised a rate, that is the rate it was offered at. */
function streamFailures(result: RunResult, lossRatio: number): readonly string[] {
  const { promisedPerSecond = null, achievedRatio } = result.totals.rate;
  const inTime = achievedRatio ?? 0;
  return [
    ...lossFailures(result, lossRatio),
    ...(promisedPerSecond !== null && inTime < leastDeliveredRatio
      ? [`delivered ${shareText(inTime)} of the promised rate`]
      : []),
  ];
}

function lossFailures(result: RunResult, lossRatio: number): readonly string[] {
  const { deliveryRatio } = result.totals;
  return deliveryRatio === null || deliveryRatio < 1 - lossRatio ? [deliveryWords(result)] : [];
}

/** Answers that take longer than the warm-up are missing at the front of the measured load, whatever the target holds. */
function coldWords({ phases, totals }: RunResult, inTime: number): string {
  const warmUpMs = phases.reduce((sum, phase) => sum + (phase.measured ? 0 : phase.endMs - phase.startMs), 0);
  const missingMs = (totals.latencyUs.p50 ?? 0) / 1000 - warmUpMs;
  const wouldHold = inTime + missingMs / totals.rate.windowMs >= leastDeliveredRatio;
  return missingMs > 0 && wouldHold
    ? `, as answers take longer than the warm-up of ${formatDurationMs(warmUpMs)}: raise --warmup`
    : "";
}

function deliveryWords({ totals }: RunResult): string {
  const { lost, refused, expected } = totals.messages;
  const parts = [`${formatCount(lost)} lost`, ...(refused > 0 ? [`${formatCount(refused)} refused`] : [])];
  return `${parts.join(", ")} of ${formatCount(expected)}`;
}

/** Of shares that are well below 1, so that rounding makes no 100% of them. */
function shareText(ratio: number): string {
  return formatRatio(Number(ratio.toPrecision(4)));
}
