import { Type, type Static } from "@sinclair/typebox";
import { backpressureSchema } from "./backpressure-schema.ts";
import { capacitySchema } from "./capacity-schema.ts";
import { comparisonSchema } from "./comparison.ts";
import { connectionFiguresSchema } from "./connection-figures-schema.ts";
import type { DeepReadonly } from "./deep-readonly.ts";
import { blockSchema, timesSchema } from "./result-blocks.ts";
import { resultSchemaName } from "./result-schema-name.ts";
import { lossPeriodsSchema, steadySchema } from "./steady-schema.ts";
import { scalabilitySchema } from "./scalability-schema.ts";
import { queueSchema } from "./queue-schema.ts";
import { resilienceSchema } from "./resilience-schema.ts";
import { shutdownSchema } from "./shutdown-schema.ts";
import { streamsSchema } from "./streams-schema.ts";
import { count, oneOf, orNull, text } from "./schema-shorthands.ts";

const bytes = (description: string) => Type.Number({ description: `${description}, bytes` });

const healthSchema = oneOf(["ok", "degraded", "limited"], "limited: the generator itself spoiled these numbers");

const phaseSchema = Type.Intersect([
  Type.Object({
    name: Type.String(),
    measured: Type.Boolean({ description: "false for a warm-up: left out of the totals" }),
    segment: count("Which segment of the plan; all phases of one share their connections"),
    startMs: Type.Number({ description: "Start of the load, since startedAt" }),
    endMs: Type.Number({ description: "End of the load, since startedAt; the drain is not included" }),
    generatorHealth: healthSchema,
    generatorReasons: Type.Array(Type.String()),
    scalingEfficiency: Type.Optional(
      orNull(Type.Number(), "Only in scaling profiles; null when it cannot be computed"),
    ),
    steady: Type.Optional(steadySchema),
  }),
  blockSchema,
]);

const classSchema = Type.Intersect([
  Type.Object({ class: Type.Object({ kind: Type.String(), name: Type.String() }) }),
  blockSchema,
]);

const intervalSchema = Type.Object({
  tMs: Type.Number({ description: "Start of the second, since startedAt" }),
  lengthMs: Type.Number({
    description:
      "1000; less in the last one of a segment; in runs of more than an hour 2000, 4000, 8000 ... where neighbouring seconds of a phase were put together, counts and histograms added",
  }),
  segment: count("Which segment of the plan"),
  sent: count("By send time"),
  delivered: count("By arrival"),
  lost: count("By intended time"),
  latencyUs: Type.Object(
    {
      count: timesSchema.properties.count,
      p50: timesSchema.properties.p50,
      p95: timesSchema.properties.p95,
      p99: timesSchema.properties.p99,
      max: timesSchema.properties.max,
      hdr: timesSchema.properties.hdr,
    },
    { description: "By intended time: a stall shows where it was caused" },
  ),
  slipUs: Type.Object({
    count: timesSchema.properties.count,
    p99: timesSchema.properties.p99,
    hdr: timesSchema.properties.hdr,
  }),
  generatorRssBytes: orNull(Type.Number(), "Of several seconds the largest"),
  targetRssBytes: orNull(Type.Number(), "Of several seconds the largest"),
  lagUs: Type.Number({ description: "Largest event-loop lag of any worker in this time" }),
  deliveredExtremes: Type.Optional(
    Type.Object(
      {
        leastInSecond: count("In the worst of the seconds"),
        mostInSecond: count("In the best of them"),
        leastInTenSeconds: orNull(
          count("In the worst ten seconds in a row of the phase that end among them"),
          "Null where none do",
        ),
        mostInTenSeconds: orNull(count("In the best such ten seconds"), "Null where none do"),
      },
      { description: "Messages delivered; only where several seconds were put together by one generator" },
    ),
  ),
});

/** A process's memory over the load. */
export const memorySchema = Type.Object({
  source: text("What was read: a file, a function, a URL"),
  sampleCount: count("Readings"),
  startBytes: bytes("Level at the start of the steady part"),
  peakBytes: bytes("Highest level known"),
  endBytes: bytes("Level at the end of the steady part"),
  growthBytes: orNull(Type.Number(), "endBytes - startBytes; null when there was a single reading"),
  slopeBytesPerSecond: orNull(Type.Number(), "Theil-Sen slope; null when there are too few readings"),
  slopeLowBytesPerSecond: orNull(Type.Number(), "Lower end of its interval"),
  slopeHighBytesPerSecond: orNull(Type.Number(), "Upper end of its interval"),
  pValue: orNull(Type.Number({ minimum: 0, maximum: 1 }), "Mann-Kendall, one-sided, against no rise"),
  perMessageBytes: orNull(Type.Number(), "slope / delivered rate"),
  perConnectionBytes: orNull(Type.Number(), "From levels of connections; null when they do not tell"),
  verdict: oneOf(["leak", "no leak", "inconclusive"]),
  verdictReason: text("One sentence"),
});

