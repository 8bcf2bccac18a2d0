import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import type { MockOptions } from "../../../src/mock-server/mock-options.ts";
import type { QueuePlan } from "../../../src/plan/plan.ts";
import type { RunRequest } from "../../../src/profile/run-request.ts";
import { runRequest } from "../../support/parse-command.ts";

let folder = "";

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "floodgate-profile-"));
});

afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** The request of a profile with this block of jobs. */
function requestOf(queue: object, ...args: readonly string[]): Promise<RunRequest> {
  const file = join(folder, "jobs.yaml");
  writeFileSync(file, JSON.stringify({ mode: "queue", queue }));
  return runRequest([file, ...args]);
}

async function queueOf(queue: object, ...args: readonly string[]): Promise<QueuePlan> {
  return (await requestOf(queue, ...args)).plan.queue!;
}

async function mockOf(...args: readonly string[]): Promise<MockOptions> {
  const { target } = await runRequest(["--mode", "queue", ...args]);
  if (target.kind !== "mock") throw new Error("not the mock");
  return target.options;
}

describe("what jobs are", () => {
  it("is as the mock speaks of them where nothing is said of it, one key for each connection", async () => {
    const { plan } = await runRequest(["--mode", "queue", "-c", "20"]);
    expect(plan.queue).toMatchObject({
      keys: 20,
      concurrency: 1,
      completesInOrder: true,
      cancel: { kind: "none" },
      form: { started: { kind: "text", pattern: '"type":"started"' } },
      statistics: { request: '{"type":"statistics"}' },
    });
    expect(plan.queue!.statistics!.counts).toHaveLength(6);
    expect(plan.message).toMatchObject({
      templatePrefix: '{"type":"submit","key":"{{key}}","id":"',
      templateSuffix: '","padding":""}',
    });
    expect((await runRequest(["ws://127.0.0.1:1/"])).plan.queue).toBeNull();
  });

  it("has filler up to the size that was asked for", async () => {
    const { plan } = await runRequest(["--mode", "queue", "-c", "1", "-s", "100"]);
    expect(plan.message.sizeBytes).toBe(100);
    expect(plan.message.templateSuffix).toBe(`","padding":"${"x".repeat(100 - 81)}"}`);
  });

  it("takes no more connections than there are keys, unless somebody asks for them", async () => {
    const { plan } = await runRequest(["--mode", "queue", "--keys", "3"]);
    expect(plan.segments[0]!.connections).toBe(3);
    await expect(runRequest(["--mode", "queue", "--keys", "3", "-c", "4"])).rejects.toThrow(
      "4 connections cannot share 3 keys",
    );
  });

  it("is the target's alone as soon as a form is given: what is left out is not said, and nothing is asked", async () => {
    const queue = await queueOf({ keys: 1, form: { submit: "JOB {{id}}", completed: "/^END /" } });
    expect(queue).toMatchObject({
      form: { cancel: null, accepted: null, started: null, refused: null, cancelled: null, tooLate: null },
      statistics: null,
    });
    expect(queue.form.completed).toEqual({ kind: "regex", pattern: "^END ", flags: "" });
  });

  it("leaves the order of completions free where several run at a time, unless it is said", async () => {
    expect((await queueOf({ concurrency: 2 })).completesInOrder).toBe(false);
    expect((await queueOf({ concurrency: 2, completionOrder: "kept" })).completesInOrder).toBe(true);
    expect((await queueOf({ completionOrder: "free" })).completesInOrder).toBe(false);
  });

  it.each([
    ["a share", "5%", { kind: "share", ratio: 0.05 }],
    ["positions", "3, 10,12", { kind: "positions", positions: [3, 10, 12] }],
    ["one position", 7, { kind: "positions", positions: [7] }],
  ])("takes back %s of them", async (_, cancel, choice) => {
    expect((await queueOf({ cancel })).cancel).toEqual(choice);
  });

  it.each([
    ["jobs that cannot be taken back", { cancel: "5%", form: { completed: "END" } }, "queue.cancel needs"],
    ["keys that are not said", { keys: 12, form: { submit: "JOB {{id}}" } }, "has no {{key}}, but there are 12 keys"],
    ["statistics without an answer", { statistics: { request: "?" } }, "queue.statistics lacks answer"],
    ["statistics without a number", { statistics: { request: "?", answer: "!" } }, "tells none of submitted, accepted"],
  ])("refuses %s", async (_, queue, problem) => {
    await expect(requestOf(queue)).rejects.toThrow(problem);
  });

  it("has no place for a size without filler", async () => {
    const form = { submit: "JOB {{key}} {{id}}", completed: "END" };
    await expect(requestOf({ keys: 1, form }, "-s", "100", "-c", "1")).rejects.toThrow(
      "a job takes 39 bytes, and has no {{padding}}",
    );
  });
});

describe("the mock", () => {
  it("promises what the jobs of the run are promised, unless it is to break it", async () => {
    expect(await mockOf("--concurrency", "4")).toMatchObject({
      mode: "queue",
      queueConcurrency: 4,
      queueInOrder: false,
    });
    expect(await mockOf("--concurrency", "4", "--mock-queue-concurrency", "5")).toMatchObject({ queueConcurrency: 5 });
  });

  it("has workers by their times", async () => {
    expect((await mockOf("--mock-queue-workers", "5ms, normal(20ms,5ms)")).queueWorkers).toEqual([
      { kind: "fixed", ms: 5 },
      { kind: "normal", meanMs: 20, stdevMs: 5 },
    ]);
    await expect(mockOf("--mock-queue-workers", "5ms,soon")).rejects.toThrow('has "soon", which is not a latency');
  });
});
