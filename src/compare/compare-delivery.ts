import type { RunResult } from "../result/run-result.ts";
import { median } from "../statistics/percentile.ts";
import { judgeShares, type RunShare } from "./compare-counts.ts";
import type { JudgedMetric } from "./compare-metric.ts";
import type { MetricChoice } from "./metric-choice.ts";

/** Whether a metric is delivery.ratio: messages are counted, so that it is a matter of counts and of no test. */
export function isDeliveryRatio({ selection }: MetricChoice): boolean {
  return selection.metric === "delivery" && selection.stat === "ratio";
}

/** Compares delivery ratios by the messages that did not come, over the whole run or the phase that is named. */
export function compareDelivery(
  choice: MetricChoice,
  base: readonly RunResult[],
  changed: readonly RunResult[],
): JudgedMetric {
  const before = base.map((run) => undelivered(run, choice));
  const after = changed.map((run) => undelivered(run, choice));
  const { verdict, reason } = judgeShares(before, after);
  const [from, to] = [pooledRatio(before), pooledRatio(after)];
  const { name, unit, sense, isPrimary } = choice;
  return {
    ...{ name, unit, sense, isPrimary, verdict, limit: null, noiseFloor: null },
    reason: reason.replace(/^none /, "none missing "),
    base: sideOf(before),
    new: sideOf(after),
    change:
      from === null || to === null
        ? null
        : { kind: "difference", estimate: to - from, low: null, high: null, confidence: null, method: "totals" },
  };
}

function undelivered({ totals, phases }: RunResult, { selection }: MetricChoice): RunShare {
  const phase = selection.selectors.phase;
  const block = phase === undefined ? totals : phases.find(({ name }) => name === phase);
  if (block === undefined) return { events: 0, of: 0 };
  const { expected, delivered } = block.messages;
  return { events: expected - delivered, of: expected };
}

function sideOf(runs: readonly RunShare[]): JudgedMetric["base"] {
  const values = runs.map((run) => pooledRatio([run]));
  return { median: median(values.filter((value) => value !== null)), values };
}

function pooledRatio(runs: readonly RunShare[]): number | null {
  const [events, of] = [runs.reduce((sum, run) => sum + run.events, 0), runs.reduce((sum, run) => sum + run.of, 0)];
  return of === 0 ? null : 1 - events / of;
}
