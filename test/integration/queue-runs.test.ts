import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, it } from "vitest";
import { brokenIdentities } from "../../src/result/check-identities.ts";
import type { RunResult } from "../../src/result/run-result.ts";
import { jobServerForm, startJobServer, type JobServerOptions } from "../support/job-server.ts";
import { resultOf, runAndRead } from "../support/saved-run.ts";

const ends: (() => Promise<unknown>)[] = [];

afterEach(async () => {
  for (const end of ends.splice(0)) await end();
});

/** Some jobs through the mock; drained for as long as it takes. */
async function queue(args: readonly string[]) {
  const run = await runAndRead([...["--mode", "queue", "--drain", "30s", "--seed", "5", "--no-progress"], ...args]);
  const result = resultOf(run);
  expect(brokenIdentities(result)).toEqual([]);
  return { run, result, jobs: result.queue!, messages: result.totals.messages, books: result.target.books! };
}

/** The exit code of a run with a threshold that failed: unless the generator itself was kept from running. */
function failed({ generator }: RunResult): number {
  return generator.health === "limited" ? 96 : 99;
}

const faultless = {
  misordered: 0,
  overLimit: 0,
  cancelledRan: 0,
  refusedRan: 0,
  startedAgain: 0,
  completedAgain: 0,
  neverStarted: 0,
  afterLoss: 0,
  faults: [],
};

describe("what a run of jobs finds out equals what the mock did", () => {
  it("works off the jobs of each key in their order, so many at a time, whatever the workers", async () => {
    const { jobs, messages, books } = await queue([
      ...["--keys", "7", "-c", "4", "-w", "2", "--burst", "100@100ms", "-n", "300"],
      ...["--concurrency", "3", "--mock-queue-workers", "1ms,2ms,4ms,normal(3ms,1ms),1ms"],
    ]);
    expect(jobs).toMatchObject({ ...faultless, keys: 7, sent: 300, completed: 300, refused: 0, cancelled: 0, lost: 0 });
    expect(jobs.mostRunning!.jobs).toBe(books.jobsRunningPeak);
    expect(jobs.mostRunning!.jobs).toBeLessThanOrEqual(3);
    expect(jobs.overtaken).toBeGreaterThan(0);
    expect(jobs.statistics).toMatchObject({ isCompared: true, disagreements: 0 });
    expect(jobs.waitUs.count).toBe(300);
    expect(jobs.runUs.count).toBe(300);
    expect(messages).toMatchObject({ sent: 300, expected: 300, delivered: 300, reordered: 0, unsolicited: 0 });
    expect(books).toMatchObject({ jobsSubmitted: 300, jobsAccepted: 300, jobsStarted: 300, jobsCompleted: 300 });
  });

  it("finds how many jobs a queue works off when so many are always handed in", async () => {
    const { jobs, messages, books, result } = await queue([
      ...["--keys", "4", "-c", "2", "--rate", "max", "--in-flight", "12", "-n", "200", "-d", "60s"],
      ...["--concurrency", "3", "--mock-queue-time", "2ms", "--cancel", "5%"],
    ]);
    expect(jobs).toMatchObject({ ...faultless, sent: 200, refused: 0, lost: 0, cancelled: books.jobsCancelled! });
    expect(jobs.completed + jobs.cancelled).toBe(200);
    expect(books).toMatchObject({ jobsSubmitted: 200, jobsCompleted: jobs.completed });
    expect(result.totals).toMatchObject({
      loop: "closed",

      serviceUs: { count: 200 - jobs.cancelled },
    });
    expect(messages).toMatchObject({ sent: 200, delivered: jobs.completed, windowTimeouts: 0 });
    // Little's law: no more than 24 jobs are under way at a time, so that they take as long as that allows at least.
    const mostUnderWay = (jobs.completed * result.totals.serviceUs.mean!) / 1e6 / (result.totals.rate.windowMs / 1000);
    expect(mostUnderWay).toBeLessThanOrEqual(24.5);
    expect(jobs.mostRunning!.jobs).toBe(3);
  });

  it("takes back jobs that wait, and those never run", async () => {
    const { jobs, messages, books, run } = await queue([
      ...["--keys", "2", "--burst", "40@100ms", "-n", "40", "--cancel", "3,10,12", "--mock-queue-time", "5ms"],
      ...["--threshold", "queue.cancelledRan==0", "--threshold", "queue.disagreements==0"],
    ]);
    expect(jobs).toMatchObject({ ...faultless, sent: 40, cancelAsked: 6, cancelledRunning: 0, lost: 0 });
    expect(jobs.cancelled).toBe(books.jobsCancelled);
    expect(jobs.said.tooLate).toBe(books.jobsCancelTooLate);
    expect(jobs.cancelled).toBeGreaterThan(0);
    expect(messages).toMatchObject({ sent: 40, expected: 40 - jobs.cancelled, delivered: 40 - jobs.cancelled });
    expect(run.stdout.replace(/\s+/g, " ")).toContain("6 jobs to be cancelled");
  });

  it("counts what a full queue refuses", async () => {
    const { jobs, messages, books } = await queue([
      ...["--keys", "1", "--burst", "50@100ms", "-n", "50", "--mock-queue-limit", "10", "--mock-queue-time", "100ms"],
    ]);
    expect(jobs).toMatchObject({ ...faultless, sent: 50, refused: books.jobsRefused, lost: 0 });
    expect(jobs.refused).toBeGreaterThan(0);
    expect(messages).toMatchObject({ expected: 50, delivered: 50 - jobs.refused, refused: jobs.refused, lost: 0 });
    expect(jobs.statistics).toMatchObject({ isCompared: true, disagreements: 0 });
  });

  it("keeps the order of completions, too, where that is promised", async () => {
    const args = [
      "--keys",
      "2",
      "--burst",
      "60@100ms",
      "-n",
      "60",
      "--concurrency",
      "4",
      "--mock-queue-workers",
      "1ms,9ms,3ms,6ms",
    ];
    const { jobs } = await queue([...args, "--mock-queue-in-order"]);
    expect(jobs).toMatchObject({ ...faultless, completed: 60, overtaken: 0 });
  });
});

