import type { ComparedMetric, Judgement, MetricChange } from "../result/comparison.ts";
import { welchDifference, welchRatio } from "../statistics/mean-ratio.ts";
import { chanceDistance, pairDistance } from "../statistics/pair-spread.ts";
import { median } from "../statistics/percentile.ts";
import { hodgesLehmann, hodgesLehmannRatio, type Estimate } from "../statistics/rank-test.ts";
import { formatCount } from "../units/count.ts";
import { samplesNeeded } from "../verdict/evaluate-threshold.ts";
import type { MeasuredValue } from "../verdict/metric-value.ts";
import { differenceBand, judgeInterval, ratioBand, type Band } from "./judge-change.ts";
import { changeKindOf, levelFloorBytes } from "./change-kind.ts";
import type { MetricChoice } from "./metric-choice.ts";
import type { MetricFloor } from "./noise-floor-record.ts";

/** Two one-sided tests at 5 %. */
const confidence = 0.9;
/** From so many runs a side their ranks say enough; down to `fewestRuns` a distribution has to be assumed. */
const rankRuns = 5;
const fewestRuns = 3;
/** Without an interval chance shall make no regression in 99 of 100 metrics: five of them are looked at. */
const chanceTail = 0.01;
/** A machine that differs from itself by more, as a share, cannot gate the metric. */
export const largestFloor = 0.25;

/** One run's value of a metric, and what it is to be seen against. */
export interface RunValue extends MeasuredValue {
  /** For growth: what it grew from; null for any other metric. */
  readonly level: number | null;
}

/** What a change is held against. */
export interface JudgingOptions {
  /** Share that does not matter: 0.05. */
  readonly noiseThreshold: number;
  readonly floor: MetricFloor | null;
}

/** A compared metric but for its p value, which depends on how many others there are. */
export type JudgedMetric = Omit<ComparedMetric, "test">;

/** Judges one metric over the runs of both sides: one value a run, as runs differ more than the messages inside one tell. */
export function compareMetric(
  choice: MetricChoice,
  baseRuns: readonly RunValue[],
  newRuns: readonly RunValue[],
  options: JudgingOptions,
): JudgedMetric {
  const [base, changed] = [valuesOf(baseRuns), valuesOf(newRuns)];
  const { name, unit, sense, isPrimary } = choice;
  const judged = (
    more: Pick<JudgedMetric, "change" | "limit" | "noiseFloor" | "verdict" | "reason">,
  ): JudgedMetric => ({
    ...{ name, unit, sense, isPrimary },
    base: { median: median(base), values: baseRuns.map(({ value }) => value) },
    new: { median: median(changed), values: newRuns.map(({ value }) => value) },
    ...more,
  });
  const kind = changeKindOf(choice, [...base, ...changed]);
  const change = base.length === 0 || changed.length === 0 ? null : estimateChange(kind, base, changed);
  const nothingJudged = { change, limit: null, noiseFloor: null };
  const infinite = judgeInfinite(baseRuns, newRuns, sense);
  if (infinite !== null) return judged({ ...nothingJudged, change: null, ...infinite });
  const unusable = whyUnusable(choice, baseRuns, newRuns);
  if (change === null || unusable !== null) {
    return judged({ ...nothingJudged, verdict: "inconclusive", reason: unusable ?? "no value" });
  }
  const floor = floorFor(kind, options.floor);
  const matters = kind === "ratio" ? options.noiseThreshold : differenceLimit(base, baseRuns, options);
  const reach = change.low === null ? chanceReach(kind, options.floor, [base.length, changed.length]) : 0;
  const chance = floor === null ? 0 : Math.max(floor, reach);
  const limit = Math.max(matters, chance);
  const noiseFloor = chance > matters ? chance : null;
  if (kind === "ratio" && floor !== null && floor > largestFloor) {
    const reason = `ungateable: noise floor over ${percent(largestFloor)}`;
    return judged({ change, limit, noiseFloor, verdict: "inconclusive", reason });
  }
  const band = kind === "ratio" ? ratioBand(limit) : differenceBand(limit);
  const { verdict, reason } = judge({ change, band, sense, floor, runs: [base.length, changed.length] });
  return judged({ change, limit, noiseFloor, verdict, reason });
}

function valuesOf(runs: readonly RunValue[]): readonly number[] {
  return runs.flatMap(({ value }) => (value === null ? [] : [value]));
}

/** Times beyond the drain are later than any other; null where there are none. */
function judgeInfinite(
  base: readonly RunValue[],
  changed: readonly RunValue[],
  sense: ComparedMetric["sense"],
): { readonly verdict: Judgement; readonly reason: string } | null {
  const [before, after] = [base, changed].map((runs) => runs.filter(({ isInfinite }) => isInfinite === true).length);
  if (before === 0 && after === 0) return null;
  const isEnough = Math.min(base.length, changed.length) >= fewestRuns;
  const [rises, falls] = [before === 0 && after === changed.length, after === 0 && before === base.length];
  if (!isEnough || !(rises || falls)) {
    return { verdict: "inconclusive", reason: `beyond the drain in ${before} runs of base and ${after} of new` };
  }
  return {
    verdict: rises === (sense === "lower") ? "worse" : "better",
    reason: `beyond the drain in all runs of ${rises ? "new" : "base"}, and in none of the other side`,
  };
}