const workerSchema = Type.Object({
  index: count("0, 1 ... within its generator"),
  runId: text("Run id of the generator the worker belongs to; tells workers of merged results apart"),
  connections: count("Connections it held at most"),
  lagUs: orNull(
    Type.Object({ p50: Type.Number(), p99: Type.Number(), max: Type.Number() }),
    "Event-loop lag under load; null when there was none",
  ),
  utilization: orNull(Type.Number({ minimum: 0 }), "Share of the time its loop was busy, its own waiting left out"),
  cpuSeconds: orNull(Type.Number({ minimum: 0 })),
  gcPauseTotalMs: Type.Number({ minimum: 0 }),
  gcPauseMaxMs: Type.Number({ minimum: 0 }),
});

const generatorSchema = Type.Object({
  health: healthSchema,
  reasons: Type.Array(Type.String()),
  lagUs: orNull(
    Type.Object({ p50: Type.Number(), p99: Type.Number(), max: Type.Number() }),
    "Event-loop lag of the worst worker; null when no worker told",
  ),
  utilization: orNull(Type.Number({ minimum: 0 }), "Of the busiest worker"),
  cpuSeconds: Type.Number({ minimum: 0 }),
  cpuSecondsPerMillionMessages: orNull(
    Type.Number({ minimum: 0 }),
    "Over the measured load: CPU from the end of the warm-up on, by the messages sent in the measured phases (in mode push delivered); null when there was none",
  ),
  writes: Type.Optional(
    orNull(count("Writes to sockets over the measured load"), "Null when the transport does not tell (compression)"),
  ),
  framesPerWrite: Type.Optional(
    orNull(
      Type.Number({ minimum: 0 }),
      "Messages that shared a write, on average: what decides the cost of a message more than anything else",
    ),
  ),
  stalls: Type.Optional(
    Type.Object(
      {
        loadMs: Type.Number({ minimum: 0, description: "In all, of measured load and drain" }),
        longestLoadMs: Type.Number({ minimum: 0 }),
        connectingMs: Type.Number({ minimum: 0, description: "In all, while connecting" }),
        longestConnectingMs: Type.Number({ minimum: 0 }),
      },
      { description: "Times in which the worst worker stood still for more than 20 ms; absent where nobody looked" },
    ),
  ),
  starvedRatio: Type.Optional(
    orNull(
      Type.Number({ minimum: 0 }),
      "Share of the load in which the worst worker waited for a core that others used; null where the system does not tell",
    ),
  ),
  throttledRatio: orNull(Type.Number(), "Share of the run in which the container was throttled"),
  stealRatio: orNull(Type.Number(), "Share of the host's CPU time taken by other guests"),
  lostWorkers: Type.Array(Type.Object({ index: Type.Integer(), reason: Type.String() })),
  ledgerGivenUp: count("Messages settled as lost early, as too many were outstanding"),
  missedIntervalSamples: count("Latencies that are in the phases but in no interval"),
  missedIntervalCounts: Type.Optional(
    Type.Object(
      { sent: count("By send time"), delivered: count("In the window"), lost: count("By intended time") },
      { description: "Messages that are in the phases but in no interval" },
    ),
  ),
  workers: Type.Array(workerSchema),
});

/** The machine and how it was judged. */
export const environmentSchema = Type.Object({
  name: text("full, dev, ci or quick"),
  reason: text("Why this one"),
  node: text("Version of Node"),
  platform: text("linux/x64"),
  kernel: Type.String(),
  cpuModel: Type.String(),
  cores: count("Cores this process may use"),
  totalMemoryBytes: bytes("Of the machine"),
  hostFingerprint: text(
    "Hash of platform, kernel, CPU model, cores, memory and Node version: equal on hosts that may be compared",
  ),
  ci: Type.Boolean({ description: "CI was set" }),
});