describe("a defect of a queue is found and named", () => {
  const many = ["--keys", "3", "--burst", "90@100ms", "-n", "90", "--concurrency", "2", "--mock-queue-time", "2ms"];
  const told = (text: string): string => text.replace(/\s+/g, " ");

  it("a job that starts after the one behind it", async () => {
    const { jobs, messages, books, run, result } = await queue([
      ...[...many, "--mock-queue-overtake", "20%", "--threshold", "queue.misordered==0"],
    ]);
    expect(books.jobsOvertaken).toBeGreaterThan(0);
    expect(jobs).toMatchObject({ misordered: books.jobsOvertaken, misorderedStarts: books.jobsOvertaken });
    expect(messages.reordered).toBe(books.jobsOvertaken);
    expect(jobs.faults[0]).toMatchObject({ fault: "misordered" });
    expect(told(run.stdout)).toContain("out of order: started or completed after a later one of the same key");
    expect(run.exitCode).toBe(failed(result));
  });

  it("a job that is accepted and lost", async () => {
    const { jobs, messages, books } = await queue([...many, "--drain", "1s", "--mock-queue-lose", "10%"]);
    expect(books.jobsLost).toBeGreaterThan(0);
    expect(jobs.lost).toBe(books.jobsLost);
    expect(messages).toMatchObject({ lost: books.jobsLost, lostMissing: books.jobsLost });
    expect(jobs.misordered).toBe(0);
  });

  it("a job that runs although its cancellation was confirmed", async () => {
    const { jobs, books, run, result } = await queue([
      ...[...many, "--cancel", "40%", "--mock-queue-run-cancelled", "50%", "--threshold", "queue.cancelledRan==0"],
    ]);
    expect(books.jobsCancelledRan).toBeGreaterThan(0);
    expect(jobs).toMatchObject({ cancelledRan: books.jobsCancelledRan, cancelled: books.jobsCancelled, lost: 0 });
    expect(jobs.faults.every(({ fault }) => fault === "cancelled-ran")).toBe(true);
    expect(told(run.stdout)).toContain("ran although the target had confirmed that they were cancelled");
    expect(run.exitCode).toBe(failed(result));
  });

  it("statistics that lie", async () => {
    const { jobs, books, run, result } = await queue([
      ...[...many, "--mock-queue-miscount", "10%", "--threshold", "queue.disagreements==0"],
    ]);
    expect(books.jobsMiscounted).toBeGreaterThan(0);
    expect(jobs.statistics).toMatchObject({ isCompared: true, disagreements: 1 });
    expect(jobs.statistics!.counts).toContainEqual({
      count: "completed",
      target: 90 + books.jobsMiscounted!,
      clients: 90,
    });
    expect(told(run.stdout)).toContain(
      `the target's statistics say ${90 + books.jobsMiscounted!} completed, its clients were told 90`,
    );
    expect(run.exitCode).toBe(failed(result));
  });

  it("more jobs of a key at a time than were promised", async () => {
    const { jobs, books, run } = await queue([...many, "--mock-queue-concurrency", "4"]);
    expect(books.jobsRunningPeak).toBe(4);
    expect(jobs.mostRunning!.jobs).toBe(4);
    expect(jobs.overLimit).toBeGreaterThan(0);
    expect(told(run.stdout)).toContain("with 2 of the key running already, which is all that may");
  });
});

