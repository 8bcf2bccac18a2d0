import { Type, type Static } from "@sinclair/typebox";
import type { DeepReadonly } from "../result/deep-readonly.ts";

/** The value of `schema` in every noise floor of this version. */
export const noiseFloorSchemaName = "floodgate.noise-floor/1";

/** How much this machine differs from itself under one load: runs of the same build, compared with each other. */
export const noiseFloorSchema = Type.Object({
  schema: Type.Literal(noiseFloorSchemaName),
  createdAt: Type.String({ pattern: "^\\d{4}-\\d\\d-\\d\\dT", description: "UTC, ISO 8601" }),
  toolVersion: Type.String(),
  hostFingerprint: Type.String({ description: "Of the environment of its runs; holds for no other host" }),
  load: Type.String({ description: "What the runs did, in words" }),
  settings: Type.Record(Type.String(), Type.String(), {
    description: "All that results must have alike to be compared, as comparableSettings gives it",
  }),
  runs: Type.Array(Type.Object({ id: Type.String(), startedAt: Type.String() }), { minItems: 2 }),
  metrics: Type.Array(
    Type.Object({
      name: Type.String({ description: "As in a threshold" }),
      unit: Type.String({ description: "Canonical: s, bytes, /s, ratio, count, bytes/s" }),
      kind: Type.Union([Type.Literal("ratio"), Type.Literal("difference")]),
      floor: Type.Number({
        minimum: 0,
        description:
          "95th percentile over all pairs of runs: of the larger value over the smaller, less 1 (ratio), or of the distance in the unit (difference)",
      }),
      coefficientOfVariation: Type.Union([Type.Number({ minimum: 0 }), Type.Null()], {
        description: "Standard deviation over mean; null where the mean is not above 0",
      }),
      values: Type.Array(Type.Number(), { description: "One a run" }),
    }),
  ),
  unresolved: Type.Optional(
    Type.Array(Type.Object({ name: Type.String(), samplesNeeded: Type.Integer({ minimum: 1 }) }), {
      description: "Metrics that have no floor, as a run had too few samples of them",
    }),
  ),
});

export type NoiseFloor = DeepReadonly<Static<typeof noiseFloorSchema>>;
export type MetricFloor = NoiseFloor["metrics"][number];
