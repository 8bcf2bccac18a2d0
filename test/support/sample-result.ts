import type { ResultBlock, ResultMessages, ResultTimes } from "../../src/result/result-blocks.ts";
import type {
  ResultInterval,
  ResultMemory,
  ResultPhase,
  ResultThreshold,
  RunResult,
} from "../../src/result/run-result.ts";

/** Times of `count` messages around `scale` microseconds; the shape is made up, the order of the percentiles is right. */
export function sampleTimes(count: number, scale: number): ResultTimes {
  const unresolved = Object.entries({ p50: 0.5, p90: 0.9, p95: 0.95, p99: 0.99, p999: 0.999 })
    .filter(([, q]) => count * (1 - q) < 10 - 1e-9)
    .map(([name]) => name);
  const at = (factor: number) => Math.round(scale * factor);
  return {
    count,
    min: at(0.4),
    mean: scale * 1.05,
    stdev: scale * 0.3,
    p50: at(1),
    p90: at(1.4),
    p95: at(1.8),
    p99: at(3.1),
    p999: at(7.7),
    max: at(12.5),
    sum: scale * 1.05 * count,
    sumOfSquares: scale * scale * 1.2 * count,
    overflow: 0,
    unresolved,
    hdr: null,
  };
}

export const noTimes: ResultTimes = {
  ...{
    count: 0,
    min: null,
    mean: null,
    stdev: null,
    p50: null,
    p90: null,
    p95: null,
    p99: null,
    p999: null,
    max: null,
  },
  ...{ sum: 0, sumOfSquares: 0, overflow: 0, unresolved: [], hdr: null },
};

/** Counts of `sent` messages that all came back, but for `changes`; offered, lost and delivered follow. */
export function sampleMessages(sent: number, changes: Partial<ResultMessages> = {}): ResultMessages {
  const { lostMissing = 0, lostClosed = 0, lostCorrupt = 0, refused = 0, skipped = 0, unsendable = 0 } = changes;
  const { unsentBlocked = 0, unsentLate = 0, expected = sent, pending = 0 } = changes;
  const lost = lostMissing + lostClosed + lostCorrupt;
  const delivered = expected - lost - refused - pending;
  return {
    offered: sent + skipped + unsendable + unsentBlocked + unsentLate,
    ...{ expected, sent, skipped, unsendable, unsentBlocked, unsentLate, delivered, pending },
    ...{ lost, lostMissing, lostClosed, lostCorrupt, refused },
    ...{ duplicated: 0, reordered: 0, corrupted: 0, late: 0, unsolicited: 0, clockErrors: 0, windowTimeouts: 0 },
    ...{ sentInWindow: sent, deliveredInWindow: delivered },
    ...changes,
  };
}

/** A block of `sent` messages in `seconds`, at 1 ms latency. */
export function sampleBlock(sent: number, seconds: number, changes: Partial<ResultBlock> = {}): ResultBlock {
  const messages = changes.messages ?? sampleMessages(sent);
  const { offered, sentInWindow, deliveredInWindow, expected, delivered } = messages;
  return {
    loop: "open",
    messages,
    deliveryRatio: expected === 0 ? null : delivered / expected,
    rate: {
      offeredPerSecond: offered / seconds,
      sentPerSecond: sentInWindow / seconds,
      deliveredPerSecond: deliveredInWindow / seconds,
      achievedRatio: offered === 0 ? null : messages.sent / offered,
      windowMs: seconds * 1000,
    },
    bytes: { sent: sent * 64, received: delivered * 64, accepted: 0 },
    latencyUs: delivered === 0 ? noTimes : sampleTimes(delivered, 1020),
    serviceUs: delivered === 0 ? noTimes : sampleTimes(delivered, 1000),
    slipUs: sent === 0 ? noTimes : sampleTimes(sent, 20),
    ownSlipUs: sent === 0 ? noTimes : sampleTimes(sent, 18),
    connections: {
      ...{ planned: 10, attempted: 10, opened: 10, failed: 0, closed: 0, reconnects: 0, openAtEnd: 10 },
      connectUs: sampleTimes(10, 2400),
      closedLifetimeMs: null,
      closeCodes: {},
    },
    errors: {},
    ...changes,
  };
}

/** A measured phase of an open load. */
export function samplePhase(
  name: string,
  startMs: number,
  seconds: number,
  sent: number,
  changes: Partial<ResultPhase> = {},
): ResultPhase {
  const place = { name, measured: true, segment: 0, startMs, endMs: startMs + seconds * 1000 };
  return { ...place, generatorHealth: "ok", generatorReasons: [], ...sampleBlock(sent, seconds), ...changes };
}

