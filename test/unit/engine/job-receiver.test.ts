import { afterEach, describe, expect, it } from "vitest";
import { counter, countInHistogram } from "../../../src/measure/worker-cells.ts";
import type { QueuePlan } from "../../../src/plan/plan.ts";
import { JobWorker, plainForm } from "../../support/job-worker.ts";

const workers: JobWorker[] = [];

afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.connections.closeAll();
});

async function running(queue: Partial<QueuePlan> = {}, connections = 1): Promise<JobWorker> {
  const worker = new JobWorker(queue, connections);
  workers.push(worker);
  await worker.open();
  return worker;
}

function sent(worker: JobWorker): readonly string[] {
  return worker.transports[0]!.messages.map(String);
}

describe("following jobs", () => {
  it("hands each in with its key and id, and times it from when it was due to its completion", async () => {
    const worker = await running({ keys: 2 });
    worker.submit(3);
    expect(sent(worker)).toEqual([1, 2, 3].map((job) => `job k${job === 2 ? 2 : 1} ${worker.idOf(job)}`));
    worker.hear(1010, ["accepted 1", "started 1"]);
    worker.hear(1030, ["completed 1"]);
    const { latency, service, jobWait, jobRun } = worker.cells.phases[1]!;
    expect([latency, service, jobWait, jobRun].map(({ stats }) => Math.round(stats[0]! / 1000))).toEqual([
      31, 30, 10, 20,
    ]);
    expect([counter.expected, counter.delivered].map((which) => worker.count(which))).toEqual([3, 1]);
    expect(worker.receiver.hasOutstanding()).toBe(true);
    worker.receiver.settle();
    expect(worker.count(counter.lostMissing)).toBe(2);
    expect(worker.receiver.tallies()).toMatchObject({ sent: 3, ended: { completed: 1, lost: 2 } });
  });

  it("knows jobs by their ids, wherever in a message they stand, and however many", async () => {
    const worker = await running({ concurrency: 5 });
    worker.submit(3);
    worker.read(1010, [`{"started":["${worker.idOf(1)}","${worker.idOf(2)}"],"again":"${worker.idOf(2)}"}`]);
    expect(worker.receiver.tallies().said.started).toBe(2);
    expect(worker.receiver.tallies().startedAgain).toBe(0);
  });

  it("counts what it does not know as unsolicited: other words, other jobs, other runs", async () => {
    const worker = await running({}, 2);
    worker.submit(1);
    worker.read(1010, ["hello", `started fg1.otherRunIds.${"0".repeat(16)}`, `paused ${worker.idOf(1)}`]);
    worker.read(1010, [`started ${worker.idOf(1)}`], 1);
    worker.hear(1010, ["started 2"]);
    expect(worker.count(counter.unsolicited)).toBe(5);
    expect(worker.notes.firstForeignFrame).toBe("hello");
    expect(worker.receiver.tallies().said.started).toBe(0);
  });

  it("lays the run of a refused job at no other's door: those handed in before it are not late", async () => {
    const worker = await running({ concurrency: 1 });
    worker.submit(3);
    worker.hear(1010, ["accepted 1", "accepted 2", "refused 3", "started 3", "completed 3"]);
    worker.hear(1020, ["started 1", "completed 1", "started 2", "completed 2"]);
    expect(worker.receiver.tallies()).toMatchObject({
      refusedRan: 1,
      misordered: 0,
      misorderedStarts: 0,
      overtaken: 0,
    });
  });

  it("takes refused and cancelled jobs for ended, and owes nothing for cancelled ones", async () => {
    const worker = await running({ cancel: { kind: "positions", positions: [2] } });
    worker.submit(3);
    worker.hear(1010, ["accepted 1", "accepted 2", "refused 3"]);
    expect(sent(worker).at(-1)).toBe(`cancel ${worker.idOf(2)}`);
    worker.hear(1020, ["cancelled 2", "started 1", "completed 1"]);
    expect(worker.receiver.hasOutstanding()).toBe(false);
    expect([counter.expected, counter.delivered, counter.refused].map((which) => worker.count(which))).toEqual([
      2, 1, 1,
    ]);
    expect(worker.receiver.tallies()).toMatchObject({
      ended: { completed: 1, refused: 1, cancelled: 1, lost: 0 },
      cancelAsked: 1,
      cancelledRan: 0,
      refusedRan: 0,
    });
  });

  it("takes jobs back of one read in one write", async () => {
    const worker = await running({ cancel: { kind: "share", ratio: 1 } });
    worker.submit(2);
    worker.hear(1010, ["accepted 1", "accepted 2"]);
    expect(worker.transports[0]!.bursts.at(-1)!.map(String)).toEqual([1, 2].map((job) => `cancel ${worker.idOf(job)}`));
  });

  it("loses jobs with their connection, and counts those running no more", async () => {
    const worker = await running({ concurrency: 1 });
    worker.submit(2);
    worker.hear(1010, ["started 1"]);
    worker.transports[0]!.end({ opened: true, closeCode: 1006, closeReason: "", failure: undefined });
    expect(worker.count(counter.lostClosed)).toBe(2);
    expect(worker.receiver.hasOutstanding()).toBe(false);
  });

  it("does not count again what comes of a job that was given up", async () => {
    const worker = await running();
    worker.submit(1);
    worker.receiver.settle();
    worker.hear(3500, ["completed 1"]);
    expect(worker.count(counter.delivered)).toBe(0);
    expect(worker.receiver.tallies()).toMatchObject({ afterLoss: 1, ended: { completed: 0, lost: 1 } });
  });

  it("counts a damaged id as corrupt, and its job as lost to that", async () => {
    const worker = await running();
    worker.submit(1);
    const id = worker.idOf(1);
    worker.read(1010, [`completed ${id.slice(0, 20)}#${id.slice(21)}`]);
    worker.receiver.settle();
    expect([counter.corrupted, counter.lostCorrupt].map((which) => worker.count(which))).toEqual([1, 1]);
  });
});

