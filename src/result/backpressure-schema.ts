import { Type } from "@sinclair/typebox";
import { timesSchema } from "./result-blocks.ts";
import { count, orNull, text } from "./schema-shorthands.ts";

const figure = (description: string) => orNull(Type.Number({ minimum: 0 }), description);

/** Fast streams in one part of the measured load. */
const fastPartSchema = Type.Object({
  windowMs: Type.Number({ minimum: 0, description: "Length of the part" }),
  perStreamPerSecond: figure("Messages seen on each fast stream per second, on average"),
  deliveryRatio: figure("delivered / expected; null when nothing was expected"),
  samples: count("Times behind the percentiles"),
  p50Us: figure("Median of the one-way latency, microseconds; null where it is not measurable"),
  p99Us: figure("Its 99th percentile, microseconds"),
  expected: Type.Optional(count("Messages; absent in results of earlier versions, as are those below")),
  delivered: Type.Optional(count("Of them")),
  deliveredInWindow: Type.Optional(count("Seen within the part")),
  clockErrors: Type.Optional(
    count("Times that could not be taken, as the clocks disagreed; with any there are no percentiles"),
  ),
  latencyUs: Type.Optional(timesSchema),
});

/** What became of fast streams while others read slowly. */
export const backpressureSchema = Type.Object(
  {
    slowStreams: count("Connections that read slowly"),
    fastStreams: count("All others"),
    reading: Type.String({ description: "How slow ones read" }),
    before: fastPartSchema,
    during: fastPartSchema,
    isolation: Type.Object({
      verdict: Type.Union([Type.Literal("isolated"), Type.Literal("not isolated"), Type.Literal("unknown")], {
        description: "Whether fast streams fared as before while others read slowly",
      }),
      reasons: Type.Array(Type.String(), { description: "Why; one sentence each" }),
      p99Ratio: figure("p99 of fast streams during, over that before"),
      addedUs: orNull(Type.Number(), "p99 of fast streams during, less that before; microseconds"),
      rateRatio: figure("What fast streams brought a second during, over before"),
      worst: orNull(
        Type.Object({
          stream: count("Its number, from 0"),
          rateRatio: Type.Number({ minimum: 0 }),
          runId: Type.Optional(text("In a merged result: the run whose stream it is")),
        }),
        "The fast stream whose rate fell most",
      ),
      starved: Type.Optional(count("Fast streams that brought less than 90 % of what they did before")),
    }),
    reaction: Type.Object(
      {
        noticed: count("Slow streams of which the target told when it noticed, after they had paused"),
        medianMs: figure(
          "From the first pause of a stream until then, milliseconds; the systems' buffers are in it. Null in a merged result: medians have no median",
        ),
        maxMs: figure("The longest"),
      },
      { description: "How soon the target noticed that a peer did not read" },
    ),
  },
  { description: "Mode push with slow readers only" },
);
