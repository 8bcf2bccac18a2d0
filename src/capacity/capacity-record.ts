import { exitCode } from "../errors/exit-code.ts";
import type { ResultCapacity, ResultTrial } from "../result/capacity-schema.ts";
import type { ResultVerdict } from "../result/run-result.ts";
import { formatCount } from "../units/count.ts";
import { formatRate } from "../units/rate.ts";
import { capacityBounds, type CapacityBounds } from "./capacity-search.ts";
import type { SearchPlan, SearchTrial } from "./search-trial.ts";

/** How a search ended. */
export type SearchEnd =
  | { readonly kind: "complete" }
  | { readonly kind: "interrupted"; readonly signal: "SIGINT" | "SIGTERM" }
  /** There is no target, or none any more. */
  | { readonly kind: "dead"; readonly reason: string };

/** What was looked for. */
export type CapacityQuestion = Pick<
  ResultCapacity,
  "condition" | "over" | "perConnectionPerSecond" | "widthRatio" | "lossRatio"
>;

/** The record of a search for the saved result. */
export function capacityRecord(
  question: CapacityQuestion,
  trials: readonly ResultTrial[],
  plan: SearchPlan,
  end: SearchEnd,
): ResultCapacity {
  const judged = judgedTrials(trials);
  const bounds = capacityBounds(judged, plan);
  return {
    ...question,
    unit: question.over === "rate" ? "msg/s" : "connections",
    isComplete: end.kind === "complete",
    lower: bounds.isLowerConfirmed ? bounds.lower : null,
    upper: bounds.isUpperConfirmed ? bounds.upper : null,
    limitedBy: bounds.limitedBy,
    statement: statementOf(question, judged, bounds, plan, end, whyLowestFailed(trials)),
    trials,
  };
}

/** What the latest failed trial at the lowest load did not hold; empty when there is none. */
function whyLowestFailed(trials: readonly ResultTrial[]): string {
  const lowest = Math.min(...trials.map(({ load }) => load));
  return trials.findLast(({ load, outcome }) => load === lowest && outcome === "failed")?.reasons[0] ?? "";
}

/** Those that say something: an interrupted one does not. */
export function judgedTrials(trials: readonly ResultTrial[]): readonly SearchTrial[] {
  return trials.flatMap(({ load, kind, outcome }) => (outcome === "interrupted" ? [] : [{ load, kind, outcome }]));
}

/** What a search ends with: found (0), the generator was the limit from the start (96), no target (97), nothing holds (99). */
export function capacityVerdict(capacity: ResultCapacity, end: SearchEnd): ResultVerdict {
  const reasons = [capacity.statement];
  switch (end.kind) {
    case "interrupted":
      return {
        outcome: "interrupted",
        exitCode: end.signal === "SIGTERM" ? exitCode.terminated : exitCode.interrupted,
        reasons,
      };
    case "dead":
      return { outcome: "failed", exitCode: exitCode.runFailed, reasons };
    case "complete":
      if (capacity.lower !== null) return { outcome: "pass", exitCode: exitCode.ok, reasons };
      return capacity.limitedBy === "generator"
        ? { outcome: "inconclusive", exitCode: exitCode.inconclusive, reasons }
        : { outcome: "fail", exitCode: exitCode.thresholdFailed, reasons };
  }
}

/** `4,000 msg/s`, `20 connections`. */
export function loadText(load: number, over: ResultCapacity["over"]): string {
  if (over === "rate") return formatRate(load);
  return `${formatCount(load)} connection${load === 1 ? "" : "s"}`;
}

function statementOf(
  question: CapacityQuestion,
  trials: readonly SearchTrial[],
  bounds: CapacityBounds,
  plan: SearchPlan,
  end: SearchEnd,
  whyLowest: string,
): string {
  const soFar = () => soFarWords(question, trials, bounds);
  switch (end.kind) {
    case "dead":
      return trials.length <= 1 ? end.reason : `the target no longer answers: ${end.reason}; ${soFar()}`;
    case "interrupted":
      return `interrupted by ${end.signal}; ${soFar()}`;
    case "complete":
      return foundWords(question, trials, bounds, plan, whyLowest);
  }
}

