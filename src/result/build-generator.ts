import type { Collected } from "../engine/collected.ts";
import type { WorkerHealth } from "../engine/collected-generator.ts";
import { judgeGenerator, type GeneratorVerdict } from "../measure/generator-verdict.ts";
import type { Histogram } from "../measure/histogram.ts";
import type { BlockParts } from "./build-block.ts";
import type { ResultGenerator, ResultPhase, RunResult } from "./run-result.ts";

const ranks = { ok: 0, degraded: 1, limited: 2 } as const;
const nothingMore = {
  lagP99Ms: null,
  stalledRatio: null,
  utilization: null,
  throttledRatio: null,
  stealRatio: null,
};

/**
 * What one phase alone says of the generator: how much of the schedule it left unsent, its own slip, clock errors.
 * Messages that waited for a target that did not read are not held against it.
 */
export function judgePhase(parts: BlockParts): GeneratorVerdict {
  const { messages, latencyUs, serviceUs, ownSlipUs } = parts;
  // The p99 of a hundred messages is the latest but one of them: no ground to void a run on.
  const percent = toldPercentile(ownSlipUs);
  const latency = percent === null ? null : latencyUs.percentile(percent);
  const service = percent === null ? null : serviceUs.percentile(percent);
  const ownSlip = percent === null ? null : ownSlipUs.percentile(percent);
  const median = latencyUs.percentile(50);
  return judgeGenerator({
    ...nothingMore,
    sentRatio: parts.loop === "open" && messages.offered > 0 ? 1 - unsentByGenerator(parts) / messages.offered : null,
    slipP99Ms: ownSlip === null ? null : ownSlip / 1000,
    slipPercentile: percent ?? 99,
    contamination: latency === null || service === null || latency === 0 ? null : (latency - service) / latency,
    slipOfMedian: ownSlip === null || median === null || median === 0 ? null : ownSlip / median,
    // What is pushed has one instant of ours and one of the target's: it is not our clock that went backwards.
    clockErrors: parts.loop === "none" ? 0 : messages.clockErrors,
  });
}

/** Length of the measured load, milliseconds. */
export function measuredLoadMs(phases: readonly ResultPhase[]): number {
  return phases.reduce((sum, phase) => sum + (phase.measured ? phase.endMs - phase.startMs : 0), 0);
}

type Stalls = NonNullable<ResultGenerator["stalls"]>;

/** The worst of several, each figure for itself. */
export function worstStalls(all: readonly Stalls[]): Stalls {
  const most = (read: (stalls: Stalls) => number): number => Math.max(0, ...all.map(read));
  return {
    loadMs: most((stalls) => stalls.loadMs),
    longestLoadMs: most((stalls) => stalls.longestLoadMs),
    connectingMs: most((stalls) => stalls.connectingMs),
    longestConnectingMs: most((stalls) => stalls.longestConnectingMs),
  };
}

/**
 * Share of the time in which a worker stood still, 0 .. 1: that of the load alone, as a long drain would thin it out, or
 * that of load and drain where it is more.
 */
function stalledShare({ stalls, drainMs }: WorkerHealth, loadMs: number): number {
  const ofLoad = (stalls.loadMs - stalls.drainMs) / loadMs;
  const ofBoth = stalls.loadMs / (loadMs + drainMs);
  // A standstill at the very end may reach beyond the load.
  return Math.min(1, Math.max(ofLoad, ofBoth));
}

/** Lag is of all the load: of the phase with the least latency it may be the greatest part. */
function leastLatencyP99Ms(phases: readonly ResultPhase[]): number | null {
  const told = phases.flatMap(({ measured, latencyUs, serviceUs }) => {
    const p99 = latencyUs.p99 ?? serviceUs.p99;
    return measured && p99 !== null ? [p99 / 1000] : [];
  });
  return told.length === 0 ? null : Math.min(...told);
}

function largest(values: readonly (number | null)[]): number | null {
  const told = values.filter((value) => value !== null);
  return told.length === 0 ? null : Math.max(...told);
}

/** The worst of several lags, each figure for itself; null when none was told. */
export function worstLag(lags: readonly ResultGenerator["lagUs"][]): ResultGenerator["lagUs"] {
  const told = lags.filter((lag) => lag !== null);
  if (told.length === 0) return null;
  return {
    p50: Math.max(...told.map((lag) => lag.p50)),
    p99: Math.max(...told.map((lag) => lag.p99)),
    max: Math.max(...told.map((lag) => lag.max)),
  };
}

/**
 * CPU seconds per million messages sent, or, in a mode that sends none, delivered; null when there was none. CPU is counted
 * over the measured load, and so are the messages it is divided by: those of the measured phases.
 */
export function cpuPerMillionMessages(cpuSeconds: number, phases: readonly ResultPhase[]): number | null {
  const measured = phases.filter((phase) => phase.measured).map(({ messages }) => messages);
  const sent = measured.reduce((sum, messages) => sum + messages.sent, 0);
  const handled = sent > 0 ? sent : measured.reduce((sum, messages) => sum + messages.delivered, 0);
  return handled > 0 ? (cpuSeconds * 1e6) / handled : null;
}

/** How many messages shared a write to a socket, over the measured load; nulls when no write was told. */
export function writesOf(
  parts: readonly { readonly writes: number; readonly messages: number }[],
): Pick<ResultGenerator, "writes" | "framesPerWrite"> {
  const writes = parts.reduce((sum, part) => sum + part.writes, 0);
  const messages = parts.reduce((sum, part) => sum + part.messages, 0);
  return writes === 0 || messages === 0
    ? { writes: null, framesPerWrite: null }
    : { writes, framesPerWrite: messages / writes };
}

