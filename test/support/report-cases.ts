import { buildScalability } from "../../src/result/build-scalability.ts";
import type { RunResult } from "../../src/result/run-result.ts";
import type { SteadyState } from "../../src/result/steady-schema.ts";
import { decideVerdict } from "../../src/verdict/verdict.ts";
import { workQueueCases } from "./work-queue-cases.ts";
import { sampleCapacity } from "./sample-capacity.ts";
import {
  noTimes,
  sampleBlock,
  sampleCheck,
  sampleInterval,
  sampleMemory,
  sampleMessages,
  samplePhase,
  sampleResult,
  sampleTimes,
} from "./sample-result.ts";

const sound = sampleResult();
const config = (changes: Partial<RunResult["config"]>) => ({ ...sound.config, ...changes });
const connections = (changes: Partial<RunResult["totals"]["connections"]>) => ({
  ...sound.totals.connections,
  ...changes,
});

const latencyHeld = sampleCheck();
const deliveryHeld = sampleCheck({
  expression: "delivery.ratio>=99.9%",
  metric: "delivery.ratio",
  value: 1,
  bound: 0.999,
  unit: "ratio",
});
const memoryHeld = sampleCheck({
  ...{ expression: "memory.growth<=200MB", source: "profiles/steady.yaml:12", metric: "memory.growth" },
  ...{ value: 2 * 2 ** 20, bound: 2e8, unit: "bytes", samples: null },
});

/** A closed loop over more and more connections, whose throughput falls at last. */
const scalingPhases = [
  [1, 900, 1000],
  [18, 9959, 1800],
  [36, 16_524, 2200],
  [72, 18_532, 3900],
  [108, 18_289, 5900],
  [144, 17_750, 8100],
  [216, 17_022, 12_700],
].map(([planned, perSecond, latencyUs], i) =>
  samplePhase(`connections-${planned}`, 100 + 30_000 * i, 30, perSecond! * 30, {
    loop: "closed",
    latencyUs: sampleTimes(perSecond! * 30, latencyUs!),
    connections: { ...sound.totals.connections, planned: planned! },
    scalingEfficiency: perSecond! / 900 / planned!,
  }),
);

/** A phase that held what it reached. */
const heldSteady: SteadyState = {
  ...{ outcome: "steady", reason: "one level throughout", fromMs: 2100, toMs: 72_100 },
  warmup: { mserCutMs: 5000, mserIsValid: true, explicitMs: 2000, cutMs: 0 },
  stability: { delivered: { class: "flat", changePointsMs: [] }, latencyP50: { class: "flat", changePointsMs: [] } },
  delivered: {
    ...{ meanPerSecond: 996, lowPerSecond: 991, highPerSecond: 1001, minPerSecond: 900, maxPerSecond: 1003 },
    ...{ variationRatio: 0.0213, tauSeconds: 1.4, effectiveSeconds: 50 },
  },
  sustained: {
    ...{ windowSeconds: 10, peakPerSecond: 1000.2, sustainedPerSecond: 970, ratio: 0.9698, longestRunSeconds: 38 },
    ...{ outcome: "pass", reason: "the worst 10 s had 96.98% of the best, 1,000 msg/s" },
  },
  backlog: { growthMessages: 1.2, pValue: 0.31 },
};

/** And one that did not. */
const leftItsLevel: SteadyState = {
  ...{ outcome: "not-steady", fromMs: 70_100, toMs: 140_100 },
  reason: "deliveries grew worse, from 2,000 msg/s to 1,510 msg/s, until 31 s",
  warmup: { mserCutMs: 35_000, mserIsValid: true, explicitMs: 0, cutMs: 0 },
  stability: {
    delivered: { class: "slowdown", changePointsMs: [101_100] },
    latencyP50: { class: "slowdown", changePointsMs: [101_100] },
  },
  delivered: {
    ...{ meanPerSecond: 1727, lowPerSecond: null, highPerSecond: null, minPerSecond: 1490, maxPerSecond: 2010 },
    ...{ variationRatio: 0.142, tauSeconds: 22, effectiveSeconds: 3.2 },
  },
  sustained: {
    ...{ windowSeconds: 10, peakPerSecond: 2001, sustainedPerSecond: 1508, ratio: 0.7536, longestRunSeconds: 31 },
    ...{ outcome: "fail", reason: "the worst 10 s had 75.36% of the best, 2,001 msg/s" },
  },
  backlog: { growthMessages: 18_000, pValue: 0 },
};

