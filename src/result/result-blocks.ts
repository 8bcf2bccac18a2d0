import { Type, type Static } from "@sinclair/typebox";
import type { DeepReadonly } from "./deep-readonly.ts";
import { latencyOfferedSchema, percentileIntervalSchema } from "./steady-schema.ts";
import { count, orNull } from "./schema-shorthands.ts";

// The parts that totals, phases and classes of a saved result have in common. run-result.ts puts them together.

const microseconds = (description: string) =>
  orNull(Type.Number({ minimum: 0 }), `${description}, microseconds; null when there is no sample`);
const perSecond = (description: string) =>
  orNull(Type.Number({ minimum: 0 }), `${description}; null when the measured window is empty`);

/** Times of many messages in microseconds. Every number but `count` is null when there is no sample, never 0. */
export const timesSchema = Type.Object({
  count: count("Samples"),
  min: microseconds("Smallest, exact"),
  mean: microseconds("Exact"),
  stdev: microseconds("Population standard deviation, exact"),
  p50: microseconds("Median"),
  p90: microseconds("90th percentile"),
  p95: microseconds("95th percentile"),
  p99: microseconds("99th percentile"),
  p999: microseconds("99.9th percentile"),
  max: microseconds("Largest, exact"),
  sum: Type.Number({ minimum: 0, description: "Of all samples, exact; with sumOfSquares what adding results needs" }),
  sumOfSquares: Type.Number({ minimum: 0, description: "Of all samples, exact" }),
  overflow: count("Samples above ten minutes; the histogram holds them as ten minutes"),
  unresolved: Type.Array(Type.String(), {
    description: "Percentiles above that rest on too few samples: n(1-q) < 10. Their value is given all the same",
  }),
  hdr: orNull(
    Type.String(),
    "HdrHistogram V2, compressed, base64; null when there is no sample, and while the run is going on",
  ),
});

/** Every message offered is in exactly one of sent, skipped, unsendable, unsentBlocked, unsentLate. */
export const messagesSchema = Type.Object({
  offered: count("What the schedule asked for; in a closed loop what was sent"),
  expected: count(
    "Answers awaited: sent, or sent x receivers; in mode push what the target's numbers say it sent. Equals delivered + lost + refused (+ pending while running); 0 when unknown",
  ),
  sent: count("Handed to the operating system"),
  skipped: count("Too late under --on-late skip"),
  unsendable: count("Their connection was not open at their time"),
  unsentBlocked: count("Still waiting when the load ended, because the target did not read"),
  unsentLate: count("Still waiting when the load ended, because the generator was late"),
  delivered: count("A first valid copy came before the end of the drain"),
  pending: count("Not yet decided; 0 when the run has ended"),
  lost: count("lostMissing + lostClosed + lostCorrupt"),
  lostMissing: count("Never came back"),
  lostClosed: count("The connection ended with them in flight"),
  lostCorrupt: count("Only broken copies came"),
  refused: count("The target answered that it would not take them"),
  duplicated: count("Further copies of delivered messages"),
  reordered: count("Arrived with a sequence number lower than one already seen on their ordering unit"),
  corrupted: count("Frames whose payload check failed"),
  late: count("Delivered, but during the drain"),
  unsolicited: count("Frames that hold no message of this run"),
  clockErrors: count("Instants that went backwards; never recorded as times"),
  windowTimeouts: count("Closed loop: windows released because a message stayed unanswered"),
  sentInWindow: count("Sent between the start and the end of the load; the numerator of the sent rate"),
  deliveredInWindow: count("Arrived between the start and the end of the load; the numerator of the delivered rate"),
});

/** Rates over the measured window. */
export const rateSchema = Type.Object({
  offeredPerSecond: perSecond("The schedule's messages per second"),
  sentPerSecond: perSecond("Sent within the window"),
  deliveredPerSecond: perSecond("Arrived within the window"),
  achievedRatio: orNull(
    Type.Number({ minimum: 0 }),
    "sent / offered; in mode push seen in the window / promised. Null when nothing was offered or promised",
  ),
  promisedPerSecond: Type.Optional(
    orNull(Type.Number({ minimum: 0 }), "Mode push: what all streams together promise; null when they promise nothing"),
  ),
  windowMs: Type.Number({
    minimum: 0,
    description: "Length of the measured window: the load, without connecting and drain",
  }),
});

