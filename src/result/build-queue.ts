import {
  addCounts,
  addKnownCounts,
  jobCounts,
  jobEnds,
  jobSayings,
  jobStartCounts,
  mostExamples,
} from "../engine/job-counts.ts";
import type { Collected } from "../engine/collected.ts";
import type { CollectedJobStatistics, CollectedQueue, ToldJobCounts } from "../engine/collected-queue.ts";
import { keyName } from "../plan/job-keys.ts";
import type { JobCount, QueuePlan } from "../plan/plan.ts";
import { sumOfHistograms } from "./build-block.ts";
import { disagreeingCounts } from "./disagreeing-counts.ts";
import type { ResultQueue } from "./run-result.ts";
import { histogramOfTimes, timesOfHistogram } from "./times-of-histogram.ts";

type Statistics = NonNullable<ResultQueue["statistics"]>;

/** What was seen of the jobs of a run. */
export function buildQueue(
  plan: QueuePlan,
  {
    phases,
    generator,
  }: Pick<Collected, "phases"> & { readonly generator: Pick<Collected["generator"], "lostWorkers"> },
  seen: CollectedQueue,
  encode: boolean,
): ResultQueue {
  const measured = phases.filter((phase) => phase.plan.measured);
  const tellsStarts = plan.form.started !== null;
  const nameOf = (key: number): string => keyName(key, plan.keys);
  return {
    keys: plan.keys,
    concurrency: plan.concurrency,
    completionOrder: plan.completesInOrder ? "kept" : "free",
    sent: seen.sent,
    ...seen.ended,
    said: seen.said,
    cancelAsked: seen.cancelAsked,
    cancelledRunning: seen.cancelledRunning,
    cancelledUnasked: seen.cancelledUnasked,
    misordered: seen.misordered,
    misorderedStarts: tellsStarts ? seen.misorderedStarts : null,
    overtaken: seen.overtaken,
    overLimit: tellsStarts ? seen.overLimit : null,
    mostRunning: seen.mostRunningKey === null ? null : { jobs: seen.mostRunning, key: nameOf(seen.mostRunningKey) },
    cancelledRan: seen.cancelledRan,
    refusedRan: seen.refusedRan,
    startedAgain: seen.startedAgain,
    completedAgain: seen.completedAgain,
    neverStarted: tellsStarts ? seen.neverStarted : null,
    repeated: seen.repeated,
    afterLoss: seen.afterLoss,
    faults: seen.examples.map(({ fault, key, position }) => ({ fault, key: nameOf(key), position })),
    statistics:
      plan.statistics === null ? null : compareStatistics(plan, seen, phases, generator.lostWorkers.length > 0),
    waitUs: timesOfHistogram(sumOfHistograms(measured.map(({ jobWaitUs }) => jobWaitUs)), encode),
    runUs: timesOfHistogram(sumOfHistograms(measured.map(({ jobRunUs }) => jobRunUs)), encode),
  };
}

/** The target's statistics are those of the run once what it told before is taken off. */
function compareStatistics(
  plan: QueuePlan,
  seen: CollectedQueue,
  phases: Collected["phases"],
  hasLostWorkers: boolean,
): Statistics {
  const none = (note: string): Statistics => ({ isCompared: false, note, counts: [], disagreements: null });
  if (seen.statistics === null) return none("the worker that asks for the statistics was lost");
  const told = countsOf(seen.statistics);
  if (typeof told === "string") return none(told);
  // The target counts the jobs of a worker that died; what it was told of them went with it.
  if (hasLostWorkers) return none("a worker was lost, with what it had been told of its jobs");
  const clients = clientCounts(plan, seen);
  const counts = (plan.statistics?.counts ?? []).flatMap(([count]) => {
    const [before, after, own] = [told.before[count], told.after[count], clients[count]];
    if (before === undefined || after === undefined || own === null) return [];
    return [{ count, target: after - before, clients: own }];
  });
  if (counts.length === 0) return none("no number was found in the answer where it was looked for");
  const untold = phases.reduce((sum, { messages }) => sum + messages.lostClosed, 0);
  const note = "what the target told after the last job, less what it told before the first";
  const compared = { isCompared: true, note, counts, ...(untold === 0 ? {} : { untold }), disagreements: 0 };
  return { ...compared, disagreements: disagreeingCounts(compared).length };
}

type Counts = Extract<ToldJobCounts, { kind: "told" }>["counts"];

function countsOf({ before, after }: CollectedJobStatistics): { before: Counts; after: Counts } | string {
  for (const [when, told] of [
    ["before the first job", before],
    ["after the last job", after],
  ] as const) {
    if (told.kind === "not-asked") return `the target was not asked ${when}`;
    if (told.kind === "unanswered") return `${when}: ${told.reason}`;
  }
  return { before: (before as { counts: Counts }).counts, after: (after as { counts: Counts }).counts };
}

/** Null for what the target does not say of its jobs. */
function clientCounts({ form }: QueuePlan, { sent, said }: CollectedQueue): Readonly<Record<JobCount, number | null>> {
  return {
    submitted: sent,
    accepted: form.accepted === null ? null : said.accepted,
    refused: form.refused === null ? null : said.refused,
    started: form.started === null ? null : said.started,
    completed: said.completed,
    cancelled: form.cancelled === null ? null : said.cancelled,
  };
}

/** The jobs of several generators together; undefined as soon as one tells of none. Each has seen its own jobs only. */
export function addQueues(all: readonly (ResultQueue | undefined)[]): ResultQueue | undefined {
  const told = all.filter((queue) => queue !== undefined);
  const [first] = told;
  if (first === undefined || told.length < all.length) return undefined;
  const [busiest] = told.flatMap(({ mostRunning }) => mostRunning ?? []).sort((a, b) => b.jobs - a.jobs);
  const { concurrency, completionOrder } = first;
  return {
    ...{ concurrency, completionOrder },
    keys: told.reduce((sum, { keys }) => sum + keys, 0),
    ...addCounts(jobCounts, told),
    ...addCounts(jobEnds, told),
    ...addKnownCounts(jobStartCounts, told),
    said: addCounts(
      jobSayings,
      told.map(({ said }) => said),
    ),
    mostRunning: busiest ?? null,
    faults: told.flatMap(({ faults }) => faults).slice(0, mostExamples),
    statistics:
      first.statistics === null
        ? null
        : {
            isCompared: false,
            note: "several generators handed in jobs, and the target tells of all of them",
            counts: [],
            disagreements: null,
          },
    waitUs: timesOfHistogram(sumOfHistograms(told.map((each) => histogramOfTimes(each.waitUs))), true),
    runUs: timesOfHistogram(sumOfHistograms(told.map((each) => histogramOfTimes(each.runUs))), true),
  };
}
