import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ResourceMonitor } from "../../../src/engine/resource-monitor.ts";
import { SnapshotCollector } from "../../../src/engine/snapshot-collector.ts";
import type { WorkerNotes } from "../../../src/engine/worker-messages.ts";
import { applyUpdate, CellsSender } from "../../../src/measure/cells-mirror.ts";
import { IntervalRecorder } from "../../../src/measure/interval-recorder.ts";
import { allocateWorkerCells, intervalOpenSeconds } from "../../../src/measure/worker-cells.ts";
import { aPhasePlan, aPlan } from "../../support/a-collected.ts";

const seconds = 40;
const mirrorEveryMs = 250;

interface Timing {
  /** When, within the second, the main side looks. */
  readonly tickAtMs: number;
  /** When, within its quarter of a second, the worker sends its cells. */
  readonly mirrorAtMs: number;
  /** From sending to applying. */
  readonly delayMs: number;
  /** Of the answers, in turn. */
  readonly latenciesMs: readonly number[];
}

/** A worker process under load for 40 s, an answer every 10 ms, and the collector that sees its mirrored cells. */
function runMirrored({ tickAtMs, mirrorAtMs, delayMs, latenciesMs }: Timing) {
  const plan = aPlan({ workers: 1 }, [aPhasePlan({ durationMs: seconds * 1000 })]);
  const [own, mirrored] = [allocateWorkerCells(1), allocateWorkerCells(1)];
  const sender = new CellsSender(own.memory);
  const recorder = new IntervalRecorder(own);
  const probes = {
    residentBytes: () => 0,
    fullCollections: () => 0,
    cpuSeconds: () => 0,
    machineCounters: () => ({ throttledUs: null, stealTicks: null, totalTicks: null }),
  };
  const target = { source: "none", unavailable: "none", read: () => Promise.resolve(null) };
  const collector = new SnapshotCollector(plan, [mirrored], new ResourceMonitor(probes, target, plan.workersAs), 0, 0);
  collector.segmentConnecting();
  collector.segmentStarted(0);
  recorder.startSegment(0, seconds * 1000, 0);
  const underWay: { atMs: number; update: NonNullable<ReturnType<CellsSender["takeUpdate"]>> }[] = [];
  const deliverUpTo = (nowMs: number): void => {
    while (underWay[0] !== undefined && underWay[0].atMs <= nowMs)
      applyUpdate(mirrored.memory, underWay.shift()!.update);
  };
  const send = (nowMs: number): void => {
    const update = sender.takeUpdate();
    if (update !== null) underWay.push({ atMs: nowMs + delayMs, update });
  };
  const expected = Array.from({ length: seconds }, () => 0);
  let answers = 0;
  for (let nowMs = 0; nowMs < seconds * 1000; nowMs += 10) {
    recorder.advance(nowMs);
    const latencyMs = latenciesMs[answers++ % latenciesMs.length]!;
    if (latencyMs <= nowMs) {
      recorder.recordDelivered(nowMs - latencyMs, latencyMs * 1000, true, 1);
      expected[Math.floor((nowMs - latencyMs) / 1000)]! += 1;
    }
    if (nowMs % mirrorEveryMs === mirrorAtMs) send(nowMs);
    deliverUpTo(nowMs);
    if (nowMs % 1000 === tickAtMs) collector.tick(nowMs);
  }
  // Every event takes the cells along.
  send(seconds * 1000);
  deliverUpTo(Infinity);
  collector.segmentEnded(seconds * 1000);
  collector.sealAll(seconds * 1000);
  collector.keepNotes(0, { ...emptyNotes, ...recorder.takeTold() });
  const { intervals } = collector.collect({ kind: "completed" }, seconds * 1000, { description: "", mockBooks: null });
  return { expected, found: intervals.map((interval) => interval.latencyUs.count) };
}

const emptyNotes: Omit<WorkerNotes, "late" | "lost"> = {
  errorsByPhase: [{}],
  closeCodesByPhase: [{}],
  lifetimesByPhase: [{ count: 0, sum: 0, min: 0, max: 0 }],
  failures: [],
  firstForeignFrame: null,
  compressionAgreed: true,
  streams: null,
  resilience: null,
  queue: null,
  faultyReceivers: null,
};

const tens = (most: number) => fc.integer({ min: 0, max: most / 10 - 1 }).map((ten) => ten * 10);

describe("seconds of a worker process", () => {
  it("are seen whole, however late the answers, whenever the worker sends and the main side looks", () => {
    const timing = fc.record({
      tickAtMs: tens(1000),
      mirrorAtMs: tens(mirrorEveryMs),
      delayMs: tens(500),
      latenciesMs: fc.array(tens(20_000), { minLength: 1, maxLength: 8 }),
    });
    fc.assert(
      fc.property(timing, (values) => {
        const { expected, found } = runMirrored(values);
        expect(found).toEqual(expected);
      }),
      { numRuns: 25 },
    );
  });

  it("lose nothing of the quarter of a second before they are read", () => {
    // Answers that come just before the worker stops writing into their second, told just after the main side could look.
    const { expected, found } = runMirrored({
      tickAtMs: 0,
      mirrorAtMs: 0,
      delayMs: 490,
      latenciesMs: [intervalOpenSeconds * 1000 - 1000, intervalOpenSeconds * 1000 - 10],
    });
    expect(found).toEqual(expected);
  });
});
