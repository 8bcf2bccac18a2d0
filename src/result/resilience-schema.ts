import { Type } from "@sinclair/typebox";
import { timesSchema } from "./result-blocks.ts";
import { count, oneOf, orNull } from "./schema-shorthands.ts";

const milliseconds = (description: string) => Type.Number({ minimum: 0, description });
const ratio = (description: string) => orNull(Type.Number({ minimum: 0, maximum: 1 }), description);

/** What became of connections that ended while they were wanted, over the whole run, warm-up and drain included. */
export const resilienceSchema = Type.Object(
  {
    outages: count("Ends of ready connections that were wanted, those that the run ended itself included"),
    onPurpose: count("Part of them: ended by the run itself (churn, dropAll)"),
    returned: count("Outages that were followed by a ready connection"),
    returnedBriefly: Type.Optional(count("Part of them: ended again within a second, and not by the run itself")),
    returnedRatio: ratio("returned / outages; null when there was no outage"),
    recoveryUs: Type.Intersect([timesSchema], {
      description: "From the end of a ready connection to its being ready again; those still away have none",
    }),
    retry: Type.Object({
      attempts: count("Attempts after an end or a failed attempt"),
      successes: count("Part of them: became ready"),
      successRatio: ratio("successes / attempts; null without an attempt"),
      givenUp: count("Times that a connection was given up after too many attempts"),
    }),
    buffer: orNull(
      Type.Object({
        limit: count("Messages kept for one connection"),
        buffered: count("Messages due while their connection was away, and kept"),
        sentLater: count(
          "Part of them: sent once it was back; the others were too late or had no connection at the end",
        ),
        overflowed: count("Messages too many to keep; part of unsendable"),
        highWater: count("The most that waited for one connection"),
      }),
      "Null where nothing is kept while a connection is away: such messages are unsendable",
    ),
    herds: Type.Array(
      Type.Object({
        startMs: milliseconds("Of the first loss, since startedAt"),
        connections: count("Lost together"),
        allBackMs: orNull(
          Type.Number({ minimum: 0 }),
          "Until the last of them was ready again; null when one never was",
        ),
      }),
      { description: "Outages of at least half of the open connections of a worker within a second" },
    ),
    breaker: orNull(
      Type.Object({
        failures: count("Failures in a row that open it"),
        cooldownMs: milliseconds("How long it stays open before it tries again"),
        whileOpen: oneOf(["queue", "fail-fast"]),
        opens: count("Over all workers, of which each has its own"),
        halfOpens: count("Times that one attempt was let through"),
        closes: count("Times that this attempt, or one begun before, succeeded"),
        openMs: milliseconds("Time in which breakers were not closed, added over the workers"),
        held: count("Attempts that waited for it"),
        rejected: count("Attempts that it failed at once"),
        notClosedAtEnd: count("Breakers that were not closed when the run ended"),
        changes: Type.Array(
          Type.Object({
            tMs: milliseconds("Since startedAt"),
            worker: count("Its index"),
            state: oneOf(["closed", "open", "half-open"]),
          }),
          { description: "The first hundred of each worker, in time order" },
        ),
      }),
      "Null where there is none",
    ),
    sessions: Type.Optional(
      orNull(
        Type.Object({
          interrupted: count("Outages of connections whose session the target had named"),
          resumed: count("Part of them: the target said that it had the session still"),
          resumedRatio: ratio("resumed / interrupted; null when none was interrupted"),
          lost: count("Part of them: the target said that it had not"),
          unknown: count("Part of them: the target said neither in the time to become ready"),
          undecided: count(
            "Part of them: not asked for to the end, as the connection did not come back or the run was over",
          ),
          unnamed: count("Outages of connections for which the target had named no session"),
          inFlight: Type.Object(
            {
              messages: count("Unanswered when their session was interrupted"),
              answeredLater: count("Part of them: answered after that, and so delivered"),
              lostThoughResumed: count("Part of them: lost, although the session was resumed"),
              lostWithSession: count("Part of them: lost, as the session was not resumed"),
            },
            { description: "Of workers that died, what they had settled" },
          ),
        }),
        "Null where sessions are not asked for",
      ),
    ),
  },
  { description: "Only where connections are opened again (reconnect, churn, dropAll)" },
);
