import type { Collected } from "../engine/collected.ts";
import type { MemorySeries } from "../engine/memory-source.ts";
import { judgeMemory, memoryPerConnection, memoryPerMessage, type MemoryGrowth } from "../measure/memory-growth.ts";
import { median } from "../statistics/percentile.ts";
import type { ResultMemory, RunResult } from "./run-result.ts";

type Sample = MemorySeries["samples"][number];

/** Readings are taken when a load begins and when it has ended, a moment before and after the instants of the load itself. */
const readingSlackMs = 250;

/** Fewer connections weigh less than what a process takes for its own start. */
const fewestConnectionsToWeigh = 100;

/** The memory part of a result: trend and verdict over the load, for generator and target. */
export function buildMemory(collected: Collected): RunResult["memory"] {
  const { generator, target } = collected;
  return {
    generator: memoryOf(generator.memory, collected, leastCollections(generator)),
    generatorReason: reasonOf(generator.memory),
    target: memoryOf(target.memory, collected, null),
    targetReason: reasonOf(target.memory),
  };
}

function reasonOf({ samples, unavailable }: MemorySeries): string | null {
  return samples.length > 0 ? null : (unavailable ?? "no reading was taken");
}

/** Of the thread that collected all its garbage least often. */
function leastCollections({ workers, fullCollections }: Collected["generator"]): number {
  return Math.min(fullCollections, ...workers.map((worker) => worker.fullCollections));
}

/** `collections`: how often all garbage was collected meanwhile; null when nobody knows. */
function memoryOf(series: MemorySeries, collected: Collected, collections: number | null): ResultMemory | null {
  const measured = collected.phases.filter((phase) => phase.plan.measured);
  const loaded = measured.length > 0 ? measured : collected.phases;
  const inLoad = series.samples.filter(({ tMs }) =>
    loaded.some((phase) => tMs >= phase.startMs - readingSlackMs && tMs <= phase.endMs + readingSlackMs),
  );
  // A run shorter than the time between two readings still has the others.
  const growth = judgeMemory(inLoad.length > 0 ? inLoad : series.samples, collections);
  if (growth === null) return null;
  const levels = new Set(collected.phases.map((phase) => phase.connections));
  const { verdict, reason, slope } = judgement(growth, levels.size);
  return {
    source: series.source,
    sampleCount: series.samples.length,
    startBytes: growth.startBytes,
    peakBytes: Math.max(growth.peakBytes, series.peakBytes ?? 0, ...series.samples.slice(-1).map(({ bytes }) => bytes)),
    endBytes: growth.endBytes,
    growthBytes: growth.growthBytes,
    ...slope,
    perMessageBytes: memoryPerMessage(slope.slopeBytesPerSecond, deliveredPerSecond(inLoad)),
    perConnectionBytes: perConnection(series.samples),
    verdict,
    verdictReason: reason,
  };
}

/** Memory that grows because there are more connections is no leak, and its slope belongs to no message. */
function judgement(growth: MemoryGrowth, levels: number) {
  const { slopeBytesPerSecond, slopeLowBytesPerSecond, slopeHighBytesPerSecond, pValue } = growth;
  if (levels > 1) {
    const slope = {
      slopeBytesPerSecond: null,
      slopeLowBytesPerSecond: null,
      slopeHighBytesPerSecond: null,
      pValue: null,
    };
    return { slope, verdict: "inconclusive" as const, reason: "the number of connections changed during the run" };
  }
  return {
    slope: { slopeBytesPerSecond, slopeLowBytesPerSecond, slopeHighBytesPerSecond, pValue },
    verdict: growth.verdict,
    reason: growth.inconclusive ?? reasonOfVerdict(growth),
  };
}

function reasonOfVerdict({ verdict, pValue }: MemoryGrowth): string {
  if (verdict === "leak") return `a steady rise, no chance (p = ${pValue?.toPrecision(2)}), and too large to ignore`;
  if (verdict === "no leak") return "no steady rise that is both certain and large";
  return "too few readings";
}

/** Between the first and the last reading under load, from the count of delivered messages each carries. */
function deliveredPerSecond(samples: readonly Sample[]): number | null {
  const [first, last] = [samples[0], samples.at(-1)];
  if (first === undefined || last === undefined || last.tMs <= first.tMs) return null;
  return ((last.delivered - first.delivered) * 1000) / (last.tMs - first.tMs);
}

/**
 * From three or more numbers of connections: the slope of memory over connections. From a single one: what came with the
 * connections, when there is a reading before the first and another after the last of them with no message in between.
 */
function perConnection(all: readonly Sample[]): number | null {
  const samples = whileConnected(all);
  const slope = memoryPerConnection(settledLevels(samples));
  if (slope !== null) return slope;
  const untouched = settledLevels(samples.filter(({ delivered }) => delivered === 0));
  const before = untouched.find(({ connections }) => connections === 0);
  const most = samples.reduce((largest, { connections }) => Math.max(largest, connections), 0);
  const after = untouched.find(({ connections }) => connections === most);
  if (before === undefined || after === undefined || most < fewestConnectionsToWeigh) return null;
  return (after.bytes - before.bytes) / most;
}

/** From the last reading before the first connection to the last with one: memory given back late is no level of its own. */
function whileConnected(samples: readonly Sample[]): readonly Sample[] {
  const first = samples.findIndex(({ connections }) => connections > 0);
  const last = samples.findLastIndex(({ connections }) => connections > 0);
  return first < 0 ? [] : samples.slice(Math.max(0, first - 1), last + 1);
}

/** The median reading at each number of connections that was seen at least twice running: others were passed through. */
function settledLevels(
  samples: readonly Sample[],
): readonly { readonly connections: number; readonly bytes: number }[] {
  const readings = new Map<number, number[]>();
  samples.forEach(({ connections, bytes }, i) => {
    const settled = samples[i - 1]?.connections === connections || samples[i + 1]?.connections === connections;
    if (!settled && connections !== 0) return;
    const same = readings.get(connections);
    if (same === undefined) readings.set(connections, [bytes]);
    else same.push(bytes);
  });
  return [...readings].map(([connections, bytes]) => ({ connections, bytes: median(bytes)! }));
}