/** A value that some runs lack, or that they have too few samples for, is shown but not judged. */
function whyUnusable(choice: MetricChoice, base: readonly RunValue[], changed: readonly RunValue[]): string | null {
  for (const [side, runs] of [
    ["base", base],
    ["new", changed],
  ] as const) {
    const without = runs.filter(({ value }) => value === null);
    const why = without[0]?.detail === undefined ? "" : `: ${without[0].detail}`;
    if (without.length === runs.length) return `no value on the ${side} side${why}`;
    if (without.length > 0) return `${without.length} of ${runs.length} runs of the ${side} side have no value${why}`;
  }
  const needed = samplesNeeded(choice.selection.stat);
  const fewest = Math.min(...[...base, ...changed].map(({ samples }) => samples ?? Infinity));
  return fewest < needed
    ? `${choice.selection.stat} needs ${formatCount(needed)} samples a run; one has ${formatCount(fewest)}`
    : null;
}

function estimateChange(kind: MetricChange["kind"], base: readonly number[], changed: readonly number[]): MetricChange {
  const runs = Math.min(base.length, changed.length);
  if (runs < fewestRuns) {
    const [from, to] = [median(base)!, median(changed)!];
    const estimate = kind === "ratio" ? to / from : to - from;
    return { kind, estimate, low: null, high: null, confidence: null, method: "medians" };
  }
  const method = runs >= rankRuns ? "hodges-lehmann" : "welch";
  const { value, low, high } = estimators[method][kind](base, changed, confidence);
  return { kind, estimate: value, low, high, confidence, method };
}

type Estimator = (a: readonly number[], b: readonly number[], confidence: number) => Estimate;

const estimators: Readonly<Record<"hodges-lehmann" | "welch", Readonly<Record<MetricChange["kind"], Estimator>>>> = {
  "hodges-lehmann": { ratio: hodgesLehmannRatio, difference: hodgesLehmann },
  welch: { ratio: welchRatio, difference: welchDifference },
};

/** The stored floor in the form of the change. */
function floorFor(kind: MetricChange["kind"], floor: MetricFloor | null): number | null {
  if (floor === null) return null;
  if (kind === "difference") return pairDistance(floor.values);
  return floor.kind === "ratio" ? floor.floor : null;
}

/**
 * How far so few runs lie apart by chance, in the form of the change: their noise floor alone is judged by, and of few runs itself,
 * so that its largest distance is no bound for those to come.
 */
function chanceReach(
  kind: MetricChange["kind"],
  floor: MetricFloor | null,
  runs: readonly [base: number, changed: number],
): number {
  if (floor === null || (kind === "ratio" && floor.kind !== "ratio")) return 0;
  if (kind === "difference") return chanceDistance(floor.values, runs, chanceTail) ?? 0;
  return Math.expm1(chanceDistance(floor.values.map(Math.log), runs, chanceTail) ?? 0);
}

/** How far a difference may go: a share of what it is to be seen against, of growth at least what counts as a leak. */
function differenceLimit(
  base: readonly number[],
  baseRuns: readonly RunValue[],
  { noiseThreshold }: JudgingOptions,
): number {
  const levels = baseRuns.flatMap(({ level }) => (level === null ? [] : [level]));
  const level = median(levels);
  if (level !== null) return Math.max(levelFloorBytes, noiseThreshold * level);
  return noiseThreshold * Math.abs(median(base)!);
}

interface Evidence {
  readonly change: MetricChange;
  readonly band: Band;
  readonly sense: ComparedMetric["sense"];
  readonly floor: number | null;
  readonly runs: readonly [base: number, changed: number];
}

function judge(evidence: Evidence): { readonly verdict: Judgement; readonly reason: string } {
  const { change, band, sense, floor, runs } = evidence;
  const { estimate, low, high } = change;
  if (low === null || high === null) {
    const few = runsASide(runs);
    if (floor === null) return { verdict: "inconclusive", reason: `${few}: a verdict takes ${fewestRuns}` };
    const against = "judged against the noise floor alone";
    const verdict = judgeInterval({ low: estimate, high: estimate }, band, sense);
    // Being near each other once is no proof of being the same.
    return verdict === "same"
      ? { verdict: "inconclusive", reason: `${few}: within the noise floor` }
      : { verdict, reason: `${few}: ${against}` };
  }
  const verdict = judgeInterval({ low, high }, band, sense);
  const neutral = change.kind === "ratio" ? 1 : 0;
  if (verdict === "same") {
    return { verdict, reason: low > neutral || high < neutral ? "differs, below the practical limit" : "" };
  }
  return {
    verdict,
    reason: verdict === "inconclusive" ? "the interval reaches across the limit; more runs narrow it" : "",
  };
}

function runsASide([base, changed]: readonly [number, number]): string {
  if (base === changed) return `${base} ${base === 1 ? "run" : "runs"} a side`;
  return `${base} and ${changed} runs`;
}

function percent(share: number): string {
  return `${Math.round(share * 100)} %`;
}
