import { crc32 } from "node:zlib";
import { afterEach, describe, expect, it } from "vitest";
import { counter, histogramStat } from "../../../src/measure/worker-cells.ts";
import type { StreamPlan } from "../../../src/plan/plan.ts";
import { StreamingWorker } from "../../support/streaming-worker.ts";

const workers: StreamingWorker[] = [];

afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.connections.closeAll();
});

async function running(plan: Partial<StreamPlan> = {}): Promise<StreamingWorker> {
  const worker = new StreamingWorker(plan);
  workers.push(worker);
  await worker.open();
  worker.startLoad();
  return worker;
}

const asked: Partial<StreamPlan> = {
  first: 1,
  subscribe: "go",
  stop: "halt",
  end: { kind: "text", before: "end ", after: "" },
};

const prioritised: Partial<StreamPlan> = {
  ...asked,
  end: null,
  priority: {
    names: ["high", "low"],
    place: { kind: "text", before: '"class":"', after: '"' },
    isNumbered: true,
    ends: ["high", "low"].map((name) => ({ kind: "path", keys: ["last", name] })),
    givenUp: ["high", "low"].map((name) => ({ kind: "path", keys: ["gone", name] })),
  },
};

function ranked(name: string, number: number, stampUs = 0): string {
  return `{"seq":${number},"class":"${name}","t":${stampUs}}`;
}

function checked(number: number, text = "x"): string {
  const whole = `{"seq":${number},"text":"${text}","check":""}`;
  const check = crc32(Buffer.from(whole)).toString(16).padStart(8, "0");
  return whole.replace('"check":""', `"check":"${check}"`);
}