describe("what a queue may not do", () => {
  it("start a job after a later one of its key, which counts once, whatever its completion", async () => {
    const worker = await running({ keys: 2 });
    worker.submit(6);
    worker.hear(1010, ["started 3", "completed 3", "started 2", "completed 2", "started 1", "completed 1"]);
    expect(worker.receiver.tallies()).toMatchObject({ misordered: 1, misorderedStarts: 1, overtaken: 1 });
    expect(worker.receiver.tallies().examples).toEqual([{ fault: "misordered", key: 0, position: 1 }]);
    expect(worker.count(counter.reordered)).toBe(1);
  });

  it("complete jobs out of order, where that is promised", async () => {
    const overtaken = ["started 1", "started 2", "completed 2", "completed 1"];
    const kept = await running({ concurrency: 2, completesInOrder: true });
    kept.submit(2);
    kept.hear(1010, overtaken);
    expect(kept.receiver.tallies()).toMatchObject({ misordered: 1, misorderedStarts: 0, overtaken: 1 });
    const free = await running({ concurrency: 2, completesInOrder: false });
    free.submit(2);
    free.hear(1010, overtaken);
    expect(free.receiver.tallies()).toMatchObject({ misordered: 0, overtaken: 1, overLimit: 0, mostRunning: 2 });
  });

  it("run more of a key at a time than it promises", async () => {
    const worker = await running({ keys: 2, concurrency: 1 });
    worker.submit(4);
    worker.hear(1010, ["started 1", "started 2", "started 3", "completed 1", "completed 3", "started 4"]);
    expect(worker.receiver.tallies()).toMatchObject({ overLimit: 2, mostRunning: 2, mostRunningKey: 0 });
  });

  it.each([
    ["started after its cancellation", ["cancelled 1", "started 1", "completed 1"], { cancelledRan: 1 }],
    ["completed after its cancellation", ["started 1", "cancelled 1", "completed 1"], { cancelledRan: 1 }],
    ["cancelled when it had been completed", ["started 1", "completed 1", "cancelled 1"], { cancelledRan: 1 }],
    ["cancelled while it ran", ["started 1", "cancelled 1"], { cancelledRan: 0, cancelledRunning: 1 }],
    ["too late to cancel", ["started 1", "too late 1", "completed 1"], { cancelledRan: 0, said: { tooLate: 1 } }],
  ])("a job that is %s", async (_, words, found) => {
    const worker = await running({ cancel: { kind: "share", ratio: 1 } });
    worker.submit(1);
    worker.hear(1010, ["accepted 1", ...words]);
    worker.receiver.settle();
    const { ended, ...told } = worker.receiver.tallies();
    expect(told).toMatchObject(found);
    expect(ended.completed + ended.cancelled + ended.refused + ended.lost).toBe(1);
  });

  it.each([
    ["run what it refused", ["refused 1", "started 1", "completed 1"], { refusedRan: 1 }],
    ["refuse what has run", ["started 1", "refused 1"], { refusedRan: 1 }],
    ["start a job again", ["started 1", "started 1"], { startedAgain: 1 }],
    ["complete a job again", ["started 1", "completed 1", "completed 1"], { completedAgain: 1 }],
    ["complete what never started", ["completed 1"], { neverStarted: 1 }],
    ["cancel what nobody wanted cancelled", ["cancelled 1"], { cancelledUnasked: 1 }],
    ["say other things again", ["accepted 1", "accepted 1"], { repeated: 1 }],
  ])("%s", async (_, words, found) => {
    const worker = await running();
    worker.submit(1);
    worker.hear(1010, words);
    expect(worker.receiver.tallies()).toMatchObject(found);
  });

  it("is not asked of a target that does not tell of starts", async () => {
    const worker = await running({ form: { ...plainForm, started: null } });
    worker.submit(2);
    worker.hear(1010, ["completed 2", "completed 1"]);
    expect(worker.receiver.tallies()).toMatchObject({ neverStarted: 0, misordered: 1, misorderedStarts: 0 });
    expect(countInHistogram(worker.cells.phases[1]!.jobWait)).toBe(0);
  });
});

describe("the target's own statistics", () => {
  const statistics = {
    request: "how many?",
    answer: { kind: "text", pattern: "so many", flags: "" },
    counts: [["completed", { kind: "text", before: "done ", after: "" }]],
  } as const;

  it("are asked for before the first job and after the last", async () => {
    const worker = await running({ statistics });
    const before = worker.receiver.askBefore();
    worker.read(1010, ["so many: done 7"]);
    await before;
    worker.submit(1);
    const after = worker.receiver.askAfter();
    worker.read(1020, ["so many: done 8"]);
    await after;
    expect(sent(worker).filter((text) => text === "how many?")).toHaveLength(2);
    expect(worker.receiver.tallies().statistics).toEqual({
      before: { kind: "told", counts: { completed: 7 } },
      after: { kind: "told", counts: { completed: 8 } },
    });
  });

  it("cannot be asked for when no connection is open", async () => {
    const worker = await running({ statistics });
    worker.transports[0]!.destroy();
    await worker.receiver.askAfter();
    expect(worker.receiver.tallies().statistics).toEqual({
      before: { kind: "not-asked" },
      after: { kind: "unanswered", reason: "no connection was open to ask on" },
    });
  });
});
