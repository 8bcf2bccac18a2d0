import type { ComparedMetric } from "../result/comparison.ts";
import type { RunResult } from "../result/run-result.ts";
import { geometricMean } from "../statistics/geometric-mean.ts";
import { benjaminiHochberg, holm } from "../statistics/many-tests.ts";
import { cliffsDelta, mannWhitney } from "../statistics/rank-test.ts";
import { hasTooFewSamples } from "../verdict/evaluate-threshold.ts";
import { measuredValue } from "../verdict/measured-value.ts";
import { levelOf } from "./change-kind.ts";
import { compareDelivery, isDeliveryRatio } from "./compare-delivery.ts";
import { compareMetric, type JudgedMetric, type RunValue } from "./compare-metric.ts";
import { defaultMetrics, type MetricChoice } from "./metric-choice.ts";
import { withoutSurvivorBias } from "./survivor-bias.ts";
import type { NoiseFloor } from "./noise-floor-record.ts";

/** What all metrics are held against. */
export interface MetricsOptions {
  /** Null for those that results of this kind have; of these what no run has a value of is left out. */
  readonly metrics: readonly MetricChoice[] | null;
  readonly noiseThreshold: number;
  readonly noiseFloor: NoiseFloor | null;
}

/** Every metric judged over the runs of both sides, primary ones first, with p values adjusted for their number. */
export function compareMetrics(
  base: readonly RunResult[],
  changed: readonly RunResult[],
  options: MetricsOptions,
): readonly ComparedMetric[] {
  const runs = [...base, ...changed];
  const choices = options.metrics ?? defaultMetrics(runs).filter((choice) => isTold(choice, runs));
  const judged = choices.map((choice) => {
    if (isDeliveryRatio(choice)) return compareDelivery(choice, base, changed);
    const floor = options.noiseFloor?.metrics.find(({ name, unit }) => name === choice.name && unit === choice.unit);
    const valuesOf = (runs: readonly RunResult[]): readonly RunValue[] =>
      runs.map((run) => ({ ...measuredValue(run, choice.selection), level: levelOf(run, choice) }));
    const judging = { noiseThreshold: options.noiseThreshold, floor: floor ?? null };
    const metric = compareMetric(choice, valuesOf(base), valuesOf(changed), judging);
    return withoutSurvivorBias(metric, choice, base, changed, judging);
  });
  const known = options.metrics === null ? judged.filter(hasValue) : judged;
  return [
    ...withTests(
      known.filter(({ isPrimary }) => isPrimary),
      "holm",
    ),
    ...withTests(
      known.filter(({ isPrimary }) => !isPrimary),
      "benjamini-hochberg",
    ),
  ];
}

/** A percentile that no run has enough samples for would only fill the table. */
function isTold(choice: MetricChoice, runs: readonly RunResult[]): boolean {
  if (choice.isPrimary) return true;
  return runs.some((run) => !hasTooFewSamples(choice.selection.stat, measuredValue(run, choice.selection).samples));
}

function hasValue(metric: JudgedMetric): boolean {
  return metric.base.median !== null || metric.new.median !== null;
}

type Adjustment = NonNullable<ComparedMetric["test"]>["adjustment"];

function withTests(metrics: readonly JudgedMetric[], adjustment: Adjustment): readonly ComparedMetric[] {
  const tested = metrics.map(testOf);
  const ps = tested.flatMap((test) => (test === null ? [] : [test.p]));
  const adjusted = (adjustment === "holm" ? holm : benjaminiHochberg)(ps).values();
  return metrics.map((metric, i) => {
    const test = tested[i] ?? null;
    if (test === null) return { ...metric, test };
    return { ...metric, test: { name: "mann-whitney", ...test, pAdjusted: adjusted.next().value!, adjustment } };
  });
}

/** Null for what is counted, and where one value is all there is. */
function testOf(metric: JudgedMetric): { readonly p: number; readonly cliffsDelta: number } | null {
  const [base, changed] = [metric.base.values, metric.new.values].map((values) =>
    values.filter((value) => value !== null),
  );
  if (metric.change?.method === "totals" || base === undefined || changed === undefined) return null;
  if (Math.min(base.length, changed.length) < 2) return null;
  return { p: mannWhitney(base, changed).p, cliffsDelta: cliffsDelta(base, changed) };
}

/** Mean change of the times of that name; null when there are fewer than two ratios of them. */
export function geomeanOfTimes(
  metrics: readonly ComparedMetric[],
  times: string,
): { readonly ratio: number; readonly metrics: string[] } | null {
  const ofTimes = metrics.filter(
    ({ name, change, limit }) => name.startsWith(times) && change?.kind === "ratio" && limit !== null,
  );
  const ratio = geometricMean(ofTimes.flatMap(({ change }) => change?.estimate ?? []));
  return ratio === null || ofTimes.length < 2 ? null : { ratio, metrics: ofTimes.map(({ name }) => name) };
}
