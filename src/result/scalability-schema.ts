import { Type, type Static } from "@sinclair/typebox";
import type { DeepReadonly } from "./deep-readonly.ts";
import { orNull } from "./schema-shorthands.ts";

const endless = "null where throughput grows without end";
const interval = (description: string) =>
  Type.Object({ low: Type.Number(), high: orNull(Type.Number(), endless) }, { description });

const levelSchema = Type.Object({
  phase: Type.String({ description: "Name of the phase" }),
  n: Type.Number({ description: "Connections, or offered messages per second" }),
  deliveredPerSecond: Type.Number({ minimum: 0 }),
  meanLatencyUs: orNull(Type.Number({ minimum: 0 }), "Null when nothing came back"),
});

const fitSchema = Type.Object(
  {
    lambda: Type.Number({ description: "Delivered messages per second at n = 1, without any contention" }),
    sigma: Type.Number({ minimum: 0, maximum: 1, description: "Contention" }),
    kappa: Type.Number({ minimum: 0, description: "Coherency cost" }),
    limitPerSecond: orNull(Type.Number(), "What contention alone would allow, lambda / sigma; null without contention"),
    r2: orNull(Type.Number(), "Share of the variance explained; null when all levels are equal"),
    residualPerSecond: orNull(Type.Number({ minimum: 0 }), "Residual standard error; null for three levels"),
    intervals: orNull(
      Type.Object({
        confidence: Type.Number(),
        lambda: interval("Of lambda"),
        sigma: interval("Of sigma"),
        kappa: interval("Of kappa"),
      }),
      "Residual bootstrap, seeded by the run's seed; null for three levels",
    ),
  },
  { description: "Universal Scalability Law: X(n) = lambda n / (1 + sigma (n - 1) + kappa n (n - 1))" },
);

/** How throughput followed what grew, phase by phase; in scaling profiles. */
export const scalabilitySchema = Type.Object({
  over: Type.Union([Type.Literal("rate"), Type.Literal("connections")], { description: "What n is" }),
  isRough: Type.Boolean({
    description: "By schedule no more is delivered than is offered, which the law does not know: a rough curve only",
  }),
  levels: Type.Array(levelSchema, { description: "Phases that count, in time order" }),
  leftOut: Type.Array(Type.Object({ phase: Type.String(), reason: Type.String() })),
  fit: orNull(fitSchema, "Null for fewer than three different levels"),
  peak: orNull(
    Type.Object({
      n: Type.Number(),
      deliveredPerSecond: Type.Number(),
      nInterval: orNull(interval("95 % interval of n")),
    }),
    "Greatest throughput of the curve; null unless it may be told",
  ),
  peakReason: orNull(Type.String(), "Why no peak is told; null when one is"),
  knee: orNull(
    Type.Object({
      phase: Type.String(),
      n: Type.Number(),
      deliveredPerSecond: Type.Number(),
      meanLatencyUs: Type.Number(),
      isInside: Type.Boolean({ description: "False at the last level: power still rises there" }),
    }),
    "The level with the greatest power, delivered / mean latency; null for fewer than three levels with latency",
  ),
});

export type ResultScalability = DeepReadonly<Static<typeof scalabilitySchema>>;
