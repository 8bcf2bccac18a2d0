import { expect, test } from "vitest";
import { aCollected, aCollectedPhase, aMemorySeries, aPhasePlan } from "../../support/a-collected.ts";
import { aResult } from "../../support/a-result.ts";
import type { MemorySeries } from "../../../src/engine/memory-source.ts";

const MiB = 1024 * 1024;
const targetMemory = (memory: MemorySeries) => ({ target: { ...aCollected().target, memory } });
const long = aCollectedPhase({ plan: aPhasePlan({ durationMs: 600_000 }) }, { sent: 60_000 });

test("a target that keeps a piece of every message leaks, and the piece is known", () => {
  // 100 messages a second, 1 KiB kept of each
  const series = aMemorySeries(600, (second) => 50 * MiB + second * 100 * 1024);
  const { target, targetReason } = aResult({ phases: [long], collected: targetMemory(series) }).memory;
  expect(targetReason).toBeNull();
  expect(target).toMatchObject({ verdict: "leak", sampleCount: 601, peakBytes: 50 * MiB + 600 * 102_400 });
  expect(target!.slopeBytesPerSecond).toBeCloseTo(102_400, 0);
  expect(target!.perMessageBytes).toBeCloseTo(1024, 3);
  expect(target!.perConnectionBytes).toBeNull();
});

test("a rise of the generator is a leak only where the garbage of each of its threads was collected often enough", () => {
  const memory = aMemorySeries(600, (second) => 50 * MiB + second * 100 * 1024);
  const withCollections = (main: number, worker: number) => {
    const { generator } = aCollected();
    const workers = generator.workers.map((each, i) => (i === 0 ? { ...each, fullCollections: worker } : each));
    const collected = { generator: { ...generator, memory, workers, fullCollections: main } };
    return aResult({ phases: [long], collected }).memory.generator;
  };
  expect(withCollections(20, 20)).toMatchObject({ verdict: "leak" });
  expect(withCollections(19, 20)).toMatchObject({ verdict: "inconclusive" });
  const seldom = withCollections(20, 3)!;
  expect(seldom).toMatchObject({ verdict: "inconclusive", slopeBytesPerSecond: expect.closeTo(102_400, 0) });
  expect(seldom.verdictReason).toContain("3 times meanwhile");
});

test("a level target does not leak, and a short run cannot tell", () => {
  const flat = (seconds: number) => targetMemory(aMemorySeries(seconds, (second) => 50 * MiB + (second % 7) * 1000));
  expect(aResult({ phases: [long], collected: flat(600) }).memory.target).toMatchObject({ verdict: "no leak" });
  const short = aResult({ collected: flat(10) }).memory.target;
  expect(short).toMatchObject({ verdict: "inconclusive" });
  expect(short!.verdictReason).not.toBe("");
});

test("memory that could not be read is null with the reason", () => {
  const unread: MemorySeries = { source: "", samples: [], peakBytes: null, unavailable: "no --target-pid" };
  expect(aResult({ collected: targetMemory(unread) }).memory).toMatchObject({
    target: null,
    targetReason: "no --target-pid",
  });
});

test("a peak between two readings counts when the source tells it", () => {
  const series = { ...aMemorySeries(10, () => 50 * MiB), peakBytes: 70 * MiB };
  expect(aResult({ collected: targetMemory(series) }).memory.target!.peakBytes).toBe(70 * MiB);
});

test("per connection is the slope over three levels; with changing connections nothing is called a leak", () => {
  const levels = [100, 200, 400].map((connections, i) =>
    aCollectedPhase({ plan: aPhasePlan({ name: `${connections}`, startMs: i * 10_000 }), connections }),
  );
  const samples = [100, 200, 400].flatMap((connections, i) =>
    Array.from({ length: 10 }, (_, second) => ({
      tMs: i * 10_000 + second * 1000 + 500,
      bytes: (125 + connections / 4) * MiB,
      connections,
      delivered: i * 1000 + second * 100,
    })),
  );
  const series = { source: "test", samples, peakBytes: null, unavailable: null };
  const { target } = aResult({ phases: levels, collected: targetMemory(series) }).memory;
  expect(target).toMatchObject({
    perConnectionBytes: 262_144,
    verdict: "inconclusive",
    slopeBytesPerSecond: null,
    perMessageBytes: null,
  });
});

test("per connection of a single level needs readings before and after, without messages, and enough connections", () => {
  const readings = (most: number, delivered: number): MemorySeries => ({
    source: "test",
    samples: [0, 0, 50, most, most, most].map((connections, i) => ({
      tMs: i * 1000,
      bytes: 10 * MiB + connections * 2048,
      connections,
      delivered: i > 3 ? delivered : 0,
    })),
    peakBytes: null,
    unavailable: null,
  });
  const phase = aCollectedPhase({ connections: 500 });
  const per = (series: MemorySeries) =>
    aResult({ phases: [phase], collected: targetMemory(series) }).memory.target!.perConnectionBytes;
  expect(per(readings(500, 0))).toBe(2048);
  expect(per(readings(99, 0))).toBeNull();
  const loadedAtOnce = readings(500, 100);
  expect(per({ ...loadedAtOnce, samples: loadedAtOnce.samples.filter((_, i) => i !== 3) })).toBeNull();
});