function judged(changes: Partial<RunResult>): RunResult {
  const result = sampleResult(changes);
  return { ...result, verdict: decideVerdict(result, result.thresholds, { strict: false }) };
}

/** Streams that kept their numbers, one of which did not keep its promise. */
export const pushed = {
  config: config({ mode: "push", model: "none" }),
  totals: {
    ...sampleBlock(0, 10),
    loop: "none",
    messages: {
      ...sampleMessages(0, { expected: 79_200, lostMissing: 120, lostCorrupt: 4 }),
      ...{ corrupted: 4, reordered: 2, duplicated: 1, late: 8, deliveredInWindow: 79_068 },
    },
    deliveryRatio: 79_076 / 79_200,
    rate: {
      ...{ offeredPerSecond: 0, sentPerSecond: 0, deliveredPerSecond: 7906.8 },
      ...{ achievedRatio: 7906.8 / 8000, promisedPerSecond: 8000, windowMs: 10_000 },
    },
    bytes: { sent: 0, received: 10_121_000, accepted: 0 },
    latencyUs: sampleTimes(79_076, 180),
    ...{ serviceUs: noTimes, slipUs: noTimes, ownSlipUs: noTimes },
  },
  streams: {
    ...{ count: 8, promisedPerSecond: 1000, seenPerSecond: { min: 913.2, median: 999.1, max: 1000.2 } },
    ...{ slowest: { stream: 5, seenPerSecond: 913.2 }, belowPromise: 1, gaps: 97, longestGapMessages: 14 },
    ...{ longestSilenceMs: 812.4, longestSilenceStream: 5, restarts: 1, outsideMessages: 0, endsTold: 8 },
    oneWay: { isMeasured: true, note: "from the target's stamp to receipt, both by the clock of this machine" },
    interArrivalUs: sampleTimes(79_060, 990),
  },
} satisfies Partial<RunResult>;

