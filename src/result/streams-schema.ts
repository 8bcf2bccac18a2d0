import { Type } from "@sinclair/typebox";
import { timesSchema } from "./result-blocks.ts";
import { count, orNull } from "./schema-shorthands.ts";

/** Mode push: what was seen of the streams in measured load. */
export const streamsSchema = Type.Object(
  {
    count: count("Streams: one per connection"),
    promisedPerSecond: orNull(
      Type.Number({ minimum: 0 }),
      "Messages per second promised for each; null for no promise",
    ),
    seenPerSecond: orNull(
      Type.Object({
        min: Type.Number({ minimum: 0 }),
        median: orNull(Type.Number({ minimum: 0 }), "Null in a merged result"),
        max: Type.Number({ minimum: 0 }),
      }),
      "Over the streams; null when there was no measured load",
    ),
    slowest: orNull(
      Type.Object({ stream: count("Its number, from 0"), seenPerSecond: Type.Number({ minimum: 0 }) }),
      "The stream that gave the least",
    ),
    belowPromise: orNull(count("Streams that gave less than 95 % of what is promised"), "Null for no promise"),
    gaps: count("Runs of numbers that never came, in all load"),
    longestGapMessages: count("The longest of these runs"),
    longestSilenceMs: orNull(
      Type.Number({ minimum: 0 }),
      "The longest time in which a stream brought nothing, of it the time before its first message and after its last",
    ),
    longestSilenceStream: orNull(Type.Integer({ minimum: 0 }), "Which stream that was, from 0"),
    restarts: count("Times that a stream began anew: each is counted from its own beginning"),
    repeatedMessages: Type.Optional(
      count(
        "Messages of such beginnings after which the stream went on where it was before: its past once more. They are delivered messages of their own and duplicated ones; absent where there were none",
      ),
    ),
    tooLargeNumbers: Type.Optional(
      count(
        "Messages with a number of 2^53 or more, which cannot be followed: they are unsolicited; absent where there were none",
      ),
    ),
    outsideMessages: count("Messages from before or after the load; in no other count"),
    endsTold: count("Streams of which the target told the last number, so that a loss at the very end shows"),
    overtold: Type.Optional(
      count("Messages that the target said it gave up, although they came; absent where it says nothing of that"),
    ),
    faulty: Type.Optional(
      Type.Array(
        Type.Object({
          stream: count("Its number, from 0"),
          priority: orNull(Type.String(), "The class that the lost messages were of; null where that is not known"),
          lost: count("Messages of that class that never came"),
        }),
        { description: "Where messages were lost: ten at most, the most important class first; absent where none was" },
      ),
    ),
    oneWay: Type.Object({
      isMeasured: Type.Boolean({ description: "Whether latencyUs holds the time from the target's stamp to receipt" }),
      note: Type.String({ description: "By which clocks; or why not" }),
      clocksWithinUs: Type.Optional(
        Type.Number({
          minimum: 0,
          description:
            "Two clocks were stated to be within so much of each other; absent where one clock tells both instants",
        }),
      ),
    }),
    interArrivalUs: Type.Intersect([timesSchema], {
      description:
        "From one arrival on a stream to the next; messages of one read come together. Its stdev is the jitter",
    }),
  },
  { description: "Mode push only" },
);
