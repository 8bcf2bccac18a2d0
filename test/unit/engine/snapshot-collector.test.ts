import { describe, expect, it } from "vitest";
import type { RunEnd } from "../../../src/engine/collected.ts";
import { ResourceMonitor } from "../../../src/engine/resource-monitor.ts";
import { SnapshotCollector } from "../../../src/engine/snapshot-collector.ts";
import { MessageRecorder } from "../../../src/engine/worker/message-recorder.ts";
import { NoteBook } from "../../../src/engine/worker/worker-notes.ts";
import { DeliveryLedger } from "../../../src/measure/delivery-ledger.ts";
import { IntervalRecorder } from "../../../src/measure/interval-recorder.ts";
import { allocateWorkerCells, counter, intervalCounter, type WorkerCells } from "../../../src/measure/worker-cells.ts";
import { buildResult } from "../../../src/result/build-result.ts";
import type { RunResult } from "../../../src/result/run-result.ts";
import { aPhasePlan, aPlan } from "../../support/a-collected.ts";
import { aResultInput } from "../../support/a-result.ts";

const seconds = 40;
const completed: RunEnd = { kind: "completed" };

/** A worker that records as the engine's do: messages are sent on connection 0 and answered when the test says so. */
class Worker {
  readonly cells = allocateWorkerCells(1);
  readonly #ledger: DeliveryLedger;
  readonly #intervals: IntervalRecorder;
  readonly #recorder: MessageRecorder;
  readonly #notes = new NoteBook(1, 0);

