import fc from "fast-check";
import { expect, test } from "vitest";
import { addResults } from "../../../src/result/add-results.ts";
import type { RunResult } from "../../../src/result/run-result.ts";
import { histogramOfTimes } from "../../../src/result/times-of-histogram.ts";
import { resultText } from "../../../src/result/write-result.ts";
import { parseResult } from "../../../src/result/result-file.ts";
import { aCollected, aCollectedPhase, aHistogram, aPhasePlan, startedAtEpochMs } from "../../support/a-collected.ts";
import { aResult } from "../../support/a-result.ts";

const tool = { name: "floodgate", version: "0.1.0", wsVersion: "8.23.0" };
const plan = aPhasePlan({ durationMs: 3000 });
const warmUpPlan = aPhasePlan({ name: "warm-up", measured: false, durationMs: 1000 });

/** One generator's result over the latencies given, as read from a file. */
function generatorResult(
  runId: string,
  latencies: readonly number[],
  changes: { readonly lost?: number; readonly startMs?: number; readonly withWarmUp?: boolean } = {},
): RunResult {
  const { lost = 0, startMs = 0, withWarmUp = false } = changes;
  const sent = latencies.length + lost;
  const phase = aCollectedPhase(
    { plan, latencyUs: aHistogram(latencies), serviceUs: aHistogram(latencies) },
    { sent, delivered: latencies.length, lostMissing: lost },
  );
  const warmUp = aCollectedPhase({ plan: warmUpPlan }, { sent: 500 });
  const result = aResult({
    phases: withWarmUp ? [warmUp, phase] : [phase],
    plan: { runId },
    collected: { startedAtEpochMs: startedAtEpochMs + startMs },
  });
  return parseResult(resultText(result), runId);
}

/** What must not depend on the order in which results are merged. */
const counted = (result: RunResult) => ({
  id: result.id,
  messages: result.totals.messages,
  latency: { ...result.totals.latencyUs, hdr: cellsOf(result.totals.latencyUs) },
  connect: { ...result.totals.connections.connectUs, hdr: cellsOf(result.totals.connections.connectUs) },
  connections: { ...result.totals.connections, connectUs: null },
  rate: result.totals.rate,
  phases: result.phases.map(({ name, startMs, endMs, messages }) => ({ name, startMs, endMs, messages })),
  intervals: result.intervals.map((each) => ({
    ...each,
    latencyUs: cellsOf(each.latencyUs),
    slipUs: cellsOf(each.slipUs),
  })),
  workers: result.generator.workers,
  lagUs: result.generator.lagUs,
  cpuPerMillion: result.generator.cpuSecondsPerMillionMessages?.toFixed(6),
  sources: result.mergedFrom?.map((source) => source.id),
});
const cellsOf = (times: Parameters<typeof histogramOfTimes>[0]) => {
  const cells: [number, number][] = [];
  histogramOfTimes(times).forEachCell((cell, count) => cells.push([cell, count]));
  return cells;
};

const latencies = fc.array(fc.integer({ min: 0, max: 2_000_000 }), { maxLength: 40 });
const generators = fc
  .tuple(latencies, latencies, latencies, fc.array(fc.integer({ min: 0, max: 1500 }), { minLength: 3, maxLength: 3 }))
  .map(([a, b, c, starts]) =>
    [a, b, c].map((values, i) => generatorResult(`run-${i}`, values, { lost: i, startMs: starts[i]! })),
  );

test("merging is commutative and associative on counts and histograms", () => {
  fc.assert(
    fc.property(generators, ([a, b, c]) => {
      const all = counted(addResults([a!, b!, c!], tool));
      expect(counted(addResults([c!, a!, b!], tool))).toEqual(all);
      expect(counted(addResults([addResults([a!, b!], tool), c!], tool))).toEqual(all);
      expect(counted(addResults([a!, addResults([b!, c!], tool)], tool))).toEqual(all);
    }),
    { numRuns: 25 },
  );
});

test("CPU per million messages leaves the warm-up out, as in each of the results: equal ones stay as they are", () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 400 }), fc.boolean(), (sent, withWarmUp) => {
      const results = ["a", "b"].map((id) => generatorResult(id, Array<number>(sent).fill(500), { withWarmUp }));
      const { cpuSecondsPerMillionMessages: own, lagUs } = results[0]!.generator;
      const merged = addResults(results, tool).generator;
      expect(own).toBeCloseTo((1.6 * 1e6) / sent, 6);
      expect(merged.cpuSecondsPerMillionMessages).toBeCloseTo(own!, 6);
      expect(merged.lagUs).toEqual(lagUs);
    }),
    { numRuns: 20 },
  );
});

