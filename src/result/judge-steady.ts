import { median } from "../statistics/percentile.ts";
import { formatCount } from "../units/count.ts";
import { formatRate } from "../units/rate.ts";
import { formatMicroseconds } from "../units/time.ts";
import { backlogTrend, isBacklogGrowing, type BacklogTrend } from "./backlog-trend.ts";
import { deliveredOf } from "./delivered-seconds.ts";
import { findDrift, findSwing, type Span } from "./find-drift.ts";
import { findLevels, findWarmUp, type FollowedMetric, type LevelsFinding, type WarmUpFinding } from "./find-warm-up.ts";
import type { ResultInterval } from "./run-result.ts";
import type { SteadyState } from "./steady-schema.ts";
import { noSustained, sustainedDelivery } from "./sustained-delivery.ts";
import { deliveredPerSecond, secondsToEach } from "./whole-seconds.ts";

/** What is known of a measured phase of an even load, second by second. */
export interface SteadyInput {
  readonly startMs: number;
  readonly endMs: number;
  /** By schedule, so that a backlog can grow. */
  readonly isOpen: boolean;
  /** How often a message is to arrive: once, or at so many receivers. @default 1 */
  readonly arrivalsPerMessage?: number;
  /** Everything the schedule asked for was sent. */
  readonly isAllSent: boolean;
  /** Whole seconds, in time order; in a long run put together, so many to each. */
  readonly seconds: readonly ResultInterval[];
  /** The load that the plan sent before as a warm-up: its length, 0 for none, and its whole seconds, put together likewise. */
  readonly warmup: { readonly explicitMs: number; readonly seconds: readonly ResultInterval[] };
  /** False when some of what happened is in none of the seconds. */
  readonly areSecondsComplete: boolean;
}

/** Fewer seconds, or stretches of several, do not tell a warm-up from chance (ten batches of five). */
const secondsNeeded = 50;

/** Whether a phase held one level, from when on, and what it held. */
export function judgeSteady(input: SteadyInput): SteadyState {
  const { seconds, areSecondsComplete } = input;
  if (!areSecondsComplete) return nothingKnown(input, "some of what happened is in none of its seconds");
  if (seconds.length === 0) return nothingKnown(input, "it has no whole second");
  const found = findingsOf(input);
  const cut = cutOf(input, found);
  const steady = seconds.slice(cut);
  const backlog = input.isOpen ? backlogTrend(steady, input.arrivalsPerMessage) : null;
  const trouble = troubleOf(input, found, steady, backlog);
  const isKnown = seconds.length >= secondsNeeded;
  const each = secondsToEach(seconds);
  return {
    outcome: trouble !== null ? "not-steady" : isKnown ? "steady" : "unresolved",
    reason:
      trouble ??
      (isKnown ? steadyReason(cut * each) : `${wholeSeconds(seconds.length, each)}; it takes ${secondsNeeded} to tell`),
    fromMs: steady[0]!.tMs,
    toMs: endOf(steady.at(-1)!),
    warmup: {
      ...mserOf(found, each),
      explicitMs: input.warmup.explicitMs,
      cutMs: cut * each * 1000,
    },
    stability: stabilityBlock(found, seconds),
    delivered: deliveredOf(steady),
    sustained: sustainedDelivery(steady, input.isAllSent, cut === 0),
    backlog,
  };
}

interface Findings {
  readonly warmUps: readonly (WarmUpFinding | null)[];
  readonly delivered: LevelsFinding | null;
  readonly latencyP50: LevelsFinding | null;
}

function findingsOf({ seconds, warmup }: SteadyInput): Findings {
  const withWarmup = [...warmup.seconds, ...seconds];
  return {
    warmUps: [
      findWarmUp(seriesOf(withWarmup, "delivered"), "delivered"),
      findWarmUp(seriesOf(withWarmup, "latencyP50"), "latencyP50"),
    ],
    delivered: findLevels(seriesOf(seconds, "delivered"), "delivered"),
    latencyP50: findLevels(seriesOf(seconds, "latencyP50"), "latencyP50"),
  };
}

/** A second in which nothing fell due that was answered keeps the median of the one before. */
function seriesOf(seconds: readonly ResultInterval[], metric: FollowedMetric): readonly number[] {
  if (metric === "delivered") return seconds.map(deliveredPerSecond);
  let last = seconds.find(({ latencyUs }) => latencyUs.p50 !== null)?.latencyUs.p50 ?? 0;
  return seconds.map(({ latencyUs }) => (last = latencyUs.p50 ?? last));
}

/** The larger of both metrics. */
function mserOf({ warmUps }: Findings, each: number): Pick<SteadyState["warmup"], "mserCutMs" | "mserIsValid"> {
  const known = warmUps.filter((finding) => finding !== null);
  if (known.length === 0) return { mserCutMs: null, mserIsValid: null };
  return {
    mserCutMs: Math.max(...known.map(({ cut }) => cut)) * each * 1000,
    mserIsValid: known.every(({ isValid }) => isValid),
  };
}

/**
 * Seconds left out as a warm-up: where nobody asked for another one, as many as it takes until both metrics are at their
 * last level, if they were worse before and that took at most half of the phase. A level that was left later on was no
 * warm-up.
 */
function cutOf({ seconds, warmup }: SteadyInput, { warmUps, delivered, latencyP50 }: Findings): number {
  const levels = [delivered, latencyP50].filter((finding) => finding !== null);
  const isCalm = levels.every((finding) => finding.class === "flat" || finding.class === "warm-up");
  if (warmup.explicitMs > 0 || !isCalm) return 0;
  const cuts = [
    0,
    ...warmUps.map((finding) => (finding?.isWorse === true && finding.isValid ? finding.cut : 0)),
    ...levels.map((finding) => finding.settledAt),
  ];
  const cut = Math.max(...cuts);
  return cut <= seconds.length / 2 ? cut : 0;
}

