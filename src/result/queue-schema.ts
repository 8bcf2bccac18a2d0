import { Type, type TSchema } from "@sinclair/typebox";
import { timesSchema } from "./result-blocks.ts";

const count = (description: string) => Type.Integer({ minimum: 0, description });
const orNull = <T extends TSchema>(schema: T, description?: string) =>
  Type.Union([schema, Type.Null()], description === undefined ? {} : { description });

const jobCount = Type.Union(
  (["submitted", "accepted", "refused", "started", "completed", "cancelled"] as const).map((word) =>
    Type.Literal(word),
  ),
);

const statisticsSchema = Type.Object({
  isCompared: Type.Boolean({ description: "False when the target did not tell; the note says why" }),
  note: Type.String(),
  counts: Type.Array(
    Type.Object({
      count: jobCount,
      target: Type.Integer({ description: "What the target says it did in the run: told after it, less told before" }),
      clients: count("What the target told the clients, job by job"),
    }),
  ),
  untold: Type.Optional(
    count(
      "Jobs that were in flight on connections that ended: what was said of them is not known, and counts may differ by as many",
    ),
  ),
  disagreements: orNull(
    count("Counts above that are not the same, and differ by more than untold, or the other way"),
    "Null when nothing was compared",
  ),
});

/** Mode queue: what was seen of the jobs, over all load of the run. */
export const queueSchema = Type.Object(
  {
    keys: count("Keys that jobs could have; each belongs to one connection"),
    concurrency: count("Jobs of one key that may run at a time, as promised"),
    completionOrder: Type.Union([Type.Literal("kept"), Type.Literal("free")], {
      description: "kept: jobs of a key had to be completed in their order, too",
    }),
    sent: count("Jobs handed in, warm-up included: completed + refused + cancelled + lost"),
    completed: count("Jobs whose end was that they were completed"),
    refused: count("Jobs that the target did not take"),
    cancelled: count("Jobs that were taken back, and confirmed to be"),
    lost: count("Jobs of which no end was told"),
    said: Type.Object(
      {
        accepted: count("Taken in"),
        started: count("Begun"),
        completed: count("Completed"),
        refused: count("Not taken"),
        cancelled: count("Taken back"),
        tooLate: count("Could not be taken back"),
      },
      { description: "Jobs of which the target said this, whatever else it said of them" },
    ),
    cancelAsked: count("Jobs that were to be taken back"),
    cancelledRunning: count("Part of the cancelled ones: they had begun"),
    cancelledUnasked: count("Cancelled although nobody had asked"),
    misordered: count(
      "Jobs that started (or, where that order is kept, were completed) after a later one of their key",
    ),
    misorderedStarts: orNull(count("Part of them: by their start"), "Null where the target does not tell of starts"),
    overtaken: count("Jobs that were completed after a later one of their key; no fault where that order is free"),
    overLimit: orNull(count("Starts with as many of the key running as may"), "Null where starts are not told"),
    mostRunning: orNull(
      Type.Object({ jobs: count("The most of one key that ran at a time"), key: Type.String() }),
      "Null where none was seen to run",
    ),
    cancelledRan: count("Jobs that ran although it was confirmed that they were taken back"),
    refusedRan: count("Jobs that ran although they were refused"),
    startedAgain: count("Further starts of a job"),
    completedAgain: count("Further completions of a job"),
    neverStarted: orNull(count("Jobs completed without a start"), "Null where starts are not told"),
    repeated: count("Further replies that say the same of a job"),
    afterLoss: count("Said of jobs that had been given up as lost"),
    faults: Type.Array(
      Type.Object({
        fault: Type.Union(
          (["misordered", "cancelled-ran", "refused-ran", "never-started", "cancelled-unasked"] as const).map((word) =>
            Type.Literal(word),
          ),
        ),
        key: Type.String(),
        position: Type.Integer({ minimum: 1, description: "Among the jobs of its key" }),
      }),
      { description: "A few of the faults, job by job" },
    ),
    statistics: orNull(statisticsSchema, "The target's own statistics; null where they are not asked for"),
    waitUs: Type.Intersect([timesSchema], { description: "From handing a job in to its start, as the client saw it" }),
    runUs: Type.Intersect([timesSchema], { description: "From its start to its completion, as the client saw it" }),
  },
  { description: "Mode queue only" },
);