describe("a queue that speaks otherwise", () => {
  async function foreign(options: Partial<JobServerOptions>, settings: object = {}, args: readonly string[] = []) {
    const server = await startJobServer({ concurrency: 2, jobMs: 3, ...options });
    ends.push(() => server.close());
    const folder = await mkdtemp(join(tmpdir(), "floodgate-queue-"));
    ends.push(() => rm(folder, { recursive: true }));
    const profile = join(folder, "lines.yaml");
    const queueSettings = { ...jobServerForm, keys: 4, concurrency: 2, ...settings };
    await writeFile(
      profile,
      JSON.stringify({ mode: "queue", queue: queueSettings, burst: { size: 60, every: "100ms" }, messages: 60 }),
    );
    return { ...(await queue([profile, "-t", server.url, ...args])), planted: server.planted };
  }

  it("is followed by what the profile says of its lines", async () => {
    const { jobs, messages } = await foreign({}, {}, ["-s", "100", "--cancel", "20%"]);
    expect(jobs).toMatchObject({ ...faultless, sent: 60, refused: 0, lost: 0 });
    expect(jobs.cancelled + jobs.completed).toBe(60);
    expect(jobs.cancelled).toBeGreaterThan(0);
    expect(jobs.statistics).toMatchObject({ isCompared: true, disagreements: 0 });
    expect(jobs.statistics!.counts.map(({ count }) => count)).toEqual(["submitted", "completed"]);
    expect(messages.unsolicited).toBe(0);
  });

  it("is found out in each defect it has, as often as it was planted", async () => {
    const defects = [
      ...(["exceeds", "miscounts", "is-overtaken", "completes-again", "starts-again"] as const),
      ...(["loses", "cancels-unasked", "never-starts"] as const),
    ];
    const { jobs, run, planted } = await foreign({ defects }, {}, ["--drain", "1s"]);
    expect(Object.keys(planted).sort()).toEqual([...defects].sort());
    expect(jobs).toMatchObject({
      misordered: planted["is-overtaken"],
      overLimit: planted.exceeds,
      mostRunning: { jobs: 3 },
      completedAgain: planted["completes-again"],
      startedAgain: planted["starts-again"],
      lost: planted.loses,
      cancelledUnasked: planted["cancels-unasked"],
      neverStarted: planted["never-starts"],
      ...{ cancelledRan: 0, refusedRan: 0 },
    });
    const completed = jobs.statistics!.counts.find(({ count }) => count === "completed")!;
    expect(completed.target - completed.clients).toBe(planted.miscounts);
    expect(jobs.statistics!.disagreements).toBe(1);
    expect(run.stdout).toContain("[WARN] jobs were not treated as promised");
  });

  it("is found out where it runs what it has refused, or confirmed to be taken back", async () => {
    const defects = ["runs-refused", "runs-cancelled"] as const;
    const { jobs, planted } = await foreign({ defects, limit: 6, jobMs: 30 }, {}, ["--cancel", "50%"]);
    expect(Object.keys(planted).sort()).toEqual([...defects].sort());
    expect(jobs).toMatchObject({ refusedRan: planted["runs-refused"], cancelledRan: planted["runs-cancelled"] });
    expect(jobs.lost).toBe(0);
  });

  it("need not tell of starts: then their order is not known, which is said", async () => {
    const { started, ...form } = jobServerForm.form;
    expect(started).toBe("/^BEGIN /");
    const { jobs, run } = await foreign({ isTaciturn: true }, { form });
    expect(jobs).toMatchObject({ misorderedStarts: null, overLimit: null, neverStarted: null, completed: 60 });
    expect(run.stdout.replace(/\s+/g, " ")).toContain("the target does not tell when a job starts");
  });
});