/** Results of every kind of run that a report has to show, by the name of their golden file. */
export const reportCases: Readonly<Record<string, RunResult>> = {
  push: judged({
    ...pushed,
    thresholds: [
      sampleCheck({
        expression: "rate.achieved>=0.95",
        metric: "rate.achieved",
        value: 0.98835,
        bound: 0.95,
        unit: "ratio",
      }),
    ],
    warnings: [
      {
        code: "streams-below-promise",
        text: "1 of 8 streams gave less than 95 % of the promised 1,000 msg/s; the least, stream 5: 913 msg/s",
      },
    ],
  }),

  resilience: judged({
    resilience: {
      ...{ outages: 30, onPurpose: 10, returned: 28, returnedRatio: 28 / 30 },
      recoveryUs: sampleTimes(28, 120_000),
      retry: { attempts: 41, successes: 28, successRatio: 28 / 41, givenUp: 1 },
      buffer: { limit: 100, buffered: 320, sentLater: 300, overflowed: 12, highWater: 100 },
      herds: [
        { startMs: 2000, connections: 10, allBackMs: 640.5 },
        { startMs: 6000, connections: 10, allBackMs: null },
      ],
      breaker: {
        ...{ failures: 5, cooldownMs: 1000, whileOpen: "queue", opens: 2, halfOpens: 1, closes: 1, openMs: 1490 },
        ...{ held: 12, rejected: 0, notClosedAtEnd: 1 },
        changes: [
          { tMs: 2040, worker: 0, state: "open" },
          { tMs: 3041, worker: 0, state: "half-open" },
          { tMs: 3050, worker: 0, state: "closed" },
          { tMs: 6120, worker: 1, state: "open" },
        ],
      },
      sessions: {
        ...{ interrupted: 18, resumed: 14, resumedRatio: 14 / 18, lost: 2, unknown: 1, undecided: 1, unnamed: 2 },
        inFlight: { messages: 52, answeredLater: 39, lostThoughResumed: 4, lostWithSession: 9 },
      },
    },
  }),

  ...Object.fromEntries(Object.entries(workQueueCases).map(([name, changes]) => [name, judged(changes)])),

  "push-untimed": judged({
    ...pushed,
    totals: {
      ...pushed.totals,
      latencyUs: noTimes,
      rate: { ...pushed.totals.rate, achievedRatio: null, promisedPerSecond: null },
    },
    streams: {
      ...pushed.streams,
      ...{ promisedPerSecond: null, belowPromise: null, endsTold: 0, outsideMessages: 412 },
      oneWay: { isMeasured: false, note: "the target's messages have no instant of sending" },
    },
    thresholds: [],
  }),

  "all-passed": judged({ thresholds: [latencyHeld, deliveryHeld, memoryHeld], tags: { commit: "0a1b2c3" } }),

  broadcast: judged({
    config: config({
      mode: "broadcast",
      broadcast: { rooms: 10, publishersPerRoom: 2, excludesPublisher: false, guardMs: 200 },
    }),
    thresholds: [sampleCheck({ ...deliveryHeld, value: 0.99996 })],
    totals: sampleBlock(2000, 10, {
      messages: sampleMessages(2000, { expected: 99_980, lostMissing: 4, duplicated: 2, unsolicited: 7 }),
      fanOut: {
        ...{ reach: 99_976 / 99_980, receiversPerMessage: 49.995, presentAtSend: 99_990 },
        ...{ indeterminate: 12, indeterminateDelivered: 9, misrouted: 7, joins: 501, leaves: 1 },
        ...{ timed: 1992, incomplete: 3, unsettled: 5 },
        firstUs: sampleTimes(1992, 700),
        medianUs: sampleTimes(1992, 900),
        nearlyAllUs: sampleTimes(1992, 1300),
        lastUs: sampleTimes(1992, 1400),
        spreadUs: sampleTimes(1992, 600),
      },
    }),
    faultyReceivers: {
      count: 3,
      worst: [
        { connection: 17, room: "r08", lost: 3, duplicated: 2, reordered: 0, misrouted: 0 },
        { connection: 230, room: "r04", lost: 0, duplicated: 0, reordered: 0, misrouted: 7 },
        { connection: 4, room: "r05", lost: 1, duplicated: 0, reordered: 0, misrouted: 0 },
      ],
    },
  }),

  "failed-thresholds": judged({
    thresholds: [
      sampleCheck({ expression: "latency.p99<3ms", bound: 0.003, value: 0.003162, outcome: "fail" }),
      sampleCheck({ ...deliveryHeld, value: 0.9986, outcome: "fail" }),
      sampleCheck({
        expression: "latency.p99.99<1s warn",
        value: 0.012,
        bound: 1,
        outcome: "unresolved",
        warnOnly: true,
        detail: "p99.99 needs 100,000 samples, there are 9,986",
      }),
      sampleCheck({
        ...memoryHeld,
        expression: "memory.target.growth<=100MB",
        value: null,
        outcome: "no-data",
        detail: "no pid was given",
      }),
      memoryHeld,
    ],
    totals: sampleBlock(10_000, 10, {
      messages: sampleMessages(10_000, {
        lostMissing: 9,
        lostClosed: 5,
        duplicated: 3,
        reordered: 2,
        corrupted: 1,
        late: 4,
        unsendable: 12,
      }),
      connections: connections({
        closed: 1,
        openAtEnd: 9,
        closeCodes: { 1006: 1 },
        closedLifetimeMs: { count: 1, min: 4210, mean: 4210, max: 4210 },
      }),
      errors: { "close/abnormal": 1 },
    }),
    memory: {
      ...sound.memory,
      target: null,
      targetReason: "no pid was given (--target-pid, --spawn, --target-metrics)",
    },
    failures: [
      {
        ...{
          code: "close/abnormal",
          phase: "close",
          kind: "abnormal",
          blame: "target",
          count: 1,
          firstMs: 4310,
          lastMs: 4310,
        },
        example: "the connection ended without a close frame",
      },
    ],
    warnings: [
      { code: "connections-not-open", text: "12 messages could not be sent because the connection was not open" },
    ],
  }),

  "generator-limited": judged({
    thresholds: [
      sampleCheck({ outcome: "not-evaluated", detail: "the generator was limited: slip p99 31 ms is above 10 ms" }),
    ],
    generator: {
      ...sound.generator,
      health: "limited",
      reasons: [
        "slip p99 31 ms is above 10 ms and makes 62 % of latency p99",
        "event-loop lag p99 24 ms is above 20 ms",
      ],
      lagUs: { p50: 4200, p99: 24_000, max: 88_000 },
      utilization: 0.97,
      throttledRatio: 0.12,
      stealRatio: 0.04,
    },
    totals: sampleBlock(9700, 10, {
      messages: sampleMessages(9700, { unsentLate: 300 }),
      latencyUs: sampleTimes(9700, 9000),
      slipUs: sampleTimes(9700, 8000),
      ownSlipUs: sampleTimes(9700, 8000),
    }),
  }),

  "steady-with-losses": judged({
    durationMs: 75_000,
    phases: [
      samplePhase("warmup", 100, 2, 2000, { measured: false }),
      samplePhase("main", 2100, 70, 70_000, { steady: heldSteady }),
    ],
    intervals: Array.from({ length: 72 }, (_, second) =>
      sampleInterval(100 + second * 1000, 1000, { lost: second === 40 || second === 41 || second === 60 ? 100 : 0 }),
    ),
    totals: sampleBlock(70_000, 70, {
      messages: sampleMessages(70_000, { lostMissing: 300 }),
      latencyOfferedUs: {
        ...{
          count: 70_000,
          undelivered: 300,
          p50: 1021,
          p90: 1440,
          p95: 1870,
          p99: 3470,
          p999: "lost",
          unresolved: [],
        },
      },
      percentileIntervals: [
        { metric: "latency", percentile: 50, lowUs: 1010, highUs: 1034, confidence: 0.95, effectiveSamples: 18_211.4 },
        { metric: "latency", percentile: 99, lowUs: 2999, highUs: 3391, confidence: 0.95, effectiveSamples: 4211.9 },
        { metric: "latency", percentile: 99.9, lowUs: 6121, highUs: null, confidence: 0.95, effectiveSamples: 1211.2 },
      ],
    }),
    lossPeriods: { periods: 2, longestSeconds: 2, longestMessages: 200, firstMs: 40_100 },
    config: config({ gate: "confident" }),
    thresholds: [
      sampleCheck({ low: 0.002999, high: 0.003391 }),
      sampleCheck({
        ...{ expression: "latency.p99<3200us", bound: 0.0032, outcome: "uncertain", low: 0.002999, high: 0.003391 },
      }),
      sampleCheck({
        ...{ expression: "latency.offered.p99.9<1s", metric: "latency.offered.p99.9", value: null, bound: 1 },
        ...{ outcome: "fail", warnOnly: true, detail: "beyond the drain: 0.429% of the messages never came back" },
      }),
      sampleCheck({
        ...{ expression: "throughput.sustained>=950/s", metric: "throughput.sustained", value: 970, bound: 950 },
        ...{ unit: "/s", samples: null, detail: heldSteady.sustained.reason },
      }),
    ],
  }),

  "not-steady": judged({
    durationMs: 145_000,
    phases: [
      samplePhase("low", 100, 70, 70_000, {
        steady: { ...heldSteady, fromMs: 12_100, toMs: 70_100, reason: "one level after 12 s of warm-up" },
      }),
      samplePhase("high", 70_100, 70, 140_000, { steady: leftItsLevel }),
      samplePhase("short", 140_100, 4, 8000, {
        steady: {
          ...{
            ...leftItsLevel,
            outcome: "unresolved",
            reason: "4 whole seconds; it takes 50 to tell",
            fromMs: 140_100,
          },
          ...{
            toMs: 144_100,
            stability: null,
            backlog: null,
            warmup: { ...leftItsLevel.warmup, mserCutMs: null, mserIsValid: null },
          },
          sustained: {
            ...{ windowSeconds: 10, peakPerSecond: null, sustainedPerSecond: null, ratio: null, longestRunSeconds: 0 },
            ...{ outcome: "unresolved", reason: "4 steady seconds; it takes 60 to say that a rate is held" },
          },
        },
      }),
    ],
    totals: sampleBlock(218_000, 144),
  }),

  "nothing-delivered": judged({
    durationMs: 640,
    phases: [],
    intervals: [],
    end: { kind: "failed", reason: "no connection could be opened" },
    totals: sampleBlock(0, 10, {
      messages: sampleMessages(0),
      rate: { offeredPerSecond: null, sentPerSecond: null, deliveredPerSecond: null, achievedRatio: null, windowMs: 0 },
      connections: connections({ opened: 0, failed: 10, openAtEnd: 0, connectUs: noTimes }),
      errors: { "connect/refused": 10 },
    }),
    target: { ...sound.target, kind: "url", url: "ws://127.0.0.1:1/", description: "ws://127.0.0.1:1/" },
    memory: { generator: null, generatorReason: "too few readings", target: null, targetReason: "no pid was given" },
    failures: [
      {
        ...{
          code: "connect/refused",
          phase: "connect",
          kind: "refused",
          blame: "target",
          count: 10,
          firstMs: 2,
          lastMs: 31,
        },
        example: "connect ECONNREFUSED 127.0.0.1:1",
      },
    ],
    thresholds: [sampleCheck({ outcome: "no-data", value: null, samples: 0, detail: "no samples" })],
  }),

  "closed-loop": judged({
    config: config({ profile: "(flags)", model: "closed" }),
    totals: sampleBlock(412_345, 10, {
      loop: "closed",
      latencyUs: sampleTimes(412_345, 240),
      serviceUs: sampleTimes(412_345, 240),
      slipUs: noTimes,
      ownSlipUs: noTimes,
    }),
    warnings: [{ code: "closed-loop", text: "closed loop: messages left when answers came" }],
  }),

  "connect-mode": judged({
    config: config({ profile: "connection-scaling", mode: "connect", model: "none" }),
    phases: [samplePhase("hold", 2400, 10, 0, { loop: "none" })],
    totals: sampleBlock(0, 10, {
      loop: "none",
      connections: connections({
        planned: 2000,
        attempted: 2000,
        opened: 2000,
        openAtEnd: 1997,
        closed: 3,
        connectUs: sampleTimes(2000, 1900),
        closeCodes: { 1001: 2, 1006: 1 },
        closedLifetimeMs: { count: 3, min: 120, mean: 4800, max: 9300 },
      }),
      errors: { "close/going-away": 2, "close/abnormal": 1 },
    }),
    memory: {
      ...sound.memory,
      target: { ...sampleMemory, source: "/proc/4242/status VmRSS", perConnectionBytes: 21_504, perMessageBytes: null },
    },
    failures: [
      {
        ...{
          code: "close/going-away",
          phase: "close",
          kind: "going-away",
          blame: "target",
          count: 2,
          firstMs: 3000,
          lastMs: 9900,
        },
        example: "close code 1001 going away",
      },
      {
        ...{
          code: "close/abnormal",
          phase: "close",
          kind: "abnormal",
          blame: "network",
          count: 1,
          firstMs: 2520,
          lastMs: 2520,
        },
        example: "read ECONNRESET",
      },
    ],
  }),

  "oneway-unknown": judged({
    config: config({ mode: "oneway" }),
    target: {
      ...sound.target,
      kind: "url",
      url: "wss://staging.example.org/in",
      description: "wss://staging.example.org/in",
      compressionAgreed: false,
    },
    totals: sampleBlock(10_000, 10, {
      messages: sampleMessages(10_000, { expected: 0, deliveredInWindow: 0 }),
      latencyUs: noTimes,
      serviceUs: noTimes,
      bytes: { sent: 640_000, received: 0, accepted: 700_000 },
    }),
    warnings: [
      {
        code: "delivery-unknown",
        text: "delivery is unknown: in mode oneway nothing comes back, and only the mock tells what it took in",
      },
    ],
  }),

  "books-differ": judged({
    phases: [
      samplePhase("warm-up", 100, 2, 2000, { measured: false }),
      samplePhase("steady", 2100, 10, 10_000, {
        messages: sampleMessages(10_000, { lostMissing: 25, duplicated: 3 }),
      }),
      samplePhase("next", 13_100, 10, 10_000, { segment: 1 }),
    ],
    target: {
      ...sound.target,
      books: { messagesIn: 22_000 },
      booksByPhase: [
        { phase: "warm-up", changes: { messagesIn: 1998, messagesOut: 1998 } },
        { phase: "steady", changes: { messagesIn: 10_002, messagesOut: 9989, dropped: 18, duplicated: 5 } },
        { phase: "next", changes: { messagesIn: 10_000, messagesOut: 10_000 } },
      ],
    },
    shutdown: {
      generator: {
        ...{ drainMs: 2004.2, pendingAnswered: 12, pendingLost: 25 },
        ...{ connectionsClosed: 10, workersEnded: 2, durationMs: 13.25 },
      },
      target: {
        ...{ pendingFlushed: 3, pendingDropped: 1, connectionsClosed: 0, backgroundTasksStopped: 2, durationMs: 4.5 },
      },
    },
  }),

  "single-connections": judged({
    connectionFigures: {
      count: 2000,
      spread: {
        sent: { min: 5, median: 5, max: 5 },
        delivered: { min: 0, median: 5, max: 5 },
        lost: { min: 0, median: 0, max: 5 },
        latencyMeanUs: { min: 901.5, median: 1043.25, max: 61_234.5 },
        latencyP99Us: null,
        readyMs: { min: 4100, median: 12_100, max: 12_240 },
      },
      fairness: 0.99874,
      starved: 2,
      rows: [
        {
          ...{ connection: 1711, worstBy: "lost", isStarved: true, sent: 5, delivered: 0, lost: 5, refused: 0 },
          ...{ duplicated: 0, reordered: 0, opened: 1, ended: 0, readyMs: 12_100, activeMs: 12_020.5 },
          latencyUs: { count: 0, mean: null, p50: null, p99: null, max: null },
        },
        {
          ...{ connection: 17, worstBy: "latency", isStarved: true, sent: 5, delivered: 5, lost: 0, refused: 0 },
          ...{ duplicated: 1, reordered: 0, opened: 1, ended: 0, readyMs: 12_100, activeMs: 12_044 },
          latencyUs: { count: 5, mean: 61_234.5, p50: null, p99: null, max: 70_001 },
        },
        {
          ...{ connection: 4, worstBy: "ended", isStarved: false, sent: 5, delivered: 5, lost: 0, refused: 0 },
          ...{ duplicated: 0, reordered: 2, opened: 3, ended: 2, readyMs: 4100, activeMs: 11_980 },
          latencyUs: { count: 5, mean: 1201.2, p50: null, p99: null, max: 4100 },
        },
      ],
      leftOut: 1997,
    },
  }),

  "scaling-profile": judged({
    config: config({ profile: "linear-scaling", scaling: "rate" }),
    phases: [
      samplePhase("warm-up", 100, 2, 200, { measured: false, scalingEfficiency: null }),
      samplePhase("100/s", 2100, 30, 3000, { scalingEfficiency: 1 }),
      samplePhase("1000/s", 32_100, 30, 30_000, { scalingEfficiency: 1 }),
      samplePhase("10000/s", 62_100, 30, 291_000, {
        scalingEfficiency: 0.962,
        generatorHealth: "limited",
        generatorReasons: ["sent/offered 0.97 is below 0.99"],
        ...sampleBlock(291_000, 30, { messages: sampleMessages(291_000, { unsentLate: 9000, lostMissing: 2400 }) }),
      }),
    ],
    generator: { ...sound.generator, health: "limited", reasons: ["phase 10000/s: sent/offered 0.97 is below 0.99"] },
    totals: sampleBlock(324_000, 90, { messages: sampleMessages(324_000, { unsentLate: 9000, lostMissing: 2400 }) }),
  }),

  "scaling-connections": judged({
    config: config({ profile: "connection-scaling", model: "closed", scaling: "connections" }),
    phases: scalingPhases,
    scalability: buildScalability(scalingPhases, "connections"),
    totals: sampleBlock(325_000, 210, { loop: "closed" }),
  }),

  capacity: {
    ...judged({ thresholds: [latencyHeld] }),
    capacity: sampleCapacity(sound.id),
    verdict: { outcome: "pass", exitCode: 0, reasons: [sampleCapacity(sound.id).statement] },
  },

  interrupted: judged({
    durationMs: 5230,
    end: { kind: "interrupted", reason: "SIGINT" },
    phases: [samplePhase("steady", 100, 4.9, 480)],
    totals: sampleBlock(480, 4.9),
    thresholds: [
      latencyHeld,
      sampleCheck({ expression: "latency.p50<1ms", value: 0.00102, bound: 0.001, outcome: "fail", samples: 480 }),
    ],
    warnings: [{ code: "phases-not-reached", text: "1 of 2 phases did not begin: cool-down" }],
  }),
};
