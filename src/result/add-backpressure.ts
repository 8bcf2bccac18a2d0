import { fastPart, type FastMeasures } from "./build-backpressure.ts";
import { sumOfHistograms } from "./build-block.ts";
import { judgeIsolation, type RateFalls } from "./judge-isolation.ts";
import type { ResultBackpressure, RunResult } from "./run-result.ts";
import { histogramOfTimes } from "./times-of-histogram.ts";

/** Slow readers of one generator may begin so much of the time before them later than those of another. */
const mostShift = 0.1;

type FastPart = ResultBackpressure["before"];
type Told = Pick<RunResult, "id"> & { readonly backpressure: ResultBackpressure };

/**
 * Fast streams of several generators beside slow ones: counts and histograms are added, and isolation is judged anew; where it
 * cannot be, the verdict is unknown and says why. Undefined where no generator had slow readers.
 */
export function addBackpressure(results: readonly RunResult[]): ResultBackpressure | undefined {
  const told = results.flatMap(({ id, backpressure }): readonly Told[] =>
    backpressure === undefined ? [] : [{ id, backpressure }],
  );
  const [first] = told;
  if (first === undefined) return undefined;
  const sum = (read: (of: ResultBackpressure) => number): number =>
    told.reduce((total, { backpressure }) => total + read(backpressure), 0);
  const fastStreams = sum((of) => of.fastStreams);
  const part = (read: (of: ResultBackpressure) => FastPart): FastPart =>
    addFastParts(
      told.map(({ backpressure }) => read(backpressure)),
      fastStreams,
    );
  const [before, during] = [part((of) => of.before), part((of) => of.during)];
  const falls = addFalls(told, fastStreams);
  return {
    slowStreams: sum((of) => of.slowStreams),
    fastStreams,
    reading: [...new Set(told.map(({ backpressure }) => backpressure.reading))].sort().join(" + "),
    before,
    during,
    isolation: judgeIsolation({
      ...{ before, during, falls },
      lagUs: largest(results.map(({ generator }) => generator.lagUs?.p99 ?? null)),
      spoiled: spoiledBy(results, told),
    }),
    reaction: {
      noticed: sum((of) => of.reaction.noticed),
      medianMs: told.length === 1 ? first.backpressure.reaction.medianMs : null,
      maxMs: largest(told.map(({ backpressure }) => backpressure.reaction.maxMs)),
    },
  };
}

/** They ran at the same time, so windows are one; without figures that an earlier version did not save nothing is known. */
function addFastParts(parts: readonly FastPart[], streams: number): FastPart {
  const measures = parts.flatMap((part) => measuresOf(part) ?? []);
  const windowMs = Math.max(...parts.map((part) => part.windowMs));
  if (measures.length < parts.length) {
    return { windowMs, perStreamPerSecond: null, deliveryRatio: null, samples: 0, p50Us: null, p99Us: null };
  }
  const sum = (read: (of: FastMeasures) => number): number => measures.reduce((total, each) => total + read(each), 0);
  const all = {
    windowMs,
    expected: sum(({ expected }) => expected),
    delivered: sum(({ delivered }) => delivered),
    deliveredInWindow: sum(({ deliveredInWindow }) => deliveredInWindow),
    clockErrors: sum(({ clockErrors }) => clockErrors),
    latencyUs: sumOfHistograms(measures.map(({ latencyUs }) => latencyUs)),
  };
  return fastPart(all, streams, true);
}

function measuresOf({ windowMs, latencyUs, ...part }: FastPart): FastMeasures | null {
  const { expected, delivered, deliveredInWindow, clockErrors } = part;
  if (expected === undefined || delivered === undefined || latencyUs === undefined) return null;
  if (deliveredInWindow === undefined || clockErrors === undefined) return null;
  return { windowMs, expected, delivered, deliveredInWindow, clockErrors, latencyUs: histogramOfTimes(latencyUs) };
}

/** Each stream is of one generator, and held against itself there. */
function addFalls(told: readonly Told[], fastStreams: number): RateFalls {
  const worsts = told.flatMap(({ id, backpressure: { isolation } }) =>
    isolation.worst === null ? [] : [{ runId: id, ...isolation.worst }],
  );
  const [worst] = worsts.sort((a, b) => a.rateRatio - b.rateRatio || (a.runId < b.runId ? -1 : 1));
  const starved = told.reduce((total, { backpressure }) => total + (backpressure.isolation.starved ?? 0), 0);
  return { fastStreams, starved, worst: worst ?? null };
}

/** Why nothing may be said of all together; null when it may. */
function spoiledBy(results: readonly RunResult[], told: readonly Told[]): string | null {
  const limited = results.find(({ generator }) => generator.health === "limited");
  if (limited !== undefined) return `the generator of run ${limited.id} was limited`;
  const short = results.find(({ end }) => end.kind !== "completed");
  if (short !== undefined) return `run ${short.id} was cut short`;
  const untold = results.find(({ backpressure }) => backpressure === undefined);
  if (untold !== undefined) return `run ${untold.id} has no streams before and beside slow ones`;
  const old = told.find(
    ({ backpressure: { before, isolation } }) => measuresOf(before) === null || isolation.starved === undefined,
  );
  if (old !== undefined) return `run ${old.id} is of an earlier version, which did not save what adding takes`;
  const beganMs = results.map(slowFromMs);
  const apartMs = Math.max(...beganMs) - Math.min(...beganMs);
  const shortestMs = Math.min(...told.map(({ backpressure }) => backpressure.before.windowMs));
  if (apartMs <= shortestMs * mostShift) return null;
  return `slow readers of one generator began ${(apartMs / 1000).toFixed(1)} s after those of another, whose fast streams were not alone by then`;
}

/** When slow readers began: with the second measured phase. Milliseconds since the epoch. */
function slowFromMs({ startedAt, phases }: RunResult): number {
  const second = phases.filter(({ measured }) => measured)[1];
  return Date.parse(startedAt) + (second?.startMs ?? 0);
}

function largest(values: readonly (number | null)[]): number | null {
  const known = values.filter((value) => value !== null);
  return known.length === 0 ? null : Math.max(...known);
}
