import { describe, expect, it } from "vitest";
import { JobQueue, type JobFaults, type JobQueueSettings } from "../../../src/mock-server/job-queue.ts";
import type { Sleeper } from "../../../src/mock-server/wake-ups.ts";

const exact: JobQueueSettings = { concurrency: 1, mostWaiting: null, workers: null, completesInOrder: false };
const noFaults: JobFaults = { losesJob: () => false, overtakesJob: () => false, runsCancelled: () => false };

/** A queue that writes down what it tells; `end(id)` is the worker's word that a job is done. */
function aQueue(settings: Partial<JobQueueSettings> = {}, faults: Partial<JobFaults> = {}) {
  const told: string[] = [];
  const running = new Map<string, Sleeper>();
  const note = (what: string) => (job: { readonly id: string }) => void told.push(`${what} ${job.id}`);
  const queue = new JobQueue<null>(
    { ...exact, ...settings },
    { ...noFaults, ...faults },
    {
      started: note("start"),
      completed: note("end"),
      cancelled: note("cancelled"),
      lost: note("lost"),
      wasOvertaken: note("overtaken"),
      cancelledRan: note("ran"),
    },
    (worker, job, sleeper) => {
      told.push(`worker ${worker}`);
      running.set(job.id, sleeper);
    },
  );
  const submit = (...ids: readonly string[]) => {
    const answers = ids.map((id) => queue.submit(id, id[0]!, null));
    queue.start();
    return answers;
  };
  const events = () => told.splice(0).filter((event) => !event.startsWith("worker"));
  return { queue, submit, end: (id: string) => running.get(id)!.wake(0), events, told };
}

describe("a queue of jobs", () => {
  it("starts the jobs of a key in the order of their acceptance, one as the other ends", () => {
    const { submit, end, events } = aQueue();
    expect(submit("a1", "a2", "a3", "b1")).toEqual(["accepted", "accepted", "accepted", "accepted"]);
    expect(events()).toEqual(["start a1", "start b1"]);
    end("a1");
    expect(events()).toEqual(["end a1", "start a2"]);
    end("a2");
    end("a3");
    expect(events()).toEqual(["end a2", "start a3", "end a3"]);
  });

  it("runs so many of a key at a time, and completes them as they are done", () => {
    const { submit, end, events, queue } = aQueue({ concurrency: 2 });
    submit("a1", "a2", "a3");
    expect([queue.running, queue.waiting]).toEqual([2, 1]);
    end("a2");
    expect(events()).toEqual(["start a1", "start a2", "end a2", "start a3"]);
  });

  it("completes them in their order, where it should", () => {
    const { submit, end, events } = aQueue({ concurrency: 2, completesInOrder: true });
    submit("a1", "a2", "a3");
    end("a2");
    expect(events()).toEqual(["start a1", "start a2"]);
    end("a1");
    expect(events()).toEqual(["end a1", "end a2", "start a3"]);
  });

  it("gives the job that was accepted first, of whatever key, to the worker that is free", () => {
    const { submit, end, told } = aQueue({ workers: 2, concurrency: 2 });
    submit("a1", "a2", "b1", "a3");
    end("a2");
    end("a1");
    expect(told).toEqual([
      ...["start a1", "worker 0", "start a2", "worker 1"],
      ...["end a2", "start b1", "worker 1", "end a1", "start a3", "worker 0"],
    ]);
  });

  it("refuses what has no place, and an id that it has", () => {
    const { submit } = aQueue({ mostWaiting: 1 });
    submit("a1");
    expect(submit("a2", "a3", "b1", "a1")).toEqual(["accepted", "full", "accepted", "known"]);
  });

  it("takes back what waits, not what runs or is not there", () => {
    const { queue, submit, end, events } = aQueue();
    submit("a1", "a2", "a3");
    expect(["a2", "a1", "a2", "x"].map((id) => queue.cancel(id))).toEqual([
      "cancelled",
      "running",
      "unknown",
      "unknown",
    ]);
    end("a1");
    expect(events()).toEqual(["start a1", "cancelled a2", "end a1", "start a3"]);
    expect(queue.waiting).toBe(0);
  });

  it("lets a job be overtaken by the one behind it, once", () => {
    const { submit, end, events } = aQueue({}, { overtakesJob: (_, number) => number === 2 });
    submit("a1", "a2", "a3", "a4");
    for (const id of ["a1", "a3", "a2"]) end(id);
    expect(events()).toEqual([
      ...["start a1", "end a1", "start a3", "end a3", "overtaken a2", "start a2", "end a2", "start a4"],
    ]);
  });

  it("loses a job", () => {
    const { submit, end, events, queue } = aQueue({}, { losesJob: (_, number) => number === 2 });
    submit("a1", "a2", "a3");
    end("a1");
    expect(events()).toEqual(["start a1", "end a1", "lost a2", "start a3"]);
    expect(queue.cancel("a2")).toBe("unknown");
  });

  it("runs a job although it was taken back", () => {
    const { queue, submit, end, events } = aQueue({}, { runsCancelled: () => true });
    submit("a1", "a2");
    expect(queue.cancel("a2")).toBe("cancelled");
    end("a1");
    expect(events()).toEqual(["start a1", "cancelled a2", "end a1", "ran a2", "start a2"]);
  });

  it("tells nothing more once it is stopped", () => {
    const { queue, submit, end, events } = aQueue();
    submit("a1", "a2");
    queue.stop();
    end("a1");
    expect(events()).toEqual(["start a1"]);
  });
});
