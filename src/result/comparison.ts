import { Type, type Static } from "@sinclair/typebox";
import type { DeepReadonly } from "./deep-readonly.ts";
import { timesSchema } from "./result-blocks.ts";
import { count, oneOf, orNull, text } from "./schema-shorthands.ts";

/** The value of `schema` in every comparison of this version. */
export const comparisonSchemaName = "floodgate.comparison/1";

const judgementSchema = oneOf(
  ["better", "same", "worse", "inconclusive"],
  "inconclusive: the runs do not tell; the reason says why",
);

const sideSchema = Type.Object({
  label: text("What to call it: common tag or title of its runs, else their files"),
  runs: Type.Array(
    Type.Object({
      id: Type.String(),
      name: text("File the result was read from, or what else it is known by"),
      title: Type.String(),
      startedAt: text("UTC, ISO 8601"),
      generatorHealth: text("ok or degraded; a limited run is no side"),
    }),
    { description: "In the order given; `values` of metrics and counts follow it" },
  ),
  tags: Type.Record(Type.String(), Type.String(), { description: "Those that all its runs have alike" }),
});

const valuesSchema = Type.Object({
  median: orNull(Type.Number(), "Of the values there are; null without any"),
  values: Type.Array(orNull(Type.Number()), { description: "One a run; null where the run has none" }),
});

/** How a metric moved, estimated over the runs. */
const changeSchema = Type.Object({
  kind: oneOf(
    ["ratio", "difference"],
    "ratio: new / base. difference: new - base in the metric's unit, where values may be zero or negative",
  ),
  estimate: Type.Number({ description: "With too few runs for an interval the ratio or difference of the medians" }),
  low: orNull(Type.Number(), "Of the interval; null when there are too few runs for one"),
  high: orNull(Type.Number(), "Of the interval; null when there are too few runs for one"),
  confidence: orNull(Type.Number(), "0.9: two one-sided tests at 5 %"),
  method: oneOf(
    ["hodges-lehmann", "welch", "medians", "totals"],
    "The first two of ratios on their logarithms. medians and totals of all runs: no interval",
  ),
});

const testSchema = Type.Object({
  name: Type.Literal("mann-whitney"),
  p: Type.Number({ minimum: 0, maximum: 1, description: "Exact, two-sided, equal values by their middle ranks" }),
  pAdjusted: Type.Number({ minimum: 0, maximum: 1, description: "For the number of metrics looked at" }),
  adjustment: oneOf(["holm", "benjamini-hochberg"], "holm: primary metrics. benjamini-hochberg: all others"),
  cliffsDelta: Type.Number({ minimum: -1, maximum: 1, description: "P(new > base) - P(new < base)" }),
});

const metricSchema = Type.Object({
  name: text("As in a threshold: latency.p99, rate.delivered, memory.target.growth ..."),
  unit: text("Canonical: s, bytes, /s, ratio, count, bytes/s"),
  sense: oneOf(["lower", "higher"], "Which of two values is the better one"),
  isPrimary: Type.Boolean({ description: "Whether a change for the worse is a regression" }),
  base: valuesSchema,
  new: valuesSchema,
  change: orNull(changeSchema, "Null when a side has no value"),
  limit: orNull(
    Type.Number({ minimum: 0 }),
    "How far the change may go and still count as the same: of a ratio 0.05 for 1/1.05 .. 1.05; of a difference in the metric's unit. Null when nothing was judged",
  ),
  noiseFloor: orNull(Type.Number({ minimum: 0 }), "What it was lifted to by the stored noise floor, in the same form"),
  test: orNull(testSchema, "Null below two runs a side"),
  verdict: judgementSchema,
  reason: text("One sentence; empty when the numbers say it all"),
});

const countSideSchema = Type.Object({
  total: count("Events of all runs together"),
  of: count("Out of so many"),
  values: Type.Array(count("Of each run")),
});

const countSchema = Type.Object({
  name: oneOf(["lost", "refused", "duplicated", "reordered", "corrupted", "connections.failed", "connections.closed"]),
  of: oneOf(["expected messages", "attempted connections", "opened connections"]),
  base: countSideSchema,
  new: countSideSchema,
  verdict: judgementSchema,
  reason: text("One sentence; empty when the numbers say it all"),
});

const differenceSchema = Type.Object({
  what: text("connections, load of main, CPU model ..."),
  of: oneOf(["load", "host", "surroundings"], "surroundings: target, workers, versions, what the mock was told to do"),
  base: Type.String(),
  new: Type.String(),
  severity: oneOf(["refuse", "warn"], "refuse: not comparable because of it"),
});

const distributionSchema = Type.Object(
  {
    metric: oneOf(["latency", "service"], "service where a closed loop has no latency, or part of the run had none"),
    base: timesSchema,
    new: timesSchema,
    ksDistance: Type.Number({
      minimum: 0,
      maximum: 1,
      description: "Largest distance of the cumulative shares (Kolmogorov-Smirnov); a size, no test",
    }),
    ksAtUs: Type.Number({ minimum: 0, description: "Where that is" }),
  },
  { description: "Times of all runs of a side together; `hdr` holds the whole distribution" },
);

/** Saved results of one build against those of another. Printed by `compare --json`, kept in a result that had a baseline. */
export const comparisonSchema = Type.Object({
  schema: Type.Literal(comparisonSchemaName),
  load: text("What both sides were put to, in words"),
  base: sideSchema,
  new: sideSchema,
  noiseThreshold: Type.Number({ minimum: 0, description: "Change that does not matter: 0.05 for 5 %" }),
  differences: Type.Array(differenceSchema, { description: "In configuration and host, those that matter first" }),
  isForced: Type.Boolean({ description: "Compared in spite of different hosts, as asked" }),
  metrics: Type.Array(metricSchema, { description: "Primary ones first; empty when not comparable" }),
  counts: Type.Array(countSchema, { description: "Exact; empty when not comparable" }),
  geomean: orNull(
    Type.Object({
      ratio: Type.Number({ description: "Geometric mean of new / base" }),
      metrics: Type.Array(Type.String(), { minItems: 2 }),
    }),
    "Of the times; null when there are fewer than two, or one is zero",
  ),
  distribution: orNull(distributionSchema, "Null when a side has no times"),
  noiseFloor: orNull(
    Type.Object({
      file: Type.String(),
      createdAt: text("UTC, ISO 8601"),
      runs: count("A/A runs it was taken from"),
    }),
    "Which stored noise floor was used",
  ),
  warnings: Type.Array(Type.String(), { description: "What weakens the comparison, one sentence each" }),
  verdict: Type.Object({
    outcome: oneOf(
      ["pass", "regression", "inconclusive", "not-comparable"],
      "pass: no primary metric or count is worse. inconclusive: none is known to be, but not all could be decided",
    ),
    exitCode: count("What compare ends with"),
    reasons: Type.Array(Type.String(), { minItems: 1 }),
  }),
});

export type Comparison = DeepReadonly<Static<typeof comparisonSchema>>;
export type ComparisonSide = Comparison["base"];
export type ComparedMetric = Comparison["metrics"][number];
export type MetricChange = NonNullable<ComparedMetric["change"]>;
export type ComparedCount = Comparison["counts"][number];
export type ComparedDistribution = NonNullable<Comparison["distribution"]>;
export type Difference = Comparison["differences"][number];
export type Judgement = ComparedMetric["verdict"];
