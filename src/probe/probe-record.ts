import { Type, type Static } from "@sinclair/typebox";
import type { DeepReadonly } from "../result/deep-readonly.ts";
import { count, oneOf, orNull, text } from "../result/schema-shorthands.ts";
import { probeGroups } from "./probe.ts";

/** The value of `schema` in every record of probes of this version. */
export const probeSchemaName = "floodgate.probe/1";

/** What came back; `kind` says which of these it is. */
const answerSchema = Type.Union([
  Type.Object({ kind: Type.Literal("close"), code: Type.Integer(), reason: Type.String() }),
  Type.Object(
    { kind: Type.Literal("end"), how: oneOf(["closed", "reset"]) },
    { description: "The connection ended without a close frame" },
  ),
  Type.Object(
    { kind: Type.Literal("status"), status: Type.Integer(), reason: Type.String() },
    { description: "An HTTP answer in place of an upgrade" },
  ),
  Type.Object(
    { kind: Type.Literal("upgraded") },
    { description: "The upgrade was granted, and the connection stays open" },
  ),
  Type.Object({ kind: Type.Literal("pong"), payload: Type.String() }),
  Type.Object(
    { kind: Type.Literal("messages"), count: Type.Integer({ minimum: 1 }), first: text("How the first one begins") },
    { description: "Messages, and the connection stays open" },
  ),
  Type.Object({ kind: Type.Literal("silence") }, { description: "Nothing, and the connection stays open" }),
  Type.Object(
    {
      kind: Type.Literal("flood"),
      sent: count("Messages"),
      answered: count("Of them"),
      others: count("Messages that came beside the answers"),
      firstOther: text("How the first of those begins; empty without"),
      durationMs: Type.Number({ minimum: 0 }),
    },
    { description: "Of a flood of messages: the connection stays open" },
  ),
  Type.Object(
    {
      kind: Type.Literal("connections"),
      upgraded: count("Connections that were let in"),
      refused: Type.Record(Type.String(), Type.Integer({ minimum: 1 }), { description: "How many, by HTTP status" }),
      failed: count("Connections that came to nothing"),
    },
    { description: "Of a flood of connections" },
  ),
  Type.Object(
    { kind: Type.Literal("breach"), what: Type.String() },
    { description: "The target itself sent what breaks the protocol" },
  ),
  Type.Object(
    { kind: Type.Literal("unreachable"), why: Type.String() },
    { description: "No connection could be made" },
  ),
]);

/** What became of all neighbours together in a stretch of time. */
const stretch = {
  sent: count("Messages"),
  answered: count("Of them"),
  lost: count("Messages that were never answered"),
  closed: count("Sessions that the target ended"),
  ends: Type.Array(Type.String(), { description: "How each of them ended" }),
  medianLatencyUs: orNull(Type.Number({ minimum: 0 }), "Null without answers"),
  worstLatencyUs: orNull(Type.Number({ minimum: 0 }), "Null without answers"),
  ownLatenessUs: Type.Number({ minimum: 0, description: "How late floodgate itself was at worst" }),
};

const findingSchema = Type.Object({
  name: text("Stable: probes are asked for by it"),
  group: oneOf(probeGroups),
  sent: text("For people: what was sent"),
  wanted: text("For people: what should come"),
  outcome: oneOf(
    ["right", "tolerated", "wrong", "not-tested"],
    "tolerated: not what was wanted, but nobody is harmed by it",
  ),
  note: text("Why, where that is not plain; else empty"),
  answer: orNull(answerSchema, "Null when it was not tested"),
  neighbours: orNull(
    Type.Object({ outcome: oneOf(["unharmed", "slowed", "harmed"]), note: text("Why; else empty"), ...stretch }),
    "Null when it was not tested",
  ),
});

/** What `floodgate probe` has found out, as it is saved and printed with --json. */
export const probeRecordSchema = Type.Object({
  schema: Type.Literal(probeSchemaName),
  toolVersion: Type.String(),
  startedAt: Type.String({ pattern: "^\\d{4}-\\d\\d-\\d\\dT", description: "UTC, ISO 8601" }),
  durationMs: Type.Number({ minimum: 0 }),
  target: text("Its URL, without secrets"),
  strict: Type.Boolean({ description: "What is tolerated, and a slow answer to another session, counted as well" }),
  neighbours: Type.Object(
    {
      count: count("Ordinary sessions beside the probes"),
      watchedBy: oneOf(
        ["messages", "connections"],
        "messages: they ask and are answered. connections: the target answers none, so only their ends are seen",
      ),
      before: Type.Object(stretch, { description: "Before the first probe" }),
    },
    { description: "Ordinary sessions that ran all the while" },
  ),
  probes: Type.Array(findingSchema, { description: "In the order they were made" }),
  verdict: Type.Object({
    outcome: oneOf(["pass", "fail", "inconclusive", "interrupted"], "inconclusive: nothing was tested"),
    exitCode: Type.Integer(),
    reasons: Type.Array(Type.String()),
  }),
});

export type ProbeRecord = DeepReadonly<Static<typeof probeRecordSchema>>;
export type ProbeFinding = ProbeRecord["probes"][number];
export type ProbeAnswer = NonNullable<ProbeFinding["answer"]>;
export type NeighbourFinding = NonNullable<ProbeFinding["neighbours"]>;
export type NeighbourStretch = ProbeRecord["neighbours"]["before"];
export type ProbeVerdict = ProbeRecord["verdict"];

/** The text of results/probe.schema.json: the JSON Schema (draft-07) of a record. A test keeps the file equal to it. */
export function probeSchemaText(): string {
  return `${JSON.stringify({ $schema: "http://json-schema.org/draft-07/schema#", ...probeRecordSchema }, null, 1)}\n`;
}