function foundWords(
  { condition, over }: CapacityQuestion,
  trials: readonly SearchTrial[],
  { lower, isLowerConfirmed, upper, limitedBy }: CapacityBounds,
  plan: SearchPlan,
  whyLowest: string,
): string {
  if (lower === null || !isLowerConfirmed) {
    const lowest = loadText(Math.min(...trials.map(({ load }) => load)), over);
    if (limitedBy !== "generator") {
      const collapse = collapseWords(trials, over);
      if (collapse !== null) return `no capacity: ${collapse}`;
      const why = whyLowest === "" ? "" : `: ${whyLowest}`;
      return `no capacity (${condition}): not even ${lowest} holds, the lowest load that was tried${why}`;
    }
    const held = trials.filter(({ outcome }) => outcome === "held").map(({ load }) => load);
    const where =
      held.length === 0
        ? `even at ${lowest}`
        : `in the trials that decide; ${loadText(Math.max(...held), over)} held in single trials only`;
    return `capacity unknown: the generator could not keep its schedule ${where}`;
  }
  const held = heldWords(trials, lower, plan);
  const least = loadText(lower, over);
  if (upper === null) {
    const limit = limitedBy === "generator" ? "limited by the generator" : "the highest load that may be tried (--max)";
    return `capacity: at least ${least} (${condition}), ${limit}; ${held}`;
  }
  if (over === "connections" && upper - lower === 1) {
    return `capacity: ${least} (${condition}), ${held}; ${loadText(upper, over)} did not hold`;
  }
  const from = least.replace(/ \S+$/, "");
  return `capacity: ${from} to ${loadText(upper, over)} (${condition}), ${held}`;
}

/**
 * Where loads held, and none any more after a certain trial: then it is no matter of load what the last ones tell. Null where
 * none ever held.
 */
function collapseWords(trials: readonly SearchTrial[], over: CapacityQuestion["over"]): string | null {
  const held = trials.flatMap(({ load, outcome }) => (outcome === "held" ? [load] : []));
  const next = trials.slice(trials.findLastIndex(({ outcome }) => outcome === "held") + 1);
  const breaking = next.find(({ outcome }) => outcome === "failed");
  if (held.length === 0 || breaking === undefined) return null;
  const [most, lowest] = [Math.max(...held), Math.min(...next.map(({ load }) => load))];
  return (
    `up to ${loadText(most, over)} held at first, but from the trial at ${loadText(breaking.load, over)} on nothing held ` +
    `any more, not even ${loadText(lowest, over)}: the target seems not to have recovered; start it anew and search below with --max`
  );
}

/** Of the trials of full length at the lower bound; short ones are, too, when they are no shorter. */
function heldWords(trials: readonly SearchTrial[], lower: number, { searchSec, finalSec }: SearchPlan): string {
  const finals = trials.filter(
    ({ load, kind, outcome }) =>
      load === lower && (kind === "final" || searchSec >= finalSec) && (outcome === "held" || outcome === "failed"),
  );
  const held = finals.filter(({ outcome }) => outcome === "held").length;
  return `${held} of ${finals.length} final trials held`;
}

/** What a search that was broken off has shown so far. */
function soFarWords({ over }: CapacityQuestion, trials: readonly SearchTrial[], bounds: CapacityBounds): string {
  if (trials.length === 0) return "no trial had ended";
  const sure = (isConfirmed: boolean) => (isConfirmed ? "" : " in short trials only");
  const { lower, upper } = bounds;
  const parts = [
    ...(lower === null ? [] : [`${loadText(lower, over)} held${sure(bounds.isLowerConfirmed)}`]),
    ...(upper === null ? [] : [`${loadText(upper, over)} did not${sure(bounds.isUpperConfirmed)}`]),
  ];
  return `after ${trials.length} trial${trials.length === 1 ? "" : "s"}: ${parts.length === 0 ? "nothing is known" : parts.join(", ")}`;
}