const targetSchema = Type.Object({
  kind: oneOf(["mock", "url", "spawn"]),
  url: text("Without user name, password and secret parameters"),
  description: text("For people"),
  books: orNull(Type.Record(Type.String(), Type.Number()), "What the mock counted itself; null for any other target"),
  booksByPhase: Type.Optional(
    Type.Array(
      Type.Object({
        phase: text("Its name"),
        changes: Type.Record(Type.String(), Type.Number(), { description: "Counters that changed, by how much" }),
      }),
      {
        description:
          "What changed in the books from the begin of each phase's load to that of the next, or to the end of the drain; a message that arrived just beyond an edge counts there",
      },
    ),
  ),
  deliveredFromBooks: Type.Boolean({
    description: "Mode oneway: delivery was read from the mock's books, not measured",
  }),
  compressionAgreed: orNull(Type.Boolean(), "Whether every connection was compressed; null when it was not asked for"),
  firstForeignFrame: orNull(Type.String(), "First frame that held no message of this run, cut to 200 characters"),
});

const thresholdSchema = Type.Object({
  expression: text("As the user wrote it"),
  source: text("Where it was written: --threshold, a profile's file and line, default"),
  metric: text("latency.p99, delivery.ratio ..."),
  value: orNull(Type.Number(), "In the canonical unit; null when there is none"),
  bound: orNull(Type.Number(), "In the canonical unit; null when it depends on a baseline that is not there"),
  unit: text("Canonical: us, bytes, /s, ratio, count, s, bytes/s"),
  outcome: oneOf(
    ["pass", "fail", "no-data", "unresolved", "uncertain", "not-evaluated"],
    "uncertain: only where gates must be confident; the bound lies within the interval of the value",
  ),
  low: Type.Optional(
    orNull(
      Type.Number(),
      "Lower end of the value's 95 % interval, in the canonical unit; null for none. Absent where no interval is known",
    ),
  ),
  high: Type.Optional(orNull(Type.Number(), "Upper end; null where it cannot be bounded")),
  warnOnly: Type.Boolean(),
  samples: orNull(
    Type.Integer({ minimum: 0 }),
    "Samples behind the value; null when the value is no statistic of samples",
  ),
  detail: Type.Optional(text("What to know about this outcome")),
});

const verdictSchema = Type.Object({
  outcome: oneOf(["pass", "fail", "failed", "inconclusive", "interrupted"], "fail: a gate. failed: the run itself"),
  exitCode: count("What the process ended with"),
  reasons: Type.Array(Type.String()),
});

const failureSchema = Type.Object({
  code: text("<phase>/<kind>"),
  phase: text("Of a connection's life: connect, handshake, open, protocol, message, close"),
  kind: Type.String(),
  blame: oneOf(["target", "network", "generator", "config"]),
  count: Type.Integer({ minimum: 1 }),
  firstMs: Type.Number({ description: "Since startedAt" }),
  lastMs: Type.Number({ description: "Since startedAt" }),
  example: text("The original text of one of them"),
});

const faultyReceiverSchema = Type.Object({
  connection: count("Number of the connection, from 0"),
  room: text("Name of its room"),
  lost: count("Messages it should have had and had not"),
  duplicated: count("Further copies that it had"),
  reordered: count("Messages that came after a later one of the same publisher"),
  misrouted: count("Copies that it should not have had at all"),
});

