import { Type } from "@sinclair/typebox";
import { count, orNull } from "./schema-shorthands.ts";

const milliseconds = (description: string) => Type.Number({ minimum: 0, description: `${description}, milliseconds` });

/** How both sides ended: what was pending, and what was closed. */
export const shutdownSchema = Type.Object(
  {
    generator: Type.Object({
      drainMs: milliseconds("Waiting for answers after each load, all segments together"),
      pendingAnswered: count("Messages that were unanswered when their load ended, and were answered in the drain"),
      pendingLost: count("Messages that were still unanswered when the drain was over"),
      connectionsClosed: count("Connections that were open when everything was to be closed"),
      workersEnded: count("Workers that ended as told"),
      durationMs: milliseconds("From the order to close until the last worker had ended"),
    }),
    target: orNull(
      Type.Object({
        pendingFlushed: count("Answers that were waiting and were sent"),
        pendingDropped: count("Answers that were waiting and whose peer did not take them in time"),
        connectionsClosed: count("Connections that were still open"),
        backgroundTasksStopped: count("The listener, and the timer for waiting answers when it ran"),
        durationMs: milliseconds("From the order to stop until all was closed"),
      }),
      "What the mock says of its own end; null for any other target and for one that served several runs",
    ),
  },
  { description: "Once the run has ended" },
);
