import { Type, type Static } from "@sinclair/typebox";
import type { DeepReadonly } from "./deep-readonly.ts";
import { orNull } from "./schema-shorthands.ts";

// What a saved result says of its steadiness; result-blocks.ts and run-result.ts put it in its place.

const seconds = (description: string) => Type.Integer({ minimum: 0, description });
const perSecond = (description: string) =>
  Type.Number({ minimum: 0, description: `${description}, messages a second` });
const perSecondOrNull = (description: string, unless: string) =>
  orNull(Type.Number({ minimum: 0 }), `${description}, messages a second; null ${unless}`);

const stabilityClassSchema = Type.Union(
  (["flat", "warm-up", "slowdown", "no steady state"] as const).map((word) => Type.Literal(word)),
  {
    description:
      "flat: one level throughout. warm-up: worse at first, then one level. slowdown: better at first. no steady state: it left its level and came back, or found none",
  },
);

const stabilitySchema = Type.Object({
  class: stabilityClassSchema,
  changePointsMs: Type.Array(Type.Number(), {
    description: "Where a stretch of another mean or spread begins, since startedAt",
  }),
});

/** Of one measured phase of an even load: a constant rate, or as fast as answers come. */
export const steadySchema = Type.Object({
  outcome: Type.Union([Type.Literal("steady"), Type.Literal("not-steady"), Type.Literal("unresolved")], {
    description: "unresolved: too few seconds, or none that can be read, to tell",
  }),
  reason: Type.String({ description: "One sentence" }),
  fromMs: Type.Number({ description: "Start of the steady part, since startedAt: a whole second of the phase" }),
  toMs: Type.Number({ description: "End of the steady part, since startedAt" }),
  warmup: Type.Object({
    mserCutMs: orNull(
      Type.Number({ minimum: 0 }),
      "What MSER-5 would cut off the front, counted from the start of an explicit warm-up where there is one, as far as that lies beside the rest by more than 5 %; null when it cannot tell (fewer than 50 seconds)",
    ),
    mserIsValid: orNull(Type.Boolean(), "False when it would cut more than half: the load never settled"),
    explicitMs: Type.Number({
      minimum: 0,
      description: "Warm-up that the plan asked for before the phase; 0 for none",
    }),
    cutMs: Type.Number({
      minimum: 0,
      description: "Left out of the steady part from the start of the phase; totals and phases hold it all the same",
    }),
  }),
  stability: orNull(
    Type.Object({
      delivered: stabilitySchema,
      latencyP50: stabilitySchema,
    }),
    "Of the messages delivered and the median latency of each second; null when there are too few seconds",
  ),
  delivered: orNull(
    Type.Object({
      meanPerSecond: perSecond("Mean of the seconds of the steady part"),
      lowPerSecond: perSecondOrNull(
        "Lower end of the 95 % interval of the mean, by batch means",
        "for too few seconds",
      ),
      highPerSecond: perSecondOrNull("Upper end", "for too few seconds"),
      minPerSecond: perSecond("The worst second"),
      maxPerSecond: perSecond("The best second"),
      variationRatio: orNull(
        Type.Number({ minimum: 0 }),
        "Standard deviation of the seconds (in a long run of what they were put together to) over their mean; null when the mean is 0",
      ),
      tauSeconds: Type.Number({
        minimum: 0,
        description: "So many seconds in a row tell as much as one that stands alone",
      }),
      effectiveSeconds: Type.Number({ minimum: 0, description: "Seconds of the steady part / tau" }),
    }),
    "Null when there is no whole second, or when no arrival is seen",
  ),
  sustained: Type.Object({
    windowSeconds: seconds(
      "Length of the windows that are compared: 10, or more in merged results of long runs, whose seconds were put together",
    ),
    peakPerSecond: perSecondOrNull("Delivered in the best window of the steady part", "when it is shorter than one"),
    sustainedPerSecond: perSecondOrNull("Delivered in the worst window", "when the steady part is shorter than one"),
    ratio: orNull(Type.Number({ minimum: 0, maximum: 1 }), "sustained / peak"),
    longestRunSeconds: seconds(
      "Most seconds in a row with at least 90 % of the peak; where seconds were put together, of those that had no second below",
    ),
    outcome: Type.Union([Type.Literal("pass"), Type.Literal("fail"), Type.Literal("unresolved")], {
      description: "pass: ratio >= 0.9. unresolved: it held so far, over less than six windows",
    }),
    reason: Type.String({ description: "One sentence" }),
  }),
  backlog: orNull(
    Type.Object({
      growthMessages: Type.Number({
        description: "Messages on their way at the end of the phase less those at its start",
      }),
      pValue: Type.Number({
        minimum: 0,
        maximum: 1,
        description: "Chance of such a rise without a trend (Mann-Kendall)",
      }),
    }),
    "Null in a closed loop, which bounds it, and for too few seconds",
  ),
});

/** A stretch of seconds in a row in which messages fell due that were lost. */
export const lossPeriodsSchema = Type.Object(
  {
    periods: Type.Integer({ minimum: 1, description: "Stretches of seconds in a row, each with a loss" }),
    longestSeconds: Type.Integer({
      minimum: 1,
      description: "Of the longest stretch; at most so many where seconds were put together",
    }),
    longestMessages: Type.Integer({ minimum: 1, description: "Most messages lost in one stretch" }),
    firstMs: Type.Number({ description: "Start of the first second with a loss, since startedAt" }),
  },
  { description: "By intended time, warm-up included: one outage and thin random loss have equal ratios" },
);

/** How sure a percentile of a block is. */
export const percentileIntervalSchema = Type.Object({
  metric: Type.Union([Type.Literal("latency"), Type.Literal("service")]),
  percentile: Type.Number({ minimum: 0, maximum: 100, description: "99.9 for p999" }),
  lowUs: orNull(Type.Number({ minimum: 0 }), "Lower end, microseconds; null when the samples give none"),
  highUs: orNull(Type.Number({ minimum: 0 }), "Upper end, microseconds; null when it lies beyond the largest sample"),
  confidence: Type.Number({ minimum: 0, maximum: 1 }),
  effectiveSamples: Type.Number({
    minimum: 0,
    description: "Independent samples that would tell as much as these, which come in clusters",
  }),
});

const offeredPercentile = (description: string) =>
  Type.Union([Type.Number({ minimum: 0 }), Type.Literal("lost"), Type.Null()], {
    description: `${description}, microseconds; "lost" when it falls on a message that was never delivered, null when there is no message`,
  });

/** Latency with every message that was not delivered as infinitely late (RFC 2681). */
export const latencyOfferedSchema = Type.Object({
  count: Type.Integer({ minimum: 0, description: "latencyUs.count + undelivered" }),
  undelivered: Type.Integer({ minimum: 0, description: "Lost or refused" }),
  p50: offeredPercentile("Median"),
  p90: offeredPercentile("90th percentile"),
  p95: offeredPercentile("95th percentile"),
  p99: offeredPercentile("99th percentile"),
  p999: offeredPercentile("99.9th percentile"),
  unresolved: Type.Array(Type.String(), {
    description: "Percentiles above that rest on too few messages: n(1-q) < 10. Their value is given all the same",
  }),
});

export type SteadyState = DeepReadonly<Static<typeof steadySchema>>;
export type StabilityClass = Static<typeof stabilityClassSchema>;
export type LossPeriods = DeepReadonly<Static<typeof lossPeriodsSchema>>;
export type PercentileInterval = DeepReadonly<Static<typeof percentileIntervalSchema>>;
export type LatencyOffered = DeepReadonly<Static<typeof latencyOfferedSchema>>;