/** The saved record of a run. Written by result-file.ts, described for other programs by results/result.schema.json. */
export const runResultSchema = Type.Object(
  {
    schema: Type.Literal(resultSchemaName),
    id: text("Unique to this run"),
    title: Type.String(),
    tags: Type.Record(Type.String(), Type.String()),
    startedAt: Type.String({
      pattern: "^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d+)?Z$",
      description: "First connection attempt, UTC",
    }),
    durationMs: Type.Number({ minimum: 0, description: "From the first connection attempt to the end of teardown" }),
    end: Type.Object({
      kind: oneOf(["running", "completed", "interrupted", "aborted", "failed"]),
      reason: orNull(Type.String(), "Null when it completed"),
    }),
    tool: Type.Object({ name: Type.String(), version: Type.String(), wsVersion: Type.String() }),
    environment: environmentSchema,
    config: Type.Object({
      profile: Type.String(),
      mode: oneOf(["echo", "oneway", "connect", "push", "broadcast", "queue"]),
      model: oneOf(["open", "closed", "mixed", "none"], "How messages became due"),
      seed: count("Every random choice followed from it"),
      runId: Type.String(),
      scaling: orNull(oneOf(["rate", "connections"])),
      broadcast: Type.Optional(
        Type.Object(
          {
            rooms: count("Rooms that the connections were dealt out over"),
            publishersPerRoom: count("Connections of each room that published"),
            excludesPublisher: Type.Boolean({ description: "A message was not expected back where it came from" }),
            guardMs: Type.Number({ minimum: 0, description: "Sends so near to a join or leave counted neither way" }),
          },
          { description: "Only in mode broadcast" },
        ),
      ),
      gate: Type.Optional(
        oneOf(
          ["point", "confident"],
          "Whether thresholds were held against values or against their 95 % intervals; absent means point",
        ),
      ),
      strict: Type.Optional(Type.Boolean({ description: "Whether unresolved thresholds failed; absent means not" })),
      settings: Type.Unknown({ description: "All settings as resolved, secrets hidden" }),
      plan: Type.Unknown({ description: "The whole plan with its schedule, secrets hidden" }),
    }),
    target: targetSchema,
    phases: Type.Array(phaseSchema, { description: "In time order; phases not reached are absent" }),
    totals: Type.Intersect([blockSchema], {
      description: "Messages, times, bytes and rates of the measured phases; connections and errors of all phases",
    }),
    classes: Type.Optional(
      Type.Array(classSchema, { description: "Where messages have a class: priority, key, publisher ..." }),
    ),
    capacity: Type.Optional(
      Type.Intersect([capacitySchema], {
        description:
          "Only of a capacity search; the rest of the result is of one of its trials: the last final one that held, if any",
      }),
    ),
    scalability: Type.Optional(
      Type.Intersect([scalabilitySchema], {
        description: "Only in scaling profiles that send messages, once the run has ended",
      }),
    ),
    streams: Type.Optional(streamsSchema),
    backpressure: Type.Optional(backpressureSchema),
    resilience: Type.Optional(resilienceSchema),
    queue: Type.Optional(queueSchema),
    connectionFigures: Type.Optional(connectionFiguresSchema),
    shutdown: Type.Optional(shutdownSchema),
    intervals: Type.Array(intervalSchema, {
      description: "One per second of load, warm-up included; in long runs one for several (lengthMs)",
    }),
    lossPeriods: Type.Optional(orNull(lossPeriodsSchema, "Null when nothing was lost, and when no arrival is seen")),
    memory: Type.Object({
      generator: orNull(memorySchema),
      generatorReason: orNull(Type.String(), "Why there is none; null when there is"),
      target: orNull(memorySchema),
      targetReason: orNull(Type.String(), "Why there is none; null when there is"),
    }),
    generator: generatorSchema,
    faultyReceivers: Type.Optional(
      Type.Object(
        {
          count: count("Receivers at which something went wrong"),
          worst: Type.Array(faultyReceiverSchema, { description: "Ten at most, the worst first" }),
        },
        { description: "Only in mode broadcast" },
      ),
    ),
    failures: Type.Array(failureSchema),
    thresholds: Type.Array(thresholdSchema),
    warnings: Type.Array(Type.Object({ code: Type.String(), text: Type.String() })),
    verdict: verdictSchema,
    comparison: Type.Optional(comparisonSchema),
    mergedFrom: Type.Optional(
      Type.Array(
        Type.Object({
          id: Type.String(),
          title: Type.String(),
          startedAt: Type.String(),
          durationMs: Type.Number(),
          environment: environmentSchema,
          generatorMemory: orNull(memorySchema),
        }),
        { description: "Only in a merged result: the results it was made from, sorted by id" },
      ),
    ),
  },
  { $id: "https://floodgate.invalid/result/1", title: "A saved floodgate result" },
);

export type RunResult = DeepReadonly<Static<typeof runResultSchema>>;
export type ResultPhase = RunResult["phases"][number];
export type ResultBackpressure = NonNullable<RunResult["backpressure"]>;
export type ResultClass = NonNullable<RunResult["classes"]>[number];
export type ResultQueue = NonNullable<RunResult["queue"]>;
export type ResultStreams = NonNullable<RunResult["streams"]>;
export type ResultResilience = NonNullable<RunResult["resilience"]>;
export type ResultConnectionFigures = NonNullable<RunResult["connectionFigures"]>;
export type ResultConnectionRow = ResultConnectionFigures["rows"][number];
export type ResultShutdown = NonNullable<RunResult["shutdown"]>;
export type ResultInterval = RunResult["intervals"][number];
export type ResultMemory = NonNullable<RunResult["memory"]["generator"]>;
export type ResultGenerator = RunResult["generator"];
export type ResultTarget = RunResult["target"];
export type ResultEnvironment = RunResult["environment"];
export type ResultTool = RunResult["tool"];
export type ResultThreshold = RunResult["thresholds"][number];
export type ResultVerdict = RunResult["verdict"];
export type ResultWarning = RunResult["warnings"][number];
export type ResultFailure = RunResult["failures"][number];
