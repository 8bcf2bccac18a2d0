import { describe, expect, it, vi } from "vitest";
import { counter, histogramStat } from "../../../src/measure/worker-cells.ts";
import type { ReconnectPlan } from "../../../src/plan/plan.ts";
import { useFakeTime } from "../../support/fake-time.ts";
import { constantLoad as constant, SendingWorker } from "../../support/sending-worker.ts";

const plain: ReconnectPlan = {
  baseMs: 100,
  maxMs: 100,
  maxAttempts: null,
  bufferMessages: null,
  breaker: null,
  resume: null,
};
const lost = { opened: true, closeCode: 1006, closeReason: "", failure: undefined } as const;
const refused = {
  ...{ opened: false, closeCode: 1006, closeReason: "" },
  failure: { phase: "connect", kind: "refused", blame: "target", example: "refused" },
} as const;

async function workerWith(changes: Partial<ReconnectPlan>, connections = 1): Promise<SendingWorker> {
  const worker = new SendingWorker({ connections, connect: { reconnect: { ...plain, ...changes } } });
  await worker.open();
  return worker;
}

describe("a connection that is lost and comes back", () => {
  useFakeTime();

  it("counts as an outage and its return, with the time between", async () => {
    const worker = await workerWith({});
    worker.transports[0]!.end(lost);
    await vi.advanceTimersByTimeAsync(200);
    expect([counter.outages, counter.returned, counter.retries].map((which) => worker.count(which))).toEqual([1, 1, 1]);
    const { recovery } = worker.cells.phases[0]!;
    expect(recovery.stats[histogramStat.max]).toBeGreaterThan(1000);
    expect(recovery.stats[histogramStat.max]).toBeLessThanOrEqual(102_000);
  });

  it("is away for good after too many attempts", async () => {
    const worker = await workerWith({ maxAttempts: 3 });
    worker.opensItself = false;
    worker.transports[0]!.end(lost);
    for (let tick = 0; tick < 100; tick += 1) {
      await vi.advanceTimersByTimeAsync(10);
      worker.transports.at(-1)!.end(refused);
    }
    expect(worker.transports).toHaveLength(4);
    expect(worker.count(counter.retries)).toBe(3);
    expect(worker.count(counter.retriesSucceeded)).toBe(0);
    expect(worker.count(counter.retriesGivenUp)).toBe(1);
    expect(worker.count(counter.returned)).toBe(0);
  });

  it("gets what was due while it was away, in order, none of it late by the generator", async () => {
    const worker = await workerWith({ bufferMessages: 1000 });
    const ended = worker.start([constant(100)], 1000);
    await vi.advanceTimersByTimeAsync(300);
    worker.transports[0]!.end(lost);
    await vi.advanceTimersByTimeAsync(1000);
    await ended;
    const sequences = worker.transports.flatMap(({ messages }) => messages.map((message) => message.toString()));
    expect(new Set(sequences).size).toBe(100);
    const buffered = worker.count(counter.buffered);
    expect(buffered).toBeGreaterThan(0);
    expect(worker.count(counter.bufferSent)).toBe(buffered);
    expect(worker.count(counter.unsendable)).toBe(0);
    const { ownSlip, blockedSlip } = worker.cells.phases[0]!;
    expect(ownSlip.stats[histogramStat.max]).toBeLessThan(5000);
    expect(blockedSlip.stats[histogramStat.max]).toBeGreaterThanOrEqual(5000);
  });

  it("gets as much of it as there are places, and the rest is counted", async () => {
    const worker = await workerWith({ baseMs: 10_000, maxMs: 10_000, bufferMessages: 100 });
    worker.opensItself = false;
    const ended = worker.start([constant(150)], 1000);
    worker.transports[0]!.end(lost);
    await vi.advanceTimersByTimeAsync(1200);
    await ended;
    expect(worker.count(counter.offered)).toBe(150);
    expect(worker.count(counter.buffered)).toBe(100);
    expect(worker.count(counter.bufferOverflowed)).toBe(50);
    expect(worker.loop.bufferHighWater).toBe(100);
    // It never came back, so that none of them could be sent.
    expect(worker.count(counter.unsendable)).toBe(150);
    expect(worker.count(counter.sent)).toBe(0);
  });

  it("keeps nothing where nothing is to be kept", async () => {
    const worker = await workerWith({ baseMs: 10_000, maxMs: 10_000 });
    const ended = worker.start([constant(100)], 500);
    worker.transports[0]!.end(lost);
    await vi.advanceTimersByTimeAsync(700);
    await ended;
    expect(worker.count(counter.buffered)).toBe(0);
    expect(worker.count(counter.unsendable)).toBe(50);
  });

  it("leaves the target alone while the breaker is open, then tries one, then all", async () => {
    const breaker = { failures: 5, cooldownMs: 1000, whileOpen: "queue" } as const;
    const worker = await workerWith({ breaker }, 8);
    worker.opensItself = false;
    for (const transport of [...worker.transports]) transport.end(lost);
    const endOpening = () => worker.transports.filter(({ isOver }) => !isOver).forEach((each) => each.end(refused));
    for (let tick = 0; tick < 60; tick += 1) {
      await vi.advanceTimersByTimeAsync(5);
      endOpening();
    }
    expect(worker.connections.breakerRecord(0)).toMatchObject({ state: "open", opens: 1 });
    const tried = worker.transports.length;
    await vi.advanceTimersByTimeAsync(600);
    expect(worker.transports).toHaveLength(tried);
    await vi.advanceTimersByTimeAsync(600);
    expect(worker.transports).toHaveLength(tried + 1);
    expect(worker.connections.breakerRecord(0)).toMatchObject({ state: "half-open", halfOpens: 1 });
    worker.opensItself = true;
    worker.transports.at(-1)!.open();
    await vi.advanceTimersByTimeAsync(300);
    expect(worker.connections.ready).toBe(8);
    expect(worker.connections.breakerRecord(0)).toMatchObject({ state: "closed", closes: 1 });
    expect(worker.count(counter.returned)).toBe(8);
  });

  it("lets the next lost one try when a segment with fewer connections closed the one that the breaker had let through", async () => {
    const breaker = { failures: 2, cooldownMs: 100, whileOpen: "queue" } as const;
    const worker = await workerWith({ breaker, baseMs: 10, maxMs: 10 }, 3);
    worker.opensItself = false;
    const [, second, third] = worker.transports;
    third!.end(lost);
    for (let failure = 0; failure < 2; failure += 1) {
      await vi.advanceTimersByTimeAsync(20);
      worker.transports.at(-1)!.end(refused);
    }
    await vi.advanceTimersByTimeAsync(150);
    expect(worker.transports).toHaveLength(6);
    expect(worker.connections.breakerRecord(0)).toMatchObject({ state: "half-open", halfOpens: 1 });
    await worker.connections.openUpTo(2);
    worker.opensItself = true;
    second!.end(lost);
    await vi.advanceTimersByTimeAsync(200);
    expect(worker.connections.ready).toBe(2);
    expect(worker.connections.breakerRecord(0)).toMatchObject({ state: "closed", opens: 1, halfOpens: 1, closes: 1 });
  });

  it("fails at once while the breaker is open, when it is to", async () => {
    const breaker = { failures: 2, cooldownMs: 10_000, whileOpen: "fail-fast" } as const;
    const worker = await workerWith({ breaker, maxAttempts: 6 }, 1);
    worker.opensItself = false;
    worker.transports[0]!.end(lost);
    for (let tick = 0; tick < 300; tick += 1) {
      await vi.advanceTimersByTimeAsync(5);
      worker.transports.at(-1)!.end(refused);
    }
    expect(worker.count(counter.retries)).toBe(2);
    expect(worker.count(counter.breakerRejected)).toBe(4);
    expect(worker.count(counter.retriesGivenUp)).toBe(1);
  });
});

