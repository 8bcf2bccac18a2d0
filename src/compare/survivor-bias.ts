import type { RunResult } from "../result/run-result.ts";
import { undeliveredOf } from "../result/lost-messages.ts";
import type { ResultBlock } from "../result/result-blocks.ts";
import { histogramOfTimes } from "../result/times-of-histogram.ts";
import { percentileOf } from "../verdict/threshold-metrics.ts";
import { judgeShares, type RunShare } from "./compare-counts.ts";
import { compareMetric, type JudgedMetric, type JudgingOptions, type RunValue } from "./compare-metric.ts";
import type { MetricChoice } from "./metric-choice.ts";

/**
 * Times are those of the messages that came: a target that drops its slow messages looks fast, and one that ceases to looks
 * slow. Where the side that looks better has lost more, the verdict must hold with every lost message as infinitely late too
 * (RFC 2681 s.4.1); otherwise it is `inconclusive`. Other metrics and verdicts come back as they are.
 */
export function withoutSurvivorBias(
  judged: JudgedMetric,
  choice: MetricChoice,
  base: readonly RunResult[],
  changed: readonly RunResult[],
  options: JudgingOptions,
): JudgedMetric {
  const key = timesKeys[choice.selection.metric];
  if (key === undefined || (judged.verdict !== "better" && judged.verdict !== "worse")) return judged;
  const [before, after] = [base, changed].map((runs) => runs.map((run) => blockOf(run, choice)));
  const lostMore = compareLoss(before!, after!);
  if (lostMore.side !== (judged.verdict === "better" ? "new" : "base")) return judged;
  if (holdsWithLoss(judged, choice, [before!, after!], key, options) ?? !lostMore.isSure) return judged;
  const reason =
    judged.verdict === "better"
      ? "looks better only without the messages that never came"
      : "looks worse only as fewer messages went missing";
  return { ...judged, verdict: "inconclusive", reason };
}

const timesKeys: Readonly<Record<string, "latencyUs" | "serviceUs">> = {
  latency: "latencyUs",
  service: "serviceUs",
  "latency.service": "serviceUs",
};

type Blocks = readonly (ResultBlock | undefined)[];

function blockOf({ totals, phases }: RunResult, { selection }: MetricChoice): ResultBlock | undefined {
  const phase = selection.selectors.phase;
  return phase === undefined ? totals : phases.find(({ name }) => name === phase);
}

function compareLoss(
  before: Blocks,
  after: Blocks,
): { readonly side: "base" | "new" | "neither"; readonly isSure: boolean } {
  const sharesOf = (blocks: Blocks): readonly RunShare[] =>
    blocks.flatMap((block) =>
      block === undefined ? [] : [{ events: undeliveredOf(block), of: block.messages.expected }],
    );
  const pooled = (shares: readonly RunShare[]): number =>
    shares.reduce((sum, { events }) => sum + events, 0) /
    Math.max(
      1,
      shares.reduce((sum, { of }) => sum + of, 0),
    );
  const [lostBefore, lostAfter] = [sharesOf(before), sharesOf(after)];
  const difference = pooled(lostAfter) - pooled(lostBefore);
  return {
    side: difference > 0 ? "new" : difference < 0 ? "base" : "neither",
    isSure: judgeShares(lostBefore, lostAfter).verdict !== "inconclusive",
  };
}

/** Whether the same verdict comes out with loss as infinitely late; null for what is no percentile. */
function holdsWithLoss(
  { verdict }: JudgedMetric,
  choice: MetricChoice,
  [before, after]: readonly [Blocks, Blocks],
  key: "latencyUs" | "serviceUs",
  options: JudgingOptions,
): boolean | null {
  const percentile = percentileOf(choice.selection.stat);
  if (percentile === undefined) return null;
  const valuesOf = (blocks: Blocks): readonly RunValue[] =>
    blocks.map((block) => {
      const us =
        block === undefined ? null : histogramOfTimes(block[key]).percentileOffered(percentile, undeliveredOf(block));
      return us === Infinity
        ? { value: null, isInfinite: true, samples: null, level: null }
        : { value: us === null ? null : us / 1e6, samples: null, level: null };
    });
  return compareMetric(choice, valuesOf(before), valuesOf(after), options).verdict === verdict;
}