test("percentiles come from the added histograms, never from averages; mean and extremes are exact", () => {
  const fast = generatorResult("fast", [...Array<number>(990).fill(1000), ...Array<number>(10).fill(2000)]);
  const slow = generatorResult("slow", Array<number>(10).fill(9001));
  const { latencyUs } = addResults([fast, slow], tool).totals;
  expect(latencyUs).toMatchObject({ count: 1010, min: 1000, max: 9001, p50: 1000, p99: 2000 });
  expect(latencyUs.mean).toBe((990 * 1000 + 10 * 2000 + 10 * 9001) / 1010);
});

test("rates add up over the same window, connections too", () => {
  const merged = addResults(
    [generatorResult("a", Array<number>(300).fill(500)), generatorResult("b", Array<number>(600).fill(500))],
    tool,
  );
  expect(merged.totals.rate).toMatchObject({
    offeredPerSecond: 300,
    sentPerSecond: 300,
    deliveredPerSecond: 300,
    windowMs: 3000,
  });
  expect(merged.totals.connections).toMatchObject({ planned: 20, opened: 20, openAtEnd: 20 });
  expect(merged.generator.workers.map((worker) => `${worker.runId} ${worker.index}`)).toEqual([
    "a 0",
    "a 1",
    "b 0",
    "b 1",
  ]);
});

test("seconds are laid over each other by the wall clock", () => {
  const values = Array<number>(300).fill(500);
  // The later one starts 2 s after the first: of 3 s each one second is shared.
  const merged = addResults([generatorResult("a", values), generatorResult("b", values, { startMs: 2000 })], tool);
  expect(merged.intervals.map((interval) => [interval.tMs, interval.sent])).toEqual([
    [0, 100],
    [1000, 100],
    [2000, 200],
    [3000, 100],
    [4000, 100],
  ]);
  expect(merged.intervals.map((interval) => interval.generatorRssBytes)).toEqual([80e6, 80e6, 160e6, 80e6, 80e6]);
  expect(merged.phases[0]).toMatchObject({ startMs: 100, endMs: 5100 });
});

test("the worst generator decides the health, and what cannot be added is not", () => {
  const limited = aResult({
    phases: [aCollectedPhase({}, { offered: 1500, unsentLate: 500 })],
    plan: { runId: "limited" },
    collected: {
      failures: [
        {
          code: "close/abnormal",
          phase: "close",
          kind: "abnormal",
          blame: "target",
          count: 2,
          firstMs: 5,
          lastMs: 9,
          example: "gone",
        },
      ],
    },
  });
  const merged = addResults([aResult(), limited], tool);
  expect(merged.generator.health).toBe("limited");
  expect(merged.phases[0]!.generatorHealth).toBe("limited");
  expect(merged.failures).toMatchObject([{ code: "close/abnormal", count: 2 }]);
  expect(merged.memory).toMatchObject({
    generator: null,
    generatorReason: "2 generators; the memory of each is in mergedFrom",
  });
  expect(merged.memory.target).toMatchObject({ startBytes: 60_000_000, perMessageBytes: null });
  expect(merged.mergedFrom!.map((source) => source.generatorMemory!.startBytes)).toEqual([80_000_000, 80_000_000]);
});

test("a generator that was stopped early leaves its mark on the whole", () => {
  const stopped = aResult({
    plan: { runId: "stopped" },
    collected: { ...aCollected(), end: { kind: "interrupted", signal: "SIGINT" } },
  });
  const merged = addResults([aResult(), stopped], tool);
  expect(merged.end).toEqual({ kind: "interrupted", reason: "SIGINT" });
  expect(merged.verdict).toMatchObject({ outcome: "interrupted", exitCode: 130 });
});

test("writes add up and frames per write are weighed by them; one result that does not tell makes both unknown", () => {
  const one = generatorResult("a", [500]);
  const told = (writes: number | null, framesPerWrite: number | null) =>
    ({ ...one, generator: { ...one.generator, writes, framesPerWrite } }) as typeof one;
  expect(addResults([told(100, 1), told(300, 5)], tool).generator).toMatchObject({ writes: 400, framesPerWrite: 4 });
  expect(addResults([told(100, 1), told(null, null)], tool).generator).toMatchObject({ writes: null });
});