describe("connections that the run ends itself", () => {
  useFakeTime();

  it("leave once they are answered, come again at once, and lose nothing", async () => {
    const worker = await workerWith({});
    const ended = worker.start([constant(100)], 400);
    await vi.advanceTimersByTimeAsync(105);
    const [first] = worker.transports;
    const unanswered = [...first!.messages];
    worker.connections.leave(worker.connections.connections[0]!);
    await vi.advanceTimersByTimeAsync(50);
    expect(first!.isOver).toBe(false);
    first!.receive(...unanswered);
    await vi.advanceTimersByTimeAsync(20);
    expect(first!.isOver).toBe(true);
    expect(worker.transports).toHaveLength(2);
    await vi.advanceTimersByTimeAsync(500);
    await ended;
    const counts = [counter.outages, counter.outagesOnPurpose, counter.returned, counter.closed, counter.lostClosed];
    expect(counts.map((which) => worker.count(which))).toEqual([1, 1, 1, 0, 0]);
  });

  it("are told apart when they were back for less than a second, and not by the run's own doing", async () => {
    const worker = await workerWith({}, 1);
    const endAfter = async (ms: number) => {
      await vi.advanceTimersByTimeAsync(ms);
      worker.transports.at(-1)!.end(lost);
      await vi.advanceTimersByTimeAsync(400);
    };
    const counts = () =>
      [counter.outages, counter.returned, counter.returnedBriefly].map((which) => worker.count(which));
    await endAfter(100);
    expect(counts()).toEqual([1, 1, 0]);
    await endAfter(0);
    expect(counts()).toEqual([2, 2, 1]);
    await endAfter(2000);
    expect(counts()).toEqual([3, 3, 1]);
    worker.connections.dropAll();
    await vi.advanceTimersByTimeAsync(400);
    expect(counts()).toEqual([4, 4, 1]);
  });

  it("are a herd when they are dropped all at once, and told how long it took until all were back", async () => {
    const worker = await workerWith({}, 6);
    worker.connections.dropAll();
    expect(worker.connections.ready).toBe(0);
    await vi.advanceTimersByTimeAsync(150);
    expect(worker.connections.ready).toBe(6);
    expect(worker.count(counter.outagesOnPurpose)).toBe(6);
    expect(worker.count(counter.closed)).toBe(0);
    expect(worker.count(counter.returned)).toBe(6);
  });

  it("leave no timer behind when everything is closed while one is leaving", async () => {
    const worker = await workerWith({}, 2);
    worker.connections.leave(worker.connections.connections[0]!);
    await worker.connections.closeAll();
    expect(vi.getTimerCount()).toBe(0);
  });
});
