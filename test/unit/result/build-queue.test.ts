import { describe, expect, it } from "vitest";
import type { CollectedQueue, ToldJobCounts } from "../../../src/engine/collected-queue.ts";
import type { QueuePlan } from "../../../src/plan/plan.ts";
import { addQueues, buildQueue } from "../../../src/result/build-queue.ts";
import { aCollectedPhase, aHistogram, aPhasePlan, someMessages } from "../../support/a-collected.ts";
import { plainForm, plainQueue } from "../../support/job-worker.ts";

const told = (counts: object): ToldJobCounts => ({ kind: "told", counts });

const seen: CollectedQueue = {
  sent: 100,
  said: { accepted: 90, started: 86, completed: 84, refused: 10, cancelled: 5, tooLate: 1 },
  ended: { completed: 83, refused: 10, cancelled: 5, lost: 2 },
  ...{ cancelAsked: 6, cancelledRunning: 1, cancelledUnasked: 0, neverStarted: 0, startedAgain: 0, completedAgain: 3 },
  ...{ repeated: 0, afterLoss: 0, misordered: 4, misorderedStarts: 3, overtaken: 9, overLimit: 2 },
  ...{ mostRunning: 3, mostRunningKey: 1, cancelledRan: 1, refusedRan: 0 },
  examples: [{ fault: "misordered", key: 1, position: 17 }],
  statistics: { before: told({ completed: 1000, started: 1000 }), after: told({ completed: 1084, started: 1087 }) },
};

const plan: QueuePlan = {
  ...plainQueue,
  keys: 2,
  concurrency: 2,
  completesInOrder: false,
  statistics: {
    request: "?",
    answer: { kind: "text", pattern: "!", flags: "" },
    counts: (["started", "completed", "accepted"] as const).map((count) => [count, { kind: "path", keys: [count] }]),
  },
};

const phases = [
  aCollectedPhase({ plan: aPhasePlan({ measured: false }), jobWaitUs: aHistogram([5]) }),
  aCollectedPhase({ jobWaitUs: aHistogram([1000, 3000]), jobRunUs: aHistogram([20]) }),
];
const generator = { lostWorkers: [] };
const built = (changes: Partial<QueuePlan> = {}, jobs: Partial<CollectedQueue> = {}) =>
  buildQueue({ ...plan, ...changes }, { phases, generator }, { ...seen, ...jobs }, true);

describe("what is said of jobs", () => {
  it("is how they ended, and what should not have been, with keys by their names", () => {
    expect(built()).toMatchObject({
      ...{
        keys: 2,
        concurrency: 2,
        completionOrder: "free",
        sent: 100,
        completed: 83,
        refused: 10,
        cancelled: 5,
        lost: 2,
      },
      ...{ misordered: 4, misorderedStarts: 3, overtaken: 9, overLimit: 2, cancelledRan: 1, completedAgain: 3 },
      mostRunning: { jobs: 3, key: "k2" },
      faults: [{ fault: "misordered", key: "k2", position: 17 }],
    });
  });

  it("has the times of measured jobs only", () => {
    expect(built().waitUs).toMatchObject({ count: 2, max: 3000 });
    expect(built().runUs).toMatchObject({ count: 1, max: 20 });
  });

  it("does not tell what only starts would tell", () => {
    expect(built({ form: { ...plainForm, started: null } })).toMatchObject({
      misorderedStarts: null,
      overLimit: null,
      neverStarted: null,
    });
  });

  it("holds nothing against the target where a worker was lost, which knew some of its jobs", () => {
    const lostWorkers = [{ index: 1, reason: "killed" }];
    const { statistics } = buildQueue(plan, { phases, generator: { lostWorkers } }, seen, true);
    expect(statistics).toMatchObject({
      isCompared: false,
      note: expect.stringContaining("a worker was lost"),
      counts: [],
      disagreements: null,
    });
  });

  it("does not hold against the target what it said on connections that ended", () => {
    const ended = [aCollectedPhase({ messages: someMessages(100, { lostClosed: 1 }) })];
    const { statistics } = buildQueue(plan, { phases: ended, generator }, seen, true);
    expect(statistics).toMatchObject({ isCompared: true, untold: 1, disagreements: 0 });
    expect(built().statistics).toMatchObject({ disagreements: 1 });
  });

  it("holds what the target counted in the run against what its clients were told", () => {
    expect(built().statistics).toMatchObject({
      isCompared: true,
      counts: [
        { count: "started", target: 87, clients: 86 },
        { count: "completed", target: 84, clients: 84 },
      ],
      disagreements: 1,
    });
  });

  it.each([
    ["was not asked", { before: { kind: "not-asked" } as const, after: told({}) }, "the target was not asked before"],
    [
      "did not answer",
      { before: told({}), after: { kind: "unanswered", reason: "no answer came" } as const },
      "after the last job: no answer came",
    ],
    ["tells no number", { before: told({}), after: told({}) }, "no number was found"],
    ["was asked by a worker that is gone", null, "the worker that asks for the statistics was lost"],
  ])("says why nothing is compared: the target %s", (_, statistics, note) => {
    const { statistics: compared } = built({}, { statistics });
    expect(compared).toMatchObject({ isCompared: false, counts: [], disagreements: null });
    expect(compared!.note).toContain(note);
  });

  it("leaves out of the comparison what the target does not tell its clients", () => {
    const { statistics } = built({ form: { ...plainForm, started: null } });
    expect(statistics!.counts.map(({ count }) => count)).toEqual(["completed"]);
  });
});

describe("jobs of several generators", () => {
  it("add up, but for statistics, which are of all of them", () => {
    const one = built();
    const both = addQueues([one, { ...one, mostRunning: { jobs: 9, key: "k1" } }])!;
    expect(both).toMatchObject({
      ...{ keys: 4, sent: 200, completed: 166, lost: 4, misordered: 8, misorderedStarts: 6 },
      said: { completed: 168 },
      mostRunning: { jobs: 9, key: "k1" },
      statistics: { isCompared: false, disagreements: null },
    });
    expect(both.waitUs.count).toBe(4);
    expect(both.faults).toHaveLength(2);
  });

  it("are unknown as soon as one tells of none", () => {
    expect(addQueues([built(), undefined])).toBeUndefined();
    expect(addQueues([])).toBeUndefined();
  });
});
