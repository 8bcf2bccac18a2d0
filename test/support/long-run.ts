import { ResourceMonitor } from "../../src/engine/resource-monitor.ts";
import { intervalOfSpan } from "../../src/engine/snapshot/span.ts";
import { SpanList, type SpanLimits } from "../../src/engine/snapshot/span-list.ts";
import { Histogram } from "../../src/measure/histogram.ts";
import { buildResult } from "../../src/result/build-result.ts";
import type { RunResult } from "../../src/result/run-result.ts";
import {
  aCollected,
  aCollectedPhase,
  aHistogram,
  aPhasePlan,
  aPlan,
  plausibleTimes,
  someMessages,
  startedAtEpochMs,
} from "./a-collected.ts";
import { aResultInput } from "./a-result.ts";

export const perSecond = 100;
export const warmupSeconds = 30;

/** How a long run went, by the second of its measured load. */
export interface LongRun {
  readonly seconds: number;
  /** Of the 100 messages of that second; the others are lost. @default all */
  readonly deliveredAt?: (second: number) => number;
  readonly generatorBytesAt?: (second: number) => number;
  readonly targetBytesAt?: (second: number) => number;
  readonly limits?: SpanLimits;
  readonly runId?: string;
  readonly startedAfterMs?: number;
}

/** Different ones in turn, of plausible shape. */
const times = Array.from({ length: 5 }, (_, i) => {
  const byCount = new Map<number, Histogram>();
  return (count: number): Histogram => {
    const known = byCount.get(count) ?? aHistogram(plausibleTimes(count, 500 + 20 * i));
    byCount.set(count, known);
    known.compact();
    return copyOf(known);
  };
});

function copyOf(histogram: Histogram): Histogram {
  const copy = Histogram.empty();
  copy.add(histogram);
  return copy;
}

/** The result of a long run as the engine keeps its seconds and readings: a warm-up of 30 s, then the load. */
export async function longRun(run: LongRun): Promise<RunResult> {
  const { seconds, deliveredAt = () => perSecond, limits, runId = "aLongRun-01", startedAfterMs = 0 } = run;
  const list = new SpanList(limits);
  let second = 0;
  const probes = {
    residentBytes: () => run.generatorBytesAt?.(second - warmupSeconds) ?? 80_000_000,
    cpuSeconds: () => 1,
    fullCollections: () => second,
    machineCounters: () => ({ throttledUs: null, stealTicks: null, totalTicks: null }),
  };
  const target = {
    source: "the target",
    unavailable: null,
    read: () =>
      Promise.resolve({ bytes: run.targetBytesAt?.(second - warmupSeconds) ?? 60_000_000, peakBytes: 90_000_000 }),
  };
  const resources = new ResourceMonitor(probes, target, { kind: "threads" });
  for (; second < warmupSeconds + seconds; second += 1) {
    const isWarmup = second < warmupSeconds;
    const delivered = isWarmup ? perSecond : deliveredAt(second - warmupSeconds);
    await resources.sample(second * 1000 + 400, 10, second * perSecond);
    const reading = resources.sampleWithin(second * 1000, second * 1000 + 1000)!;
    list.push({
      ...{ number: second, segment: 0, phase: isWarmup ? 0 : 1, fromMs: second * 1000, lengthMs: 1000 },
      ...{ sent: perSecond, delivered, lost: perSecond - delivered, lagUs: 400 },
      ...{ latency: times[second % 5]!(delivered), slip: times[(3 * second) % 5]!(perSecond) },
      ...{ generatorRssBytes: reading.generatorBytes, targetRssBytes: reading.targetBytes },
    });
  }
  const phase = (index: 0 | 1) => {
    const spans = list.spans.filter((span) => span.phase === index);
    const sum = (read: (span: (typeof spans)[number]) => number) => spans.reduce((all, each) => all + read(each), 0);
    const [latencyUs, slipUs] = [Histogram.empty(), Histogram.empty()];
    for (const { latency, slip } of spans) {
      latencyUs.add(latency);
      slipUs.add(slip);
    }
    const plan = aPhasePlan(
      index === 0
        ? { name: "warm-up", measured: false, durationMs: warmupSeconds * 1000 }
        : { startMs: warmupSeconds * 1000, durationMs: seconds * 1000 },
    );
    const sent = sum((span) => span.sent);
    const lost = sum((span) => span.lost);
    const [startMs, endMs] = [plan.startMs, plan.startMs + plan.durationMs];
    return {
      ...aCollectedPhase({ plan, startMs, endMs }, { sent: 0 }),
      messages: someMessages(sent, { delivered: sent - lost, deliveredInWindow: sent - lost, lostMissing: lost }),
      bytes: { sent: sent * 100, received: (sent - lost) * 100, accepted: 0 },
      ...{ latencyUs, serviceUs: latencyUs, slipUs, ownSlipUs: slipUs },
    };
  };
  const phases = [phase(0), phase(1)];
  const collected = aCollected();
  return buildResult({
    ...aResultInput(),
    plan: aPlan(
      { runId },
      phases.map(({ plan }) => plan),
    ),
    collected: {
      ...collected,
      phases,
      durationMs: phases[1]!.endMs + 900,
      startedAtEpochMs: startedAtEpochMs + startedAfterMs,
      intervals: list.spans.map((span) => intervalOfSpan(span, 0)),
      generator: { ...collected.generator, memory: resources.generatorMemory },
      target: { ...collected.target, memory: resources.targetMemory },
    },
  });
}
