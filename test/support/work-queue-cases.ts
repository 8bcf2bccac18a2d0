import type { ResultBackpressure, ResultClass, ResultQueue, RunResult } from "../../src/result/run-result.ts";
import { sampleBlock, sampleCheck, sampleMessages, sampleResult, sampleTimes } from "./sample-result.ts";

const { config } = sampleResult();

/** Two keys, three jobs at a time: every job had its end, some taken back and some refused. */
export const soundQueue: ResultQueue = {
  ...{ keys: 2, concurrency: 3, completionOrder: "free", sent: 1000, completed: 880, refused: 70, cancelled: 50 },
  ...{ lost: 0, cancelAsked: 72, cancelledRunning: 1, cancelledUnasked: 0 },
  said: { accepted: 930, started: 881, completed: 880, refused: 70, cancelled: 50, tooLate: 22 },
  ...{ misordered: 0, misorderedStarts: 0, overtaken: 41, overLimit: 0, mostRunning: { jobs: 3, key: "k1" } },
  ...{ cancelledRan: 0, refusedRan: 0, startedAgain: 0, completedAgain: 0, neverStarted: 0, repeated: 0, afterLoss: 0 },
  faults: [],
  statistics: {
    ...{ isCompared: true, note: "what the target told after the last job, less what it told before the first" },
    counts: [
      { count: "submitted", target: 1000, clients: 1000 },
      { count: "completed", target: 880, clients: 880 },
    ],
    disagreements: 0,
  },
  ...{ waitUs: sampleTimes(881, 12_000), runUs: sampleTimes(880, 5000) },
};

const faultyQueue: ResultQueue = {
  ...{ ...soundQueue, completed: 877, lost: 3, misordered: 2, misorderedStarts: 2, overLimit: 5 },
  ...{ mostRunning: { jobs: 4, key: "k2" }, cancelledRan: 1, refusedRan: 1, startedAgain: 1, completedAgain: 1 },
  faults: [
    { fault: "misordered", key: "k2", position: 17 },
    { fault: "misordered", key: "k2", position: 18 },
    { fault: "cancelled-ran", key: "k1", position: 40 },
    { fault: "refused-ran", key: "k1", position: 77 },
  ],
  statistics: {
    ...{ isCompared: true, note: "what the target told after the last job, less what it told before the first" },
    counts: [
      { count: "submitted", target: 1000, clients: 1000 },
      { count: "completed", target: 879, clients: 877 },
    ],
    disagreements: 1,
  },
};

function queued(queue: ResultQueue): Partial<RunResult> {
  const { sent, refused, cancelled, lost, completed } = queue;
  const messages = sampleMessages(sent, { refused, expected: sent - cancelled, lostMissing: lost });
  return {
    config: { ...config, mode: "queue" },
    queue,
    totals: sampleBlock(sent, 10, { messages, latencyUs: sampleTimes(completed, 17_000) }),
  };
}

const part = { windowMs: 10_000, perStreamPerSecond: 500, deliveryRatio: 1, samples: 5000, p50Us: 400, p99Us: 2000 };
const isolated: ResultBackpressure = {
  ...{ slowStreams: 5, fastStreams: 20, reading: "at most 500,000 bytes a second" },
  before: part,
  during: { ...part, perStreamPerSecond: 495, p99Us: 5000 },
  isolation: {
    ...{ verdict: "isolated", reasons: ["fast streams brought 99% of what they did before"] },
    ...{ p99Ratio: 2.5, addedUs: 3000, rateRatio: 0.99, worst: { stream: 3, rateRatio: 0.97 } },
  },
  reaction: { noticed: 5, medianMs: 1234, maxMs: 2345 },
};

const classOf = (name: string, expected: number, refused: number): ResultClass => ({
  ...sampleBlock(0, 10, { messages: sampleMessages(0, { expected, refused }) }),
  class: { kind: "priority", name },
});

/** Results of queues and of slow readers, before their verdict is decided. */
export const workQueueCases: Readonly<Record<string, Partial<RunResult>>> = {
  queue: {
    ...queued(soundQueue),
    thresholds: [
      sampleCheck({
        ...{ expression: "queue.misordered==0", metric: "queue.misordered", value: 0, bound: 0, unit: "count" },
        samples: null,
      }),
    ],
  },
  "queue-faulty": {
    ...queued(faultyQueue),
    thresholds: [
      sampleCheck({
        ...{ expression: "queue.misordered==0", metric: "queue.misordered", value: 2, bound: 0, unit: "count" },
        ...{ samples: null, outcome: "fail" },
      }),
    ],
  },
  backpressure: {
    config: { ...config, mode: "push", model: "none" },
    backpressure: isolated,
    classes: [classOf("control", 700, 0), classOf("critical", 6300, 0), classOf("bulk", 42_000, 9100)],
    totals: sampleBlock(0, 10, {
      ...{ loop: "none", messages: sampleMessages(0, { expected: 49_000, refused: 9100 }) },
    }),
  },
};
