import { deliveryRatioInterval } from "../result/delivery-interval.ts";
import { percentileInterval } from "../result/percentile-intervals.ts";
import type { ResultBlock } from "../result/result-blocks.ts";
import type { ResultInterval, RunResult } from "../result/run-result.ts";
import { areSecondsComplete, wholeSecondsOf } from "../result/whole-seconds.ts";
import { percentileOf } from "./threshold-metrics.ts";
import type { Threshold } from "./threshold.ts";

/** The 95 % interval of a measured value, in the threshold's unit. */
export type ValueInterval =
  /** Null for an end that the samples do not give. */
  | { readonly kind: "known"; readonly low: number | null; readonly high: number | null }
  /** It has one, but these seconds cannot tell it. */
  | { readonly kind: "unknown"; readonly reason: string }
  /** Nobody knows how sure such a value is. */
  | { readonly kind: "none" };

const none: ValueInterval = { kind: "none" };

/** How sure what was measured for a threshold is: percentiles of latency, and the ratio of delivery, over a run or a phase. */
export function valueInterval(result: RunResult, threshold: Threshold): ValueInterval {
  const { selectors, overSeconds, metric, stat, op } = threshold;
  const phases = result.phases.filter(({ name, measured }) =>
    selectors.phase === undefined ? measured : name === selectors.phase,
  );
  const block = selectors.phase === undefined ? result.totals : phases[0];
  // An equality asks for what was counted, not for what that is a sample of.
  const isOfSample = overSeconds === null && op !== "==" && op !== "!=";
  if (!isOfSample || block === undefined || result.config.mode !== "echo") return none;
  const seconds = phases.flatMap((phase) => wholeSecondsOf(result, phase));
  const percentile = percentileOf(stat);
  // Absent in a result of an earlier version, and of a run that goes on.
  const isTold = block.percentileIntervals !== undefined;
  const isOfSeconds = metric === "latency" || (isService(metric) && block.loop === "closed");
  const find =
    isOfSeconds && percentile !== undefined && isTold
      ? () => ofPercentile(block, percentile, seconds)
      : metric === "delivery" && stat === "ratio" && isTold
        ? () => deliveryRatioInterval(block, seconds)
        : undefined;
  if (find === undefined) return none;
  if (!areSecondsComplete(result))
    return { kind: "unknown", reason: "some of what happened is in none of the seconds" };
  const found = find();
  if (found !== null) return { kind: "known", ...found };
  return {
    kind: "unknown",
    reason: `too few samples, or too few whole seconds (${seconds.length}) to see how they cluster`,
  };
}

/** What the result says of a percentile it tells; any other is taken from its histograms. */
function ofPercentile(
  { latencyUs, percentileIntervals: told = [] }: ResultBlock,
  percentile: number,
  seconds: readonly ResultInterval[],
): { readonly low: number | null; readonly high: number | null } | null {
  const found =
    told.find((interval) => interval.metric === "latency" && interval.percentile === percentile) ??
    percentileInterval(latencyUs, percentile, seconds);
  if (found === null) return null;
  const { lowUs, highUs } = found;
  return { low: lowUs === null ? null : lowUs / 1e6, high: highUs === null ? null : highUs / 1e6 };
}

function isService(metric: string): boolean {
  return metric === "service" || metric === "latency.service";
}
