import { Histogram } from "../../src/measure/histogram.ts";
import type { ResultMessages } from "../../src/result/result-blocks.ts";
import type { RunResult } from "../../src/result/run-result.ts";
import { intervalLatencyOf, timesOfHistogram } from "../../src/result/times-of-histogram.ts";
import { sampleBlock, sampleInterval, sampleMessages, samplePhase, sampleResult } from "./sample-result.ts";

/** How a run for a comparison differs from 10,000 messages in 10 s at a median of 1 ms. */
export interface RunChanges {
  /** Every latency is so many times as long. @default 1 */
  readonly slower?: number;
  readonly messages?: Partial<ResultMessages>;
  /** Growth of the target's memory, MiB; null for a target whose memory is not known. @default 2 */
  readonly targetGrowthMiB?: number | null;
  readonly result?: Partial<RunResult>;
}

const plan = {
  workers: 1,
  workersAs: { kind: "threads" },
  message: { sizeBytes: 64, frameType: "text", templatePrefix: "", templateSuffix: "" },
  connect: { ratePerSecond: null, compress: false, firstMessages: [], localAddresses: [], subprotocols: [] },
  pacing: { mode: "timer", onLate: "catch-up", maxSlipMs: 100 },
  limits: { maxBufferedBytes: 1_048_576 },
  drain: { kind: "auto" },
  segments: [
    {
      connections: 10,
      phases: [
        {
          ...{ name: "steady", measured: true, startMs: 0, durationMs: 10_000, maxMessages: null },
          load: { kind: "constant", arrival: "constant", ratePerSecond: 1000 },
        },
      ],
    },
  ],
};

/** A saved run whose histograms are real; runs of different ids are alike but for `changes`. */
export function comparedRun(id: string, changes: RunChanges = {}): RunResult {
  const { slower = 1, targetGrowthMiB = 2 } = changes;
  const messages = sampleMessages(10_000, changes.messages);
  const times = {
    latencyUs: timesOfHistogram(skewed(messages.delivered, 1020 * slower), true),
    serviceUs: timesOfHistogram(skewed(messages.delivered, 1000 * slower), true),
    slipUs: timesOfHistogram(skewed(messages.sent, 20), true),
    ownSlipUs: timesOfHistogram(skewed(messages.sent, 18), true),
  };
  const block = sampleBlock(10_000, 10, { messages, ...times });
  const connections = { ...block.connections, connectUs: timesOfHistogram(skewed(10, 2400), true) };
  const sound = sampleResult();
  const target = sound.memory.target!;
  return {
    ...sound,
    id,
    config: { ...sound.config, plan },
    totals: { ...block, connections },
    phases: [samplePhase("steady", 0, 10, 10_000, { ...block, connections })],
    // One long second, so that the sums over seconds hold.
    intervals: [
      sampleInterval(0, messages.sent, {
        delivered: messages.deliveredInWindow,
        lost: messages.lost,
        latencyUs: intervalLatencyOf(skewed(messages.delivered, 1020 * slower), true),
      }),
    ],
    memory: {
      ...sound.memory,
      target: targetGrowthMiB === null ? null : { ...target, growthBytes: targetGrowthMiB * 2 ** 20 },
      targetReason: targetGrowthMiB === null ? "no pid was given" : null,
    },
    ...changes.result,
  };
}

/** So many values around `scaleUs`, few of them much larger; the same each time. */
function skewed(count: number, scaleUs: number): Histogram {
  const histogram = Histogram.empty();
  for (let i = 0; i < count; i++)
    histogram.record(scaleUs * (0.8 + 0.4 * ((i + 0.5) / count) - 0.2 * Math.log1p(-(i + 0.5) / count)));
  return histogram;
}

/** Runs of one side, each so many times as slow as the plain one. */
export function comparedRuns(
  side: string,
  slower: readonly number[],
  changes: Omit<RunChanges, "slower"> = {},
): readonly { readonly name: string; readonly result: RunResult }[] {
  return slower.map((factor, i) => ({
    name: `${side}-${i + 1}.json`,
    result: comparedRun(`${side}-${i + 1}`, { ...changes, slower: factor }),
  }));
}
