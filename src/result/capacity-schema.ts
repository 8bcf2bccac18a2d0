import { Type, type Static } from "@sinclair/typebox";
import type { DeepReadonly } from "./deep-readonly.ts";
import { oneOf, orNull } from "./schema-shorthands.ts";

const perSecond = orNull(Type.Number({ minimum: 0 }), "Null where nothing of the kind was measured");

const trialSchema = Type.Object({
  runId: orNull(Type.String(), "Of the run it was; null when it was not run"),
  load: Type.Number({ exclusiveMinimum: 0, description: "In `unit`" }),
  kind: oneOf(["search", "final"], "search: short, to find the place. final: of full length, to make sure of it"),
  durationMs: Type.Number({ minimum: 0, description: "Of the measured load as planned" }),
  outcome: oneOf(
    ["held", "failed", "generator-limited", "impossible", "interrupted"],
    "generator-limited: says nothing about the target. impossible: not run, more than this machine can make",
  ),
  reasons: Type.Array(Type.String(), { description: "Why it did not hold; empty when it did" }),
  offeredPerSecond: perSecond,
  sentPerSecond: perSecond,
  deliveredPerSecond: perSecond,
  deliveryRatio: orNull(Type.Number({ minimum: 0, maximum: 1 })),
  latencyP99Us: orNull(Type.Number({ minimum: 0 }), "Null for fewer than 1,000 samples"),
  connectionsOpened: orNull(Type.Integer({ minimum: 0 })),
});

/** What `floodgate capacity` found, with every trial it made. */
export const capacitySchema = Type.Object({
  condition: Type.String({ description: "What a load has to hold, as the user wrote it; several are joined by `and`" }),
  over: oneOf(["rate", "connections"], "What was raised"),
  unit: oneOf(["msg/s", "connections"], "Of every load"),
  perConnectionPerSecond: orNull(
    Type.Number({ exclusiveMinimum: 0 }),
    "Over connections: messages sent per second for each of them, whoever sent them; null over rates, and where none were sent",
  ),
  widthRatio: Type.Number({ description: "The bounds are close enough when (upper - lower) / upper is no larger" }),
  lossRatio: Type.Number({ description: "Share of the messages that may be lost" }),
  isComplete: Type.Boolean({ description: "False when the search was stopped before its end" }),
  lower: orNull(
    Type.Number(),
    "Highest load that final trials have shown to hold, below all that did not; null when there is none",
  ),
  upper: orNull(
    Type.Number(),
    "Lowest load that final trials have shown not to hold; null when there is none, or the generator or the ceiling came first",
  ),
  limitedBy: orNull(oneOf(["target", "generator", "ceiling"], "What kept the search from going higher")),
  statement: Type.String({ description: "The result in one sentence" }),
  trials: Type.Array(trialSchema, { description: "In the order they were made" }),
});

export type ResultCapacity = DeepReadonly<Static<typeof capacitySchema>>;
export type ResultTrial = ResultCapacity["trials"][number];
