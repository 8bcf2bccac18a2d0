import type { Collected } from "../../src/engine/collected.ts";
import type { WorkerHealth } from "../../src/engine/collected-generator.ts";
import type { CollectedInterval } from "../../src/engine/collected-interval.ts";
import type {
  CollectedPhase,
  ConnectionCounts,
  MessageCounts,
  OutageCounts,
} from "../../src/engine/collected-phase.ts";
import type { MemorySeries } from "../../src/engine/memory-source.ts";
import { Histogram, lowestOfCell } from "../../src/measure/histogram.ts";
import type { PhasePlan, Plan } from "../../src/plan/plan.ts";
import { evenShare } from "../../src/plan/split-plan.ts";

/** 2026-01-02 03:04:05 UTC. */
export const startedAtEpochMs = Date.UTC(2026, 0, 2, 3, 4, 5);

/** A measured phase of 10 s at 100 messages per second. */
export function aPhasePlan(changes: Partial<PhasePlan> = {}): PhasePlan {
  return {
    name: "load",
    measured: true,
    startMs: 0,
    durationMs: 10_000,
    load: { kind: "constant", arrival: "constant", ratePerSecond: 100 },
    maxMessages: null,
    ...changes,
  };
}

/** A plan of one segment with 10 connections and the phases given, against ws://127.0.0.1:8080/. */
export function aPlan(changes: Partial<Plan> = {}, phases: readonly PhasePlan[] = [aPhasePlan()]): Plan {
  return {
    title: "a test",
    tags: { branch: "main" },
    profile: "quick",
    environment: { name: "quick", reason: "--env quick" },
    mode: "echo",
    seed: 42,
    runId: "aRunId-0001",
    workers: 2,
    workersAs: { kind: "threads" },
    message: { sizeBytes: 100, frameType: "text", templatePrefix: "", templateSuffix: "", mix: null },
    stream: null,
    connect: {
      url: "ws://127.0.0.1:8080/",
      ratePerSecond: null,
      timeoutMs: 10_000,
      localAddresses: [],
      headers: [],
      subprotocols: [],
      compress: false,
      tls: { insecure: false, caPem: null, certPem: null, keyPem: null },
      firstMessages: [],
      ready: null,
      reconnect: null,
      disturb: { churnPerSecond: 0, dropAllAtMs: null },
    },
    pacing: { mode: "timer", onLate: "catch-up", maxSlipMs: 100 },
    limits: { maxBufferedBytes: 1 << 20, maxMessageBytes: 1 << 24 },
    drain: { kind: "auto" },
    segments: [{ connections: 10, phases }],
    scaling: null,
    broadcast: null,
    queue: null,
    connectionFigures: null,
    ...changes,
  };
}

/** A histogram of the values given, microseconds. */
export function aHistogram(valuesUs: readonly number[]): Histogram {
  const histogram = Histogram.empty();
  for (const value of valuesUs) histogram.record(value);
  return histogram;
}

/** `count` values of a plausible shape from `lowUs` up: most near the low end, a few far above. Always the same ones. */
export function plausibleTimes(count: number, lowUs: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => Math.round(lowUs * (1 + 0.5 * (((i * 37) % 100) / 100) ** 4 * 20)));
}

/** Counts of a run in which nothing went wrong, but for what `changes` says. */
export function someMessages(sent: number, changes: Partial<MessageCounts> = {}): MessageCounts {
  return {
    offered: sent,
    sent,
    skipped: 0,
    skippedBlocked: 0,
    unsendable: 0,
    unsentBlocked: 0,
    unsentLate: 0,
    expected: sent,
    delivered: sent,
    lostMissing: 0,
    lostClosed: 0,
    lostCorrupt: 0,
    refused: 0,
    pending: 0,
    duplicated: 0,
    reordered: 0,
    corrupted: 0,
    late: 0,
    unsolicited: 0,
    clockErrors: 0,
    windowTimeouts: 0,
    deliveredInWindow: sent,
    sentInWindow: sent,
    ...changes,
  };
}

/** Ten connections that opened at once and stayed. */
export function someConnections(changes: Partial<ConnectionCounts> = {}): ConnectionCounts {
  return {
    attempted: 10,
    attemptedLate: 0,
    opened: 10,
    failed: 0,
    closed: 0,
    reconnects: 0,
    openAtEnd: 10,
    connectUs: aHistogram(plausibleTimes(10, 900)),
    closedLifetimeMs: null,
    closeCodes: {},
    ...changes,
  };
}

/**
 * A phase of `sent` messages (1000) of which `delivered` came back; a changed count brings its histograms along.
 * It lasts as long as its plan says, from 100 ms after the start of the run.
 */
export function aCollectedPhase(
  changes: Partial<CollectedPhase> = {},
  counts: Partial<MessageCounts> = {},
): CollectedPhase {
  const plan = changes.plan ?? aPhasePlan();
  const sent = counts.sent ?? 1000;
  const messages = someMessages(sent, counts);
  const startMs = 100 + plan.startMs;
  return {
    plan,
    connections: 10,
    startMs,
    endMs: startMs + plan.durationMs,
    messages,
    bytes: { sent: sent * 100, received: messages.delivered * 100, accepted: 0 },
    latencyUs: aHistogram(plausibleTimes(messages.delivered, 520)),
    serviceUs: aHistogram(plausibleTimes(messages.delivered, 500)),
    slipUs: aHistogram(plan.load.kind === "max" ? [] : plausibleTimes(sent, 20)),
    ownSlipUs: aHistogram(plan.load.kind === "max" ? [] : plausibleTimes(sent, 20)),
    interArrivalUs: aHistogram([]),
    recoveryUs: aHistogram([]),
    outageCounts: noOutages,
    jobWaitUs: Histogram.empty(),
    jobRunUs: Histogram.empty(),
    writesInWindow: 0,
    connectionCounts: someConnections(),
    fanOut: null,
    errors: {},
    ...changes,
  };
}