describe("taking in streams", () => {
  it("counts each message in the phase in which its number was reached", async () => {
    const worker = await running();
    worker.push(500, 1, 2);
    worker.push(1500, 3, 5);
    worker.push(1600, 4, 5);
    expect([counter.expected, counter.delivered].map((which) => worker.count(which, 0))).toEqual([2, 2]);
    expect([counter.expected, counter.delivered].map((which) => worker.count(which))).toEqual([3, 3]);
    expect([counter.reordered, counter.duplicated].map((which) => worker.count(which))).toEqual([1, 1]);
    expect(worker.count(counter.deliveredInWindow)).toBe(3);
    expect(worker.count(counter.bytesReceived)).toBe(4 * '{"seq":1}'.length);
  });

  it("asks for its streams as the load begins, and says stop as it ends", async () => {
    const worker = await running(asked);
    expect(worker.transports[0]!.messages.map(String)).toEqual(["go"]);
    worker.endLoad();
    expect(worker.transports[0]!.messages.map(String)).toEqual(["go", "halt"]);
  });

  it("waits for the end of every stream, counts what was under way as late, and misses the rest", async () => {
    const worker = await running(asked);
    worker.push(1500, 1, 2);
    worker.endLoad();
    expect(worker.receiver.hasOutstanding()).toBe(true);
    worker.push(3001, 3);
    worker.read(3002, "end 5");
    expect(worker.receiver.hasOutstanding()).toBe(false);
    worker.receiver.settle();
    const counts = [counter.expected, counter.delivered, counter.late, counter.lostMissing];
    expect(counts.map((which) => worker.count(which))).toEqual([5, 3, 1, 2]);
    expect(worker.receiver.tallies()).toMatchObject({ endsTold: 1, gaps: 1, longestGap: 2 });
  });

  it("ends the load at its planned end where no stream is asked to stop: only what was missing is still taken", async () => {
    const worker = await running();
    worker.push(1500, 1, 3);
    worker.push(3005, 4);
    worker.endLoad();
    expect(worker.receiver.hasOutstanding()).toBe(true);
    worker.push(3100, 2, 5);
    expect(worker.receiver.hasOutstanding()).toBe(false);
    expect([counter.expected, counter.delivered, counter.late].map((which) => worker.count(which))).toEqual([3, 3, 1]);
    expect(worker.receiver.tallies().outside).toBe(2);
  });

  it("only follows a stream that runs before the load", async () => {
    const worker = new StreamingWorker();
    workers.push(worker);
    await worker.open();
    worker.push(0, 7, 8);
    worker.startLoad();
    worker.push(1500, 10);
    expect([counter.expected, counter.delivered].map((which) => worker.count(which))).toEqual([2, 1]);
    expect(worker.receiver.tallies().outside).toBe(2);
  });

  it("knows a broken message by its check, whatever of it was harmed", async () => {
    const worker = await running({ first: 1, check: { kind: "text", before: '"check":"', after: '"' } });
    const good = checked(2);
    worker.read(1500, checked(1), good.replace('"x"', '"y"'), checked(3));
    worker.read(1600, checked(4), checked(5).replace("seq", "sex"), checked(6));
    worker.read(1700, checked(7), checked(8).replace("check", "chock"), checked(9));
    worker.receiver.settle();
    const counts = [counter.expected, counter.delivered, counter.corrupted, counter.lostCorrupt, counter.lostMissing];
    // A message whose number and check both cannot be found is none that anybody could know.
    expect(counts.map((which) => worker.count(which))).toEqual([9, 6, 3, 3, 0]);
  });

  it("takes a new beginning in the middle of a connection back out of the duplicates", async () => {
    const worker = await running();
    worker.push(1500, ...Array.from({ length: 50 }, (_, index) => index + 1));
    worker.push(1600, 1, 2, 3, 4);
    const counts = [counter.expected, counter.delivered, counter.duplicated, counter.deliveredInWindow];
    expect(counts.map((which) => worker.count(which))).toEqual([54, 54, 0, 54]);
    expect(worker.receiver.tallies().restarts).toBe(1);
  });

  it("counts a past that comes once more as duplicated, and loses nothing by it", async () => {
    const worker = await running();
    worker.push(1500, ...Array.from({ length: 50 }, (_, index) => index + 1));
    worker.push(1600, 1, 2, 3, 4);
    worker.push(1700, 51, 52);
    worker.receiver.settle();
    const counts = [counter.expected, counter.delivered, counter.duplicated, counter.lostMissing];
    expect(counts.map((which) => worker.count(which))).toEqual([56, 56, 4, 0]);
    expect(worker.receiver.tallies()).toMatchObject({ restarts: 1, repeated: 4 });
  });

  it("records the time from the target's stamp, and counts clocks that disagree instead of hiding it", async () => {
    const sent = { kind: "text", before: '"t":', after: "" } as const;
    const worker = await running({ oneWay: { kind: "measured", sent, clock: "monotonic-us", clockBoundMs: null } });
    worker.read(1500, '{"seq":1,"t":1498000}', '{"seq":2,"t":1501000}', '{"seq":3}');
    const { latency } = worker.cells.phases[1]!;
    expect(latency.stats[histogramStat.sum]).toBe(2000);
    expect([counter.delivered, counter.clockErrors].map((which) => worker.count(which))).toEqual([3, 1]);
  });

  it("counts the time between reads, and none between messages of one read", async () => {
    const worker = await running();
    worker.push(900, 1);
    worker.push(1100, 2, 3);
    worker.push(1110, 4);
    worker.endLoad();
    const { interArrival } = worker.cells.phases[1]!;
    expect([interArrival.stats[histogramStat.sum], interArrival.stats[histogramStat.min]]).toEqual([10_000, 0]);
    const { seen, windowMs, longestSilenceMs } = worker.receiver.tallies();
    expect([seen, windowMs, longestSilenceMs]).toEqual([[3], [2000], [1890]]);
  });

  it("takes text that is no ASCII the longer way, to the same end", async () => {
    const worker = await running();
    worker.read(1500, '{"seq":1,"text":"Grüße"}', '{"seq":2}');
    expect(worker.count(counter.delivered)).toBe(2);
  });

  it("follows each class of a stream by its own numbers, and counts it apart", async () => {
    const worker = await running(prioritised);
    worker.read(1500, ranked("low", 1), ranked("high", 1), ranked("low", 3), ranked("high", 2));
    worker.read(1600, ranked("low", 2), ranked("none", 1), ranked("high", 4), ranked("high", 4));
    worker.endLoad();
    worker.read(3001, '{"last":{"high":6,"low":3},"gone":{"high":1,"low":0}}');
    expect(worker.receiver.hasOutstanding()).toBe(false);
    worker.receiver.settle();
    const names = ["expected", "delivered", "refused", "lostMissing", "reordered", "duplicated"] as const;
    const counts = (of: (which: number) => number) => names.map((name) => of(counter[name]));
    expect(counts((which) => worker.count(which))).toEqual([9, 6, 1, 2, 1, 1]);
    expect(counts((which) => worker.classCount(0, which))).toEqual([6, 3, 1, 2, 0, 1]);
    expect(counts((which) => worker.classCount(1, which))).toEqual([3, 3, 0, 0, 1, 0]);
    expect(worker.count(counter.unsolicited)).toBe(1);
    expect(worker.receiver.tallies()).toMatchObject({
      endsTold: 1,
      overtold: 0,
      faulty: [{ stream: 0, priority: 0, lost: 2 }],
    });
  });

  it("waits for the last word on classes, and takes what comes then as late, by class too", async () => {
    const worker = await running(prioritised);
    worker.read(1500, ranked("low", 1));
    worker.endLoad();
    expect(worker.receiver.hasOutstanding()).toBe(true);
    worker.read(3001, ranked("low", 2));
    expect([counter.late, counter.deliveredInWindow].map((which) => worker.classCount(1, which))).toEqual([1, 1]);
  });

  it("times each class, and counts its clock errors apart", async () => {
    const sent = { kind: "text", before: '"t":', after: "" } as const;
    const oneWay = { kind: "measured", sent, clock: "monotonic-us", clockBoundMs: null } as const;
    const worker = await running({ ...prioritised, oneWay });
    worker.read(1500, ranked("low", 1, 1_498_000), ranked("high", 1, 1_501_000), ranked("low", 2, 1_497_000));
    const [high, low] = worker.cells.classes.map((phases) => phases[1]!);
    expect([high!.counts[counter.clockErrors], low!.latency.stats[histogramStat.sum]]).toEqual([1, 5000]);
  });

  it("tells classes apart by time alone where they are not numbered apart: what is missing belongs to the stream", async () => {
    const priority = { ...prioritised.priority!, isNumbered: false, ends: [], givenUp: [] };
    const worker = await running({ ...prioritised, priority });
    worker.read(1500, ranked("low", 1), ranked("high", 2), ranked("low", 4));
    worker.receiver.settle();
    expect([counter.expected, counter.lostMissing].map((which) => worker.count(which))).toEqual([4, 1]);
    expect(worker.receiver.tallies().faulty).toEqual([{ stream: 0, priority: null, lost: 1 }]);
  });

  it("keeps what has no number for the first foreign frame", async () => {
    const worker = await running();
    worker.read(1500, "hello");
    expect(worker.count(counter.unsolicited)).toBe(1);
    expect(worker.notes.firstForeignFrame).toBe("hello");
  });
});