/** The generator's part of a result; `phases` have been judged already. */
export function buildGenerator(collected: Collected, phases: readonly ResultPhase[], runId: string): ResultGenerator {
  const open = phases.every((phase) => phase.loop === "open" || phase.loop === "none");
  const { workers, cpuSeconds, lostWorkers, throttledRatio, stealRatio, ledgerGivenUp, missedByIntervals } =
    collected.generator;
  const lagUs = worstLag(workers.map((worker) => worker.lagUs));
  const utilization = largest(workers.map((worker) => worker.utilization));
  const starvedRatio = largest(workers.map((worker) => worker.starvedRatio));
  const stalls = worstStalls(workers.map((worker) => worker.stalls));
  const loadMs = measuredLoadMs(phases);
  const lagP99Ms = lagUs === null ? null : lagUs.p99 / 1000;
  const latencyMs = leastLatencyP99Ms(phases);
  const whole = judgeGenerator({
    sentRatio: null,
    slipP99Ms: null,
    contamination: null,
    lagP99Ms,
    stalledRatio: loadMs <= 0 ? null : largest(workers.map((worker) => stalledShare(worker, loadMs))),
    longestStallMs: stalls.longestLoadMs,
    longestConnectStallMs: stalls.longestConnectingMs,
    starvedRatio,
    lagOfLatency: lagP99Ms === null || latencyMs === null || latencyMs === 0 ? null : lagP99Ms / latencyMs,
    // A closed loop fills any core: being busy is what it is for.
    utilization: open ? utilization : null,
    throttledRatio,
    stealRatio,
    clockErrors: 0,
  });
  return {
    ...worstOf([whole, ownFailures(collected), deaths(lostWorkers), judgePhases(phases)]),
    lagUs,
    utilization,
    cpuSeconds,
    cpuSecondsPerMillionMessages: cpuPerMillionMessages(cpuSeconds, phases),
    ...writesOf(
      collected.phases
        .filter(({ plan }) => plan.measured)
        .map((phase) => ({ writes: phase.writesInWindow, messages: phase.messages.sentInWindow })),
    ),
    stalls,
    starvedRatio,
    throttledRatio,
    stealRatio,
    lostWorkers,
    ledgerGivenUp,
    missedIntervalSamples: missedByIntervals.latencies,
    missedIntervalCounts: {
      sent: missedByIntervals.sent,
      delivered: missedByIntervals.delivered,
      lost: missedByIntervals.lost,
    },
    workers: workers.map((worker) => ({
      index: worker.index,
      runId,
      connections: worker.connections,
      lagUs: worker.lagUs,
      utilization: worker.utilization,
      cpuSeconds: worker.cpuSeconds,
      gcPauseTotalMs: worker.gcPauseTotalMs,
      gcPauseMaxMs: worker.gcPauseMaxMs,
    })),
  };
}

/** The worst health of several judgements, with the reasons for it. */
export function worstOf(judged: readonly GeneratorVerdict[]): GeneratorVerdict {
  const sorted = [...judged].sort((a, b) => ranks[b.health] - ranks[a.health]);
  const health = sorted[0]?.health ?? "ok";
  // A lesser doubt beside the deciding one would read as if it had decided too.
  return { health, reasons: sorted.flatMap((judged) => (judged.health === health ? judged.reasons : [])) };
}

/** The worst of the measured phases; says which, and that the others stand, so that one step too many voids no earlier one. */
function judgePhases(phases: RunResult["phases"]): GeneratorVerdict {
  const measured = phases.filter((phase) => phase.measured);
  const spoiled = measured.filter((phase) => phase.generatorHealth !== "ok");
  const named = measured.length > 1;
  const reasons = spoiled.flatMap((phase) =>
    phase.generatorReasons.map((reason) => (named ? `phase "${phase.name}": ${reason}` : reason)),
  );
  const worst = worstOf(spoiled.map((phase) => ({ health: phase.generatorHealth, reasons: [] })));
  const sound = measured.length - spoiled.length;
  const rest =
    spoiled.length > 0 && sound > 0
      ? [`the numbers of the other ${sound === 1 ? "phase" : `${sound} phases`} stand`]
      : [];
  return { health: worst.health, reasons: [...reasons, ...rest] };
}

/** A generator that lost a part of itself did not do what was asked of it. */
function deaths(lostWorkers: ResultGenerator["lostWorkers"]): GeneratorVerdict {
  const reasons = lostWorkers.map(({ index, reason }) => `worker ${index + 1} was lost: ${reason}`);
  return { health: reasons.length === 0 ? "ok" : "limited", reasons };
}

/** Failures that are the generator's own (no file descriptors, no ports): the target never saw those connections. */
function ownFailures({ failures }: Collected): GeneratorVerdict {
  const own = failures.filter((failure) => failure.blame === "generator");
  const reasons = own.map(({ code, count, example }) => `${count} x ${code} on this machine (${example})`);
  return { health: own.length === 0 ? "ok" : "limited", reasons };
}

/**
 * Messages of the schedule that the generator itself left unsent: late at the end, and skipped for being late, but for
 * those that were late because the target did not read.
 */
function unsentByGenerator({ messages, skippedBlocked }: BlockParts): number {
  return messages.unsentLate + messages.skipped - skippedBlocked;
}

/** The highest of the judged percentiles that so many messages can tell; null when they tell none. */
function toldPercentile(histogram: Histogram): number | null {
  return [99, 95, 90, 50].find((percent) => histogram.isResolved(percent)) ?? null;
}