/** Why it was not steady, the gravest first; null when nothing says so. */
function troubleOf(
  input: SteadyInput,
  found: Findings,
  steady: readonly ResultInterval[],
  backlog: BacklogTrend | null,
): string | null {
  const sent = steady.reduce((sum, each) => sum + each.sent, 0) / (steady.length * secondsToEach(steady));
  if (backlog !== null && isBacklogGrowing(backlog, sent * (input.arrivalsPerMessage ?? 1))) {
    return `its backlog grew by ${formatCount(Math.round(backlog.growthMessages))} messages: answers came more slowly than messages`;
  }
  return (
    levelTrouble(input, "deliveries", found.delivered, (value) => formatRate(value)) ??
    levelTrouble(input, "median latency", found.latencyP50, (value) => formatMicroseconds(value)) ??
    driftTrouble(steady) ??
    unsettled(found) ??
    dips(steady) ??
    swingTrouble(steady)
  );
}

function levelTrouble(
  { seconds, warmup, startMs }: SteadyInput,
  what: string,
  found: LevelsFinding | null,
  format: (value: number) => string,
): string | null {
  if (found === null || found.class === "flat") return null;
  const at = (index: number): string => `${Math.round((seconds[index]!.tMs - startMs) / 1000)} s`;
  const span = `from ${format(found.first)} to ${format(found.last)}`;
  if (found.class === "slowdown") return `${what} grew worse, ${span}, until ${at(found.settledAt)}`;
  if (found.class === "no steady state")
    return `${what} did not hold one level: it changed at ${listOf(found.changes.map(at))}`;
  if (warmup.explicitMs > 0) return `it was still warming up: ${what} went ${span} until ${at(found.settledAt)}`;
  return found.settledAt > seconds.length / 2 ? `${what} took more than half of the phase to settle, ${span}` : null;
}

/** The first three. */
function listOf(texts: readonly string[]): string {
  const more = texts.length - 3;
  return `${texts.slice(0, 3).join(", ")}${more > 0 ? ` and ${more} more times` : ""}`;
}

const followed = [
  { metric: "delivered", what: "deliveries", format: (value: number) => formatRate(Math.round(value)) },
  { metric: "latencyP50", what: "median latency", format: (value: number) => formatMicroseconds(value) },
] as const;

/** The first of both metrics that moved, in words. */
function movedWords(
  steady: readonly ResultInterval[],
  find: (values: readonly number[], metric: FollowedMetric) => Span | null,
  words: (what: string, from: string, to: string) => string,
): string | null {
  for (const { metric, what, format } of followed) {
    const span = find(seriesOf(steady, metric), metric);
    if (span !== null) return words(what, format(span.from), format(span.to));
  }
  return null;
}

function driftTrouble(steady: readonly ResultInterval[]): string | null {
  return movedWords(steady, findDrift, (what, from, to) => `${what} drifted from ${from} to ${to}`);
}

function swingTrouble(steady: readonly ResultInterval[]): string | null {
  const words = (what: string, from: string, to: string) =>
    `${what} did not hold one level: in most seconds it swung between ${from} and ${to}`;
  return movedWords(steady, findSwing, words);
}

function unsettled({ warmUps }: Findings): string | null {
  return warmUps.some((finding) => finding?.isValid === false)
    ? "it did not settle: MSER-5 would cut more than half of it"
    : null;
}

/** So few messages a second vary by themselves. */
const fewForDips = 20;
/** So many seconds of little are no single pause. */
const dipShare = 0.05;

/** Pauses that come again and again are one level to any test of levels. */
function dips(steady: readonly ResultInterval[]): string | null {
  const usual = median(steady.map(deliveredPerSecond))!;
  const low = steady.filter((second) => deliveredPerSecond(second) < usual / 2).length;
  if (usual < fewForDips || low / steady.length <= dipShare || low < 2) return null;
  const seconds = secondsWord(secondsToEach(steady));
  return `in ${low} of ${steady.length} ${seconds} less than half of the usual ${formatRate(usual)} was delivered`;
}

function secondsWord(each: number): string {
  return each === 1 ? "seconds" : `stretches of ${each} s`;
}

function wholeSeconds(count: number, each: number): string {
  if (count === 1) return each === 1 ? "1 whole second" : `1 whole stretch of ${each} s`;
  return `${count} whole ${secondsWord(each)}`;
}

function steadyReason(cut: number): string {
  return cut === 0 ? "one level throughout" : `one level after ${cut} s of warm-up`;
}

function stabilityBlock(
  { delivered, latencyP50 }: Findings,
  seconds: readonly ResultInterval[],
): SteadyState["stability"] {
  if (delivered === null || latencyP50 === null) return null;
  const block = ({ class: name, changes }: LevelsFinding) => ({
    class: name,
    changePointsMs: changes.map((index) => seconds[index]!.tMs),
  });
  return { delivered: block(delivered), latencyP50: block(latencyP50) };
}

function endOf({ tMs, lengthMs }: ResultInterval): number {
  return tMs + lengthMs;
}

function nothingKnown({ startMs, endMs, warmup }: SteadyInput, reason: string): SteadyState {
  return {
    outcome: "unresolved",
    reason,
    fromMs: startMs,
    toMs: endMs,
    warmup: { mserCutMs: null, mserIsValid: null, explicitMs: warmup.explicitMs, cutMs: 0 },
    stability: null,
    delivered: null,
    sustained: noSustained(reason),
    backlog: null,
  };
}
