import { afterEach, describe, expect, it } from "vitest";
import { fanOutCounter } from "../../../src/measure/fan-out-cells.ts";
import { BroadcastingWorker } from "../../support/broadcasting-worker.ts";

const workers: BroadcastingWorker[] = [];

afterEach(async () => {
  for (const worker of workers.splice(0)) await worker.connections.closeAll();
});

async function running(excludesPublisher = false): Promise<BroadcastingWorker> {
  const worker = new BroadcastingWorker({ excludesPublisher });
  workers.push(worker);
  await worker.open();
  worker.startLoad();
  return worker;
}

function counts(worker: BroadcastingWorker): readonly number[] {
  const { presentAtSend, incomplete, unsettled } = fanOutCounter;
  return [presentAtSend, incomplete, unsettled].map((which) => worker.fannedOut(which));
}

describe("publishing in a broadcast", () => {
  it("numbers the messages of each publisher from 1", async () => {
    const { publisher } = await running();
    const sequences = [0, 0, 1, 0, 1].map((from, index) => publisher.enterSent(from, 1500, 1500 + index, 1));
    expect(sequences).toEqual([1, 2, 1, 3, 2]);
  });

  it("counts who is in the room, without the publisher where it is excluded", async () => {
    const worker = await running();
    worker.publish(0, 1500);
    expect(counts(worker)[0]).toBe(3);
    const other = await running(true);
    other.publish(0, 1500);
    expect(counts(other)[0]).toBe(2);
  });

  it("leaves a message out of the spread that is sent near to a join or leave", async () => {
    const worker = await running();
    worker.end(4, 1400);
    worker.publish(0, 1599);
    worker.publish(0, 1601);
    worker.publish(1, 1599);
    expect(counts(worker)).toEqual([2 + 2 + 3, 0, 1]);
  });

  it("gives up at the end on what has not reached everybody, once", async () => {
    const worker = await running();
    worker.read(3, 1510, worker.publish(0, 1500));
    const whole = worker.publish(1, 1500);
    for (const to of [1, 2, 5]) worker.read(to, 1510, whole);
    worker.publisher.giveUpIncomplete();
    worker.publisher.giveUpIncomplete();
    expect(counts(worker)).toEqual([6, 1, 0]);
  });
});