/** One second in which `sent` messages went out and came back. */
export function sampleInterval(tMs: number, sent: number, changes: Partial<ResultInterval> = {}): ResultInterval {
  return {
    ...{ tMs, lengthMs: 1000, segment: 0, sent, delivered: sent, lost: 0 },
    latencyUs: { count: sent, p50: 1020, p95: 1840, p99: 3160, max: 5000, hdr: null },
    slipUs: { count: sent, p99: 62, hdr: null },
    generatorRssBytes: 90 * 2 ** 20,
    targetRssBytes: 60 * 2 ** 20,
    lagUs: 800,
    ...changes,
  };
}

/** Memory that rose by 2 MiB, without a leak. */
export const sampleMemory: ResultMemory = {
  source: "process.memoryUsage",
  sampleCount: 40,
  startBytes: 88 * 2 ** 20,
  peakBytes: 93 * 2 ** 20,
  endBytes: 90 * 2 ** 20,
  growthBytes: 2 * 2 ** 20,
  slopeBytesPerSecond: 2048,
  slopeLowBytesPerSecond: -1024,
  slopeHighBytesPerSecond: 4096,
  pValue: 0.21,
  perMessageBytes: 2.05,
  perConnectionBytes: null,
  verdict: "no leak",
  verdictReason: "no significant rise",
};

/** A threshold that held. */
export function sampleCheck(changes: Partial<ResultThreshold> = {}): ResultThreshold {
  return {
    ...{ expression: "latency.p99<50ms", source: "--threshold", metric: "latency.p99", value: 0.00316, bound: 0.05 },
    ...{ unit: "s", outcome: "pass", warnOnly: false, samples: 10_000, ...changes },
  };
}

/** A sound run of 10,000 messages in 10 s after 2 s of warm-up, with anything in it replaced by `changes`. */
export function sampleResult(changes: Partial<RunResult> = {}): RunResult {
  const phases = [samplePhase("warm-up", 100, 2, 2000, { measured: false }), samplePhase("steady", 2100, 10, 10_000)];
  return {
    schema: "floodgate.result/1",
    id: "20260102T030405Z-abcdefghijk",
    title: "steady load",
    tags: {},
    startedAt: "2026-01-02T03:04:05.000Z",
    durationMs: 12_640,
    end: { kind: "completed", reason: null },
    tool: { name: "floodgate", version: "0.1.0", wsVersion: "8.18.0" },
    environment: {
      ...{ name: "full", reason: "default", node: "v20.19.0", platform: "linux/x64", kernel: "6.1.0" },
      ...{
        cpuModel: "a processor",
        cores: 2,
        totalMemoryBytes: 8 * 2 ** 30,
        hostFingerprint: "0123456789abcdef",
        ci: false,
      },
    },
    config: {
      ...{ profile: "steady", mode: "echo", model: "open", seed: 7, runId: "abcdefghijk", scaling: null },
      settings: {},
      plan: {},
    },
    target: {
      ...{ kind: "mock", url: "ws://127.0.0.1:4321/", description: "mock (echo)", books: null },
      ...{ deliveredFromBooks: false, compressionAgreed: null, firstForeignFrame: null },
    },
    phases,
    totals: sampleBlock(10_000, 10),
    intervals: Array.from({ length: 12 }, (_, second) => sampleInterval(100 + second * 1000, 1000)),
    memory: {
      generator: sampleMemory,
      generatorReason: null,
      target: { ...sampleMemory, source: "/proc/4242/status VmRSS" },
      targetReason: null,
    },
    generator: {
      health: "ok",
      reasons: [],
      lagUs: { p50: 120, p99: 2400, max: 8300 },
      utilization: 0.31,
      cpuSeconds: 3.2,
      cpuSecondsPerMillionMessages: 266.7,
      writes: 8000,
      framesPerWrite: 1.5,
      throttledRatio: 0,
      stealRatio: 0,
      lostWorkers: [],
      ledgerGivenUp: 0,
      missedIntervalSamples: 0,
      missedIntervalCounts: { sent: 0, delivered: 0, lost: 0 },
      workers: [0, 1].map((index) => ({
        ...{ index, runId: "abcdefghijk", connections: 5, lagUs: { p50: 120, p99: 2400, max: 8300 } },
        ...{ utilization: 0.31, cpuSeconds: null, gcPauseTotalMs: 12, gcPauseMaxMs: 2.5 },
      })),
    },
    failures: [],
    thresholds: [],
    warnings: [],
    verdict: { outcome: "pass", exitCode: 0, reasons: ["no threshold was asked for"] },
    ...changes,
  };
}
