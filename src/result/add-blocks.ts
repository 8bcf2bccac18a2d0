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
import { histogramOfTimes } from "./times-of-histogram.ts";

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