/** Nothing was lost. */
export const noOutages: OutageCounts = {
  outages: 0,
  onPurpose: 0,
  returned: 0,
  returnedBriefly: 0,
  retries: 0,
  retriesSucceeded: 0,
  retriesGivenUp: 0,
  buffered: 0,
  bufferSent: 0,
  bufferOverflowed: 0,
  breakerHeld: 0,
  breakerRejected: 0,
  sessionsInterrupted: 0,
  sessionsUnnamed: 0,
  sessionsResumed: 0,
  sessionsLost: 0,
  sessionsUnknown: 0,
  heldAnswered: 0,
  heldLostResumed: 0,
  heldLostWithSession: 0,
};

/** One second beginning at `tMs` with `latencyUs` in it. */
export function anInterval(
  tMs: number,
  latencyUs: Histogram,
  changes: Partial<CollectedInterval> = {},
): CollectedInterval {
  return {
    tMs,
    lengthMs: 1000,
    segment: 0,
    sent: latencyUs.count,
    delivered: latencyUs.count,
    lost: 0,
    latencyUs,
    slipUs: aHistogram(plausibleTimes(latencyUs.count, 20)),
    generatorRssBytes: 80_000_000,
    targetRssBytes: 60_000_000,
    lagUs: 400,
    deliveredExtremes: null,
    ...changes,
  };
}

/** One reading a second from the start of the run; `bytesAt` gives the level at each second. */
export function aMemorySeries(seconds: number, bytesAt: (second: number) => number): MemorySeries {
  const samples = Array.from({ length: seconds + 1 }, (_, second) => ({
    tMs: second * 1000,
    bytes: bytesAt(second),
    connections: 10,
    delivered: second * 100,
  }));
  return {
    source: "process.memoryUsage",
    samples,
    peakBytes: samples.reduce((most, { bytes }) => Math.max(most, bytes), 0),
    unavailable: null,
  };
}

/** A worker that had little to do. */
export function aWorker(index: number, changes: Partial<WorkerHealth> = {}): WorkerHealth {
  return {
    index,
    connections: 5,
    lagUs: { p50: 80, p99: 600, max: 1900 },
    utilization: 0.12,
    cpuSeconds: 0.7,
    stalls: { loadMs: 0, drainMs: 0, longestLoadMs: 0, connectingMs: 0, longestConnectingMs: 0 },
    drainMs: 0,
    starvedRatio: 0.01,
    gcPauseTotalMs: 4,
    gcPauseMaxMs: 1.5,
    fullCollections: 100,
    ...changes,
  };
}

/**
 * A whole run against the mock: by default one phase of 1000 messages in ten seconds, all delivered. Intervals are made
 * to fit the phases: the messages and latencies of each are dealt out over its seconds.
 */
export function aCollected(
  changes: Partial<Collected> = {},
  phases: readonly CollectedPhase[] = [aCollectedPhase()],
): Collected {
  const intervals = phases.flatMap((phase) => dealOut(phase));
  return {
    startedAtEpochMs,
    durationMs: (phases.at(-1)?.endMs ?? 0) + 900,
    end: { kind: "completed" },
    phases,
    intervals,
    failures: [],
    generator: {
      workers: [aWorker(0), aWorker(1)],
      cpuSeconds: 1.6,
      lostWorkers: [],
      memory: aMemorySeries(Math.max(1, intervals.length), () => 80_000_000),
      fullCollections: 100,
      throttledRatio: 0,
      stealRatio: 0,
      ledgerGivenUp: 0,
      missedByIntervals: { sent: 0, delivered: 0, lost: 0, latencies: 0 },
    },
    target: {
      description: "mock (echo)",
      memory: aMemorySeries(Math.max(1, intervals.length), () => 60_000_000),
      mockBooks: { messagesIn: phases.reduce((sum, phase) => sum + phase.messages.sent, 0) },
    },
    firstForeignFrame: null,
    compressionAgreed: true,
    streams: null,
    resilience: null,
    queue: null,
    faultyReceivers: null,
    connections: null,
    shutdown: null,
    classes: [],
    ...changes,
  };
}

function dealOut(phase: CollectedPhase): readonly CollectedInterval[] {
  const seconds = Math.max(1, Math.ceil((phase.endMs - phase.startMs) / 1000));
  const values: number[][] = Array.from({ length: seconds }, () => []);
  let next = 0;
  phase.latencyUs.forEachCell((cell, count) => {
    for (let i = 0; i < count; i++) values[next++ % seconds]!.push(lowestOfCell(cell));
  });
  const { sent, deliveredInWindow, lostMissing, lostClosed, lostCorrupt } = phase.messages;
  const shareOf = (total: number, second: number): number => evenShare(total, seconds, second);
  return values.map((list, second) =>
    anInterval(phase.startMs + second * 1000, aHistogram(list), {
      sent: shareOf(sent, second),
      delivered: shareOf(deliveredInWindow, second),
      lost: shareOf(lostMissing + lostClosed + lostCorrupt, second),
    }),
  );
}