  constructor() {
    this.#ledger = new DeliveryLedger(1, 16, (kind, phase, intendedMs) =>
      this.#recorder.recordLost(kind, phase, intendedMs),
    );
    this.#intervals = new IntervalRecorder(this.cells);
    const facts = { messageBytes: 64, expectsAnswers: true, openConnections: () => 1 };
    this.#recorder = new MessageRecorder(this.cells.phases, [false], this.#ledger, this.#intervals, facts);
    this.#intervals.startSegment(0, seconds * 1000, 0);
    this.#recorder.startWindows([{ phase: 0, startMs: 0, endMs: seconds * 1000 }]);
  }

  /** In each of these seconds one message goes out and comes back, and one more goes out that is never answered. */
  live(fromSecond: number, toSecond: number): void {
    for (let second = fromSecond; second < toSecond; second += 1) {
      const sentMs = second * 1000 + 100;
      this.#recorder.advance(sentMs);
      this.#recorder.count(0, counter.offered, 2);
      const [answered] = [sentMs, sentMs].map((ms) => this.#recorder.recordSent(0, ms, ms, 0, false));
      this.#recorder.advance(sentMs + 5);
      this.#recorder.recordReceived(0, answered!, sentMs + 5, 64);
      this.#recorder.settleRun();
    }
  }

  end() {
    this.#recorder.endWindows();
    this.#ledger.finish();
    return this.notes();
  }

  notes() {
    return structuredClone(this.#notes.notes(this.#intervals.takeTold()));
  }
}

function collectorOf(workers: readonly Worker[]) {
  const plan = aPlan({ workers: workers.length }, [aPhasePlan({ durationMs: seconds * 1000 })]);
  const resources = new ResourceMonitor(
    {
      residentBytes: () => 80_000_000,
      fullCollections: () => 0,
      cpuSeconds: () => 1,
      machineCounters: () => ({ throttledUs: null, stealTicks: null, totalTicks: null }),
    },
    { source: "nothing", read: () => Promise.resolve(null), unavailable: "not asked for" },
    { kind: "threads" },
  );
  const cells: readonly WorkerCells[] = workers.map((worker) => worker.cells);
  const collector = new SnapshotCollector(plan, cells, resources, 0, 0);
  collector.segmentConnecting();
  collector.segmentStarted(0);
  const resultAt = (nowMs: number, end: RunEnd = completed): RunResult => {
    const collected = collector.collect(end, nowMs, { description: "a target", mockBooks: null });
    return buildResult({ ...aResultInput(), plan, collected });
  };
  return { collector, resultAt };
}

/** Two workers that have lived through the whole load, the collector looking each second but the ones named. */
function wholeLoad(isKept: (second: number) => boolean = () => false) {
  const workers = [new Worker(), new Worker()] as const;
  const { collector, resultAt } = collectorOf(workers);
  for (let second = 0; second < seconds; second += 1) {
    for (const worker of workers) worker.live(second, second + 1);
    if (!isKept(second)) collector.tick(second * 1000 + 500);
  }
  workers.forEach((worker, index) => collector.keepNotes(index, worker.end()));
  const endMs = seconds * 1000;
  collector.segmentEnded(endMs);
  collector.sealAll(endMs);
  return { workers, collector, result: () => resultAt(endMs) };
}

describe("the snapshot collector", () => {
  it("has every second of both workers, and misses none", () => {
    const { totals, intervals, generator } = wholeLoad().result();
    expect(totals.messages).toMatchObject({ sent: 160, delivered: 80, lostMissing: 80 });
    expect(intervals).toHaveLength(seconds);
    for (const interval of intervals) expect(interval).toMatchObject({ sent: 4, delivered: 2, lost: 2 });
    expect(intervals.map(({ latencyUs }) => latencyUs.max)).toEqual(Array(seconds).fill(5000));
    expect(generator.missedIntervalSamples).toBe(0);
    expect(generator.missedIntervalCounts).toEqual({ sent: 0, delivered: 0, lost: 0 });
  });

  it("misses nothing when it is kept from looking for some seconds", () => {
    const { generator, warnings } = wholeLoad((second) => second % 5 !== 0).result();
    expect(generator.missedIntervalSamples).toBe(0);
    expect(warnings.map(({ code }) => code)).not.toContain("intervals-missed");
  });

  it("says what it missed when it was kept from looking for longer than the seconds last", () => {
    const { totals, intervals, generator, warnings } = wholeLoad((second) => second >= 5 && second < 25).result();
    // Looking at last in second 25, it finds those from 10 on.
    expect(intervals.map(({ sent }) => sent === 0)).toEqual(
      Array.from({ length: seconds }, (_, second) => second < 10),
    );
    expect(generator.missedIntervalSamples).toBe(20);
    expect(generator.missedIntervalCounts).toEqual({ sent: 40, delivered: 20, lost: 0 });
    expect(totals.latencyUs.count).toBe(80);
    expect(warnings.find(({ code }) => code === "intervals-missed")?.text).toContain("too busy");
  });

  it.each([
    ["sent", (cells: WorkerCells) => (cells.phases[0]!.counts[counter.sent]! += 1)],
    ["sent", (cells: WorkerCells) => (cells.intervals[3]!.counts[intervalCounter.sent]! += 1)],
    ["delivered", (cells: WorkerCells) => (cells.phases[0]!.counts[counter.deliveredInWindow]! += 1)],
    ["latencyUs.count", (cells: WorkerCells) => (cells.intervals[3]!.latency.cells[5000]! += 1)],
    ["lost", (cells: WorkerCells) => (cells.phases[0]!.counts[counter.lostMissing]! += 1)],
  ])("finds a worker that counted one more as %s on one side than on the other", (what, spoil) => {
    const { workers, result } = wholeLoad();
    spoil(workers[1].cells);
    expect(result).toThrow(`intervals: their ${what} adds up to`);
  });

  it("finds the same when the worker is one that died", () => {
    const { workers, collector, result } = wholeLoad();
    collector.keepLost(1, "out of memory");
    expect(() => result()).not.toThrow();
    workers[1].cells.intervals[3]!.counts[intervalCounter.sent]! -= 1;
    expect(result).toThrow("intervals: their sent adds up to");
  });

  it("cannot place what a dead worker had in flight, or had not told yet, in a second", () => {
    const [living, dead] = [new Worker(), new Worker()];
    const { collector, resultAt } = collectorOf([living, dead]);
    for (const worker of [living, dead]) worker.live(0, 3);
    collector.tick(2500);
    collector.keepNotes(1, dead.notes());
    collector.keepLost(1, "out of memory");
    collector.keepNotes(0, living.end());
    collector.segmentEnded(2600);
    collector.sealAll(2600);
    const { totals, intervals, generator } = resultAt(2600, { kind: "failed", reason: "a worker died" });
    expect(totals.messages).toMatchObject({ sent: 12, delivered: 6, lostMissing: 3, lostClosed: 3 });
    expect(intervals.map(({ lost }) => lost)).toEqual([1, 1, 1]);
    expect(generator.missedIntervalCounts).toEqual({ sent: 0, delivered: 0, lost: 3 });
  });

  it("gives a running view what there is so far, and calls nothing missed yet", () => {
    const worker = new Worker();
    const { collector, resultAt } = collectorOf([worker]);
    worker.live(0, 20);
    collector.tick(19_500);
    const { intervals, totals, generator } = resultAt(19_500, { kind: "running" });
    expect(intervals).toHaveLength(20);
    expect(totals.messages).toMatchObject({ sent: 40, delivered: 20, pending: 20, lost: 0 });
    expect(generator.missedIntervalSamples).toBe(0);
    worker.live(20, 21);
    collector.tick(20_500);
    expect(resultAt(20_500, { kind: "running" }).intervals.at(-1)).toMatchObject({ sent: 2, lengthMs: 500 });
  });
});
