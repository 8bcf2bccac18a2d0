import type { BlockParts } from "./build-block.ts";
import {
  noMessages,
  sumOfCounts,
  sumOfHistograms,
  sumOfLateAttempts,
  sumOfLifetimes,
  sumOfPromises,
  sumOfTallies,
} from "./build-block.ts";
import { fanOutOfBlock, sumOfFanOuts } from "./fan-out-blocks.ts";
import type { ResultBlock } from "./result-blocks.ts";
import type { ResultInterval } from "./run-result.ts";
import { histogramOfTimes, intervalLatencyOf, intervalSlipOf, sumOfTimes } from "./times-of-histogram.ts";

/** The parts a saved block was made of. Throws when one of its histograms cannot be read. */
export function partsOfBlock(block: ResultBlock): BlockParts {
  return {
    loop: block.loop,
    messages: { ...noMessages, ...block.messages },
    // Known only while a run is judged, which these have been.
    skippedBlocked: 0,
    bytes: block.bytes,
    windowMs: block.rate.windowMs,
    promised: block.rate.promisedPerSecond == null ? null : (block.rate.promisedPerSecond * block.rate.windowMs) / 1000,
    latencyUs: histogramOfTimes(block.latencyUs),
    serviceUs: histogramOfTimes(block.serviceUs),
    slipUs: histogramOfTimes(block.slipUs),
    ownSlipUs: histogramOfTimes(block.ownSlipUs),
    connections: { ...block.connections, connectUs: histogramOfTimes(block.connections.connectUs) },
    fanOut: fanOutOfBlock(block.fanOut),
    errors: block.errors,
  };
}

/**
 * One phase that several generators ran at the same time: everything is added, connections too; the window is the
 * longest of theirs. At least one.
 */
export function addParallel(all: readonly BlockParts[]): BlockParts {
  const connections = all.map((parts) => parts.connections);
  const counts = { planned: 0, attempted: 0, opened: 0, failed: 0, closed: 0, reconnects: 0, openAtEnd: 0 };
  return {
    loop: all[0]!.loop,
    messages: sumOfCounts(
      noMessages,
      all.map((parts) => parts.messages),
    ),
    skippedBlocked: 0,
    bytes: sumOfCounts(
      { sent: 0, received: 0, accepted: 0 },
      all.map((parts) => parts.bytes),
    ),
    windowMs: Math.max(...all.map((parts) => parts.windowMs)),
    promised: sumOfPromises(all),
    latencyUs: sumOfHistograms(all.map((parts) => parts.latencyUs)),
    serviceUs: sumOfHistograms(all.map((parts) => parts.serviceUs)),
    slipUs: sumOfHistograms(all.map((parts) => parts.slipUs)),
    ownSlipUs: sumOfHistograms(all.map((parts) => parts.ownSlipUs)),
    connections: {
      ...sumOfCounts(counts, connections),
      ...sumOfLateAttempts(connections),
      connectUs: sumOfHistograms(connections.map(({ connectUs }) => connectUs)),
      closedLifetimeMs: sumOfLifetimes(connections.map(({ closedLifetimeMs }) => closedLifetimeMs)),
      closeCodes: sumOfTallies(connections.map(({ closeCodes }) => closeCodes)),
    },
    fanOut: sumOfFanOuts(all, all),
    errors: sumOfTallies(all.map((parts) => parts.errors)),
  };
}

/** An interval and the instant its `tMs` counts from. */
export interface DatedInterval {
  readonly startedAtEpochMs: number;
  readonly interval: ResultInterval;
}

/**
 * The seconds of several generators laid over each other: each goes to the whole second of the wall clock nearest to its
 * start, so that up to half a second of alignment is lost, and the clocks of the machines are taken as they are.
 * The same segment of two generators stays together. `tMs` of what comes out counts from `startedAtEpochMs`.
 */
export function addIntervals(all: readonly DatedInterval[], startedAtEpochMs: number): readonly ResultInterval[] {
  const seconds = new Map<string, { second: number; segment: number; intervals: ResultInterval[] }>();
  for (const { startedAtEpochMs: origin, interval } of all) {
    const second = Math.round((origin + interval.tMs) / 1000);
    const key = `${interval.segment} ${second}`;
    const group = seconds.get(key) ?? { second, segment: interval.segment, intervals: [] };
    group.intervals.push(interval);
    seconds.set(key, group);
  }
  return [...seconds.values()]
    .sort((a, b) => a.segment - b.segment || a.second - b.second)
    .map(({ second, intervals }) => addSecond(intervals, second * 1000 - startedAtEpochMs));
}

function addSecond(all: readonly ResultInterval[], tMs: number): ResultInterval {
  const sum = (read: (interval: ResultInterval) => number): number =>
    all.reduce((total, each) => total + read(each), 0);
  const known = (read: (interval: ResultInterval) => number | null): readonly number[] =>
    all.map(read).filter((value) => value !== null);
  const generatorRss = known((each) => each.generatorRssBytes);
  const targetRss = known((each) => each.targetRssBytes);
  return {
    tMs,
    lengthMs: Math.max(...all.map((each) => each.lengthMs)),
    segment: all[0]!.segment,
    sent: sum((each) => each.sent),
    delivered: sum((each) => each.delivered),
    lost: sum((each) => each.lost),
    latencyUs: intervalLatencyOf(sumOfTimes(all.map((each) => each.latencyUs)), true),
    slipUs: intervalSlipOf(sumOfTimes(all.map((each) => each.slipUs)), true),
    // Several processes, one target.
    generatorRssBytes: generatorRss.length === 0 ? null : generatorRss.reduce((total, bytes) => total + bytes, 0),
    targetRssBytes: targetRss.length === 0 ? null : Math.max(...targetRss),
    lagUs: Math.max(...all.map((each) => each.lagUs)),
  };
}