/** What became of the connections. */
export const connectionsSchema = Type.Object({
  planned: count("Connections of the phase; of the totals: the largest of any phase"),
  attempted: count("Attempts to open one, repeats included"),
  attemptedLate: Type.Optional(
    count("Part of them: begun more than 20 ms after their turn of --connect-rate, which connectUs leaves out"),
  ),
  opened: count("Attempts that became ready"),
  failed: count("Attempts that did not"),
  closed: count("Ended by the target or the network while wanted"),
  reconnects: count("Opened again after such an end"),
  openAtEnd: count("Open at the end of the phase's load; of the totals: of the last phase"),
  connectUs: timesSchema,
  closedLifetimeMs: orNull(
    Type.Object({ count: Type.Integer({ minimum: 1 }), min: Type.Number(), mean: Type.Number(), max: Type.Number() }),
    "Lifetimes of connections that ended during the run; null when none did",
  ),
  closeCodes: Type.Record(Type.String(), count("Connections that ended with this close code")),
});

/** How messages of a broadcast reached the receivers of their rooms. */
export const fanOutSchema = Type.Object({
  reach: orNull(
    Type.Number({ minimum: 0, maximum: 1 }),
    "delivered / expected: the share of pairs of message and receiver that met; null when none was expected",
  ),
  receiversPerMessage: orNull(Type.Number({ minimum: 0 }), "presentAtSend / sent; null when nothing was sent"),
  presentAtSend: count("By the senders: receivers in the room when messages were sent, summed over the messages"),
  indeterminate: count(
    "Pairs that nobody can say should have met, as the message was sent near to a join or leave; in neither expected nor delivered",
  ),
  indeterminateDelivered: count("Part of them that did meet; their times are with the others"),
  misrouted: count(
    "Copies that came to a connection of another room, or back to their publisher where that is excluded",
  ),
  timed: count("Messages that reached everybody, and whose times are below"),
  incomplete: count("Messages that did not reach everybody, or not while their times were followed"),
  unsettled: count("Messages sent near to a join or leave in their room, and not timed therefore"),
  joins: count("Receivers that came into a room, again or for the first time"),
  leaves: count("Receivers whose connection ended while it was wanted"),
  firstUs: timesSchema,
  medianUs: timesSchema,
  nearlyAllUs: timesSchema,
  lastUs: timesSchema,
  spreadUs: timesSchema,
});

/** What totals, each phase and each class say of themselves. */
export const blockSchema = Type.Object({
  loop: Type.Union([Type.Literal("open"), Type.Literal("closed"), Type.Literal("mixed"), Type.Literal("none")], {
    description: "open: by schedule. closed: sent upon answers, so that latency equals service. none: no messages",
  }),
  messages: messagesSchema,
  deliveryRatio: orNull(
    Type.Number({ minimum: 0, maximum: 1 }),
    "delivered / expected (while running: of the messages decided so far); null when nothing is expected or delivery is unknown",
  ),
  rate: rateSchema,
  bytes: Type.Object({
    sent: count("Message bytes, without frame headers"),
    received: count("Message bytes, without frame headers"),
    accepted: count("oneway: bytes on the wire that the kernel took"),
  }),
  latencyUs: timesSchema,
  latencyOfferedUs: Type.Optional(latencyOfferedSchema),
  serviceUs: timesSchema,
  percentileIntervals: Type.Optional(
    Type.Array(percentileIntervalSchema, {
      description:
        "Of the percentiles above; those that cannot be given (too few seconds, or a time that no second tells) are absent",
    }),
  ),
  slipUs: timesSchema,
  ownSlipUs: Type.Intersect([timesSchema], {
    description: "The part of the slip that is the generator's own: sent while the connection took bytes",
  }),
  connections: connectionsSchema,
  fanOut: Type.Optional(
    Type.Intersect([fanOutSchema], {
      description:
        "Only in mode broadcast. Times are of whole messages: from the intended instant to the first receiver, to half of them, to 99 % (nearlyAll), to the last; spread from first to last",
    }),
  ),
  errors: Type.Record(Type.String(), count("Failures with this code"), { description: "By <phase>/<kind>" }),
});

export type ResultTimes = DeepReadonly<Static<typeof timesSchema>>;
export type ResultMessages = DeepReadonly<Static<typeof messagesSchema>>;
export type ResultRate = DeepReadonly<Static<typeof rateSchema>>;
export type ResultFanOut = DeepReadonly<Static<typeof fanOutSchema>>;
export type ResultConnections = DeepReadonly<Static<typeof connectionsSchema>>;
export type ResultBlock = DeepReadonly<Static<typeof blockSchema>>;
