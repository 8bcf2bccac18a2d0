import { kneeByPower } from "../statistics/knee.ts";
import { scalabilityIntervals, type Interval, type ScalabilityIntervals } from "../statistics/scalability-interval.ts";
import { fewestLevels, fitScalability, type ScalabilityFit } from "../statistics/scalability-law.ts";
import { judgePeak } from "../statistics/scalability-peak.ts";
import { peakWords } from "./peak-words.ts";
import type { ResultPhase, RunResult } from "./run-result.ts";
import type { ResultScalability } from "./scalability-schema.ts";

type Level = ResultScalability["levels"][number];

const confidence = 0.95;
/** Always the same, so that the same phases give the same intervals, merged in whichever order. */
const seed = 1;

/**
 * How the measured phases scale, as a part of a result; nothing unless the profile is a scaling profile that sends
 * messages. For a run that has ended: it takes some tenths of a second.
 */
export function withScalability(
  phases: readonly ResultPhase[],
  { scaling, mode }: Pick<RunResult["config"], "scaling" | "mode">,
): { readonly scalability?: ResultScalability } {
  return scaling === null || mode === "connect" ? {} : { scalability: buildScalability(phases, scaling) };
}

/** The law fitted to the phases, its peak if it may be told, and the knee. */
export function buildScalability(phases: readonly ResultPhase[], over: "rate" | "connections"): ResultScalability {
  const measured = phases.filter((phase) => phase.measured);
  const sorted = measured.map((phase) => levelOf(phase, over));
  const levels = sorted.flatMap(({ level }) => level ?? []);
  const points = levels.map(({ n, deliveredPerSecond }) => ({ n, x: deliveredPerSecond }));
  const fit = fitScalability(points);
  const intervals = fit === null ? null : scalabilityIntervals(fit, points, { seed, confidence });
  const reason =
    fit === null
      ? `no curve: that takes ${fewestLevels} different levels at which something was delivered`
      : peakWords(judgePeak(fit, points, intervals));
  return {
    over,
    isRough: over === "rate" || measured.some(({ loop }) => loop !== "closed"),
    levels,
    leftOut: sorted.flatMap(({ leftOut }) => leftOut ?? []),
    fit: fit === null ? null : savedFit(fit, intervals),
    peak: fit === null || reason !== null ? null : savedPeak(fit, intervals),
    peakReason: reason,
    knee: kneeOf(levels),
  };
}

type Sorted =
  | { readonly level: Level; readonly leftOut: null }
  | { readonly level: null; readonly leftOut: ResultScalability["leftOut"][number] };

/** What a limited generator could not offer says nothing of the target. */
function levelOf(phase: ResultPhase, over: "rate" | "connections"): Sorted {
  const { name, rate, messages, loop } = phase;
  const leaveOut = (reason: string): Sorted => ({ level: null, leftOut: { phase: name, reason } });
  if (phase.generatorHealth === "limited") return leaveOut("the generator was limited");
  const n = over === "rate" ? rate.offeredPerSecond : phase.connections.planned;
  if (over === "rate" && loop !== "open") return leaveOut("nothing was offered by schedule");
  if (messages.expected === 0 || rate.deliveredPerSecond === null) return leaveOut("what was delivered is not known");
  if (n === null || n <= 0) return leaveOut("nothing was offered");
  const { mean } = phase.latencyUs;
  return {
    level: { phase: name, n, deliveredPerSecond: rate.deliveredPerSecond, meanLatencyUs: mean },
    leftOut: null,
  };
}

function savedFit(
  { lambda, sigma, kappa, amdahlLimit, r2, rse }: ScalabilityFit,
  intervals: ScalabilityIntervals | null,
): NonNullable<ResultScalability["fit"]> {
  return {
    lambda,
    sigma,
    kappa,
    limitPerSecond: finiteOrNull(amdahlLimit),
    r2,
    residualPerSecond: rse,
    intervals:
      intervals === null
        ? null
        : {
            confidence,
            lambda: savedInterval(intervals.lambda),
            sigma: savedInterval(intervals.sigma),
            kappa: savedInterval(intervals.kappa),
          },
  };
}

function savedPeak({ peakN, peakX }: ScalabilityFit, intervals: ScalabilityIntervals | null) {
  const interval = intervals === null ? null : savedInterval(intervals.peakN);
  return { n: peakN, deliveredPerSecond: peakX, nInterval: interval };
}

function savedInterval({ low, high }: Interval): { readonly low: number; readonly high: number | null } {
  return { low, high: finiteOrNull(high) };
}

/** JSON has no Infinity. */
function finiteOrNull(value: number): number | null {
  return Number.isFinite(value) ? value : null;
}

/** Of two levels the one with more power is no knee yet: it takes one on either side. */
function kneeOf(levels: readonly Level[]): ResultScalability["knee"] {
  const timed = levels.flatMap((level) => {
    const { meanLatencyUs } = level;
    return meanLatencyUs === null || meanLatencyUs === 0 ? [] : [{ ...level, meanLatencyUs }];
  });
  if (timed.length < fewestLevels) return null;
  const sorted = timed.toSorted((a, b) => a.n - b.n);
  const { kneeIndex } = kneeByPower(
    sorted.map(({ deliveredPerSecond, meanLatencyUs }) => ({
      goodput: deliveredPerSecond,
      latencySec: meanLatencyUs / 1e6,
    })),
  );
  const level = sorted[kneeIndex!]!;
  return { ...level, isInside: kneeIndex! < sorted.length - 1 };
}
