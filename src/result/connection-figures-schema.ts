import { Type } from "@sinclair/typebox";
import { count, oneOf, orNull } from "./schema-shorthands.ts";

const microseconds = (description: string) =>
  orNull(Type.Number({ minimum: 0, description: `${description}, microseconds` }));

const spreadSchema = (description: string) =>
  orNull(
    Type.Object({ min: Type.Number(), median: Type.Number(), max: Type.Number() }, { description }),
    "Null where no connection has such a value",
  );

const rowSchema = Type.Object({
  connection: count("Number of the connection, from 0"),
  worstBy: oneOf(
    ["lost", "delivered", "latency", "ended", "nothing"],
    "By what it lies furthest on the wrong side of the middle connection: share lost, fewer delivered, mean latency, ends",
  ),
  isStarved: Type.Boolean({ description: "See starved" }),
  sent: count("Messages"),
  delivered: count("First copies that came to it"),
  lost: count("Messages lost"),
  refused: count("Messages refused"),
  duplicated: count("Further copies"),
  reordered: count("Messages that came after a later one"),
  latencyUs: Type.Object({
    count: count("Messages timed"),
    mean: microseconds("Exact"),
    p50: microseconds("At most 1/16 off; null below 20 messages"),
    p99: microseconds("At most 1/16 off; null below 1,000 messages, and where there are more than 10,000 connections"),
    max: microseconds("Exact"),
  }),
  opened: count("Times that it became ready: the first, and all reconnects"),
  ended: count("Times that it ended although it was wanted, or because the run disturbed it"),
  readyMs: Type.Number({ minimum: 0, description: "Time in which it was ready, milliseconds" }),
  activeMs: orNull(
    Type.Number({
      description:
        "When anything was last sent or received on it, or it opened or ended, since startedAt, milliseconds",
    }),
    "Null for never",
  ),
});

/** Connections one by one: messages and times of the measured load, all else of the whole run. */
export const connectionFiguresSchema = Type.Object(
  {
    count: count("Connections"),
    spread: Type.Object(
      {
        sent: spreadSchema("Messages sent by a connection"),
        delivered: spreadSchema("Messages delivered to a connection"),
        lost: spreadSchema("Messages lost by a connection"),
        latencyMeanUs: spreadSchema("Mean latencies of the connections, microseconds"),
        latencyP99Us: spreadSchema("p99 of the connections that have one, microseconds"),
        readyMs: spreadSchema("Time in which a connection was ready, milliseconds"),
      },
      { description: "Of the values that connections have: how evenly they fared" },
    ),
    fairness: orNull(
      Type.Number({ minimum: 0, maximum: 1 }),
      "Jain's index of the messages delivered: 1 where all connections had the same, 1/count where one had everything; null where none was delivered",
    ),
    starved: orNull(
      count(
        "Connections that had less than half of what the middle one had, lost more than half, or waited four times as long and 10 ms longer on average",
      ),
      "Null where connections read slowly on purpose",
    ),
    rows: Type.Array(rowSchema, { description: "The worst first" }),
    leftOut: count("Connections that are not among the rows"),
  },
  { description: "Only where connections have figures of their own (connectionFigures)" },
);
