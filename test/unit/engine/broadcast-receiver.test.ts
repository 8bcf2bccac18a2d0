import { afterEach, describe, expect, it } from "vitest";
import { fanOutCounter } from "../../../src/measure/fan-out-cells.ts";
import { counter, histogramStat } from "../../../src/measure/worker-cells.ts";
import type { BroadcastPlan } from "../../../src/plan/plan.ts";
import { BroadcastingWorker } from "../../support/broadcasting-worker.ts";

const workers: BroadcastingWorker[] = [];

afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.connections.closeAll();
});

/** Connections 0, 3 and 4 are in one room, 1, 2 and 5 in the other; 0 and 1 publish. */
async function running(plan: Partial<BroadcastPlan> = {}): Promise<BroadcastingWorker> {
  const worker = new BroadcastingWorker(plan);
  workers.push(worker);
  await worker.open();
  worker.startLoad();
  return worker;
}

const { delivered, lostMissing, lostClosed, lostCorrupt, duplicated, reordered, unsolicited } = counter;

describe("receiving a broadcast", () => {
  it("takes each copy for its receiver, with the publisher's instants", async () => {
    const worker = await running();
    const message = worker.publish(0, 1500);
    for (const [index, to] of [0, 3, 4].entries()) worker.read(to, 1510 + index, message);
    expect(worker.count(delivered)).toBe(3);
    const { latency, service } = worker.cells.phases[1]!;
    expect([latency.stats[histogramStat.min], latency.stats[histogramStat.max]]).toEqual([11_000, 13_000]);
    expect(service.stats[histogramStat.max]).toBe(12_000);
    expect(worker.receiver.hasOutstanding()).toBe(false);
  });

  it("times a message once, as its last receiver has it", async () => {
    const worker = await running();
    const message = worker.publish(1, 1500);
    worker.read(1, 1510, message);
    worker.read(2, 1520, message);
    expect(worker.fannedOut(fanOutCounter.timed)).toBe(0);
    worker.read(5, 1550, message);
    expect(worker.fannedOut(fanOutCounter.timed)).toBe(1);
    const { first, median, last, spread } = worker.fanOut.phases[1]!;
    const times = [first, median, last, spread].map(({ stats }) => stats[histogramStat.sum]);
    expect(times).toEqual([11_000, 21_000, 51_000, 40_000]);
  });

  it("finds what is missing, repeated and overtaken at each receiver by itself, and names it", async () => {
    const worker = await running();
    const [one, two, three] = [1500, 1501, 1502].map((atMs) => worker.publish(0, atMs));
    worker.read(0, 1510, one!, two!, three!);
    worker.read(3, 1510, one!, three!, two!, two!);
    worker.read(4, 1510, one!, three!);
    expect(worker.receiver.hasOutstanding()).toBe(true);
    worker.receiver.settle();
    const counts = [delivered, lostMissing, duplicated, reordered].map((which) => worker.count(which));
    expect(counts).toEqual([8, 1, 1, 1]);
    const none = { lost: 0, duplicated: 0, reordered: 0, misrouted: 0, room: 0 };
    expect(worker.notes.notes({ lost: new Map(), late: new Map() }).faultyReceivers).toEqual({
      count: 2,
      worst: [
        { ...none, connection: 3, duplicated: 1, reordered: 1 },
        { ...none, connection: 4, lost: 1 },
      ],
    });
  });

  it("takes what comes to another room for a fault of the target, and for no delivery", async () => {
    const worker = await running();
    worker.read(2, 1510, worker.publish(0, 1500));
    expect([delivered, unsolicited].map((which) => worker.count(which))).toEqual([0, 1]);
    expect(worker.fannedOut(fanOutCounter.misrouted)).toBe(1);
  });

  it("takes what comes back to its publisher for the same, where that is excluded", async () => {
    const worker = await running({ excludesPublisher: true });
    const message = worker.publish(0, 1500);
    for (const to of [0, 3, 4]) worker.read(to, 1510, message);
    expect(worker.count(delivered)).toBe(2);
    expect([fanOutCounter.misrouted, fanOutCounter.timed].map((which) => worker.fannedOut(which))).toEqual([1, 1]);
    expect(worker.receiver.hasOutstanding()).toBe(false);
  });

  it("finds messages that the target has wrapped, or put together", async () => {
    const worker = await running();
    const [one, two] = [worker.publish(0, 1500), worker.publish(0, 1501)];
    worker.read(3, 1510, Buffer.concat([Buffer.from('{"batch":["'), one, Buffer.from('","'), two, Buffer.from('"]}')]));
    expect(worker.count(delivered)).toBe(2);
  });

  it("loses as broken what came only broken, and no sound copy beside a broken one", async () => {
    const worker = await running();
    const message = worker.publish(0, 1500);
    const broken = Buffer.from(message);
    broken[60]! ^= 1;
    worker.read(3, 1510, broken);
    worker.read(4, 1510, broken, message);
    worker.read(0, 1510, message);
    worker.receiver.settle();
    expect([delivered, lostCorrupt, lostMissing, counter.corrupted].map((which) => worker.count(which))).toEqual([
      ...[2, 1, 0, 2],
    ]);
  });

  it("takes nothing that was never published", async () => {
    const worker = await running();
    worker.read(3, 1510, Buffer.from(worker.codec.encode(0, 7).bytes), Buffer.from(worker.codec.encode(99, 1).bytes));
    expect([delivered, unsolicited].map((which) => worker.count(which))).toEqual([0, 2]);
  });

  it("owes a receiver that leaves what was sent a guard before, and no more", async () => {
    const worker = await running();
    worker.publish(0, 1500);
    worker.publish(0, 1750);
    worker.end(4, 1800);
    expect(worker.count(lostClosed)).toBe(1);
    expect(worker.fannedOut(fanOutCounter.indeterminate)).toBe(1);
    expect(worker.fannedOut(fanOutCounter.leaves)).toBe(1);
  });

  it("waits for no receiver that has left to call a message with everybody", async () => {
    const worker = await running();
    worker.end(4, 1200);
    const message = worker.publish(0, 1500);
    for (const to of [0, 3]) worker.read(to, 1510, message);
    expect(worker.fannedOut(fanOutCounter.timed)).toBe(1);
  });
});
