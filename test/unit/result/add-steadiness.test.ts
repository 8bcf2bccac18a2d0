import { describe, expect, it } from "vitest";
import { addResults } from "../../../src/result/add-results.ts";
import { steadyPhaseOf } from "../../../src/result/add-steadiness.ts";
import { brokenIdentities } from "../../../src/result/check-identities.ts";
import type { RunResult } from "../../../src/result/run-result.ts";
import { aCollected, aCollectedPhase, aHistogram, aPhasePlan, startedAtEpochMs } from "../../support/a-collected.ts";
import { aResult } from "../../support/a-result.ts";
import { plainStream } from "../../support/streaming-worker.ts";

const minute = aPhasePlan({ durationMs: 70_000 });
const messages = { sent: 7000, lostMissing: 70, delivered: 6930, deliveredInWindow: 6930 };

/** 70 s of 100 messages a second, one in a hundred lost. */
function aSteadyRun(changes: Parameters<typeof aResult>[0] = {}): RunResult {
  return aResult({ phases: [aCollectedPhase({ plan: minute }, messages)], ...changes });
}

describe("a finished run", () => {
  it("says how steady it was, how sure its percentiles are and what losses do to them", () => {
    const { phases, totals, lossPeriods } = aSteadyRun();
    expect(phases[0]!.steady).toMatchObject({
      outcome: "steady",
      fromMs: 100,
      toMs: 70_100,
      sustained: { outcome: "pass" },
    });
    expect(totals.latencyOfferedUs).toMatchObject({
      count: 7000,
      undelivered: 70,
      p99: totals.latencyUs.max,
      p999: "lost",
    });
    expect(totals.percentileIntervals!.map(({ percentile }) => percentile)).toEqual([50, 90, 95, 99]);
    expect(phases[0]!.percentileIntervals).toEqual(totals.percentileIntervals);
    expect(lossPeriods).toEqual({ periods: 1, longestSeconds: 70, longestMessages: 70, firstMs: 100 });
  });

  it("is judged phase by phase, of even loads only", () => {
    const ramp = { kind: "ramp", arrival: "constant", fromPerSecond: 10, toPerSecond: 100 } as const;
    const phaseOf = (name: string, changes: Parameters<typeof aPhasePlan>[0]) =>
      aCollectedPhase({ plan: aPhasePlan({ name, durationMs: 70_000, ...changes }) }, messages);
    const judgedOf = (...phases: ReturnType<typeof phaseOf>[]) => {
      const result = aResult({ phases });
      return {
        names: result.phases.filter(({ steady }) => steady).map(({ name }) => name),
        one: steadyPhaseOf(result)?.name,
      };
    };
    const warmup = phaseOf("warmup", { measured: false });
    const even = phaseOf("even", { startMs: 70_000 });
    const cut = phaseOf("cut", { startMs: 140_000, maxMessages: 5000 });
    const uneven = phaseOf("ramp", { startMs: 210_000, load: ramp });
    const burst = phaseOf("burst", { startMs: 280_000, load: { kind: "burst", size: 100, everyMs: 1000 } });
    expect(judgedOf(warmup, even, cut, uneven, burst)).toEqual({ names: ["even"], one: "even" });
    const next = phaseOf("next", { startMs: 140_000 });
    expect(judgedOf(warmup, even, next)).toEqual({ names: ["even", "next"], one: undefined });
    expect(judgedOf(warmup)).toEqual({ names: [], one: undefined });
  });

  it("is judged of streams that promise a rate, which is an even load, and of no others", () => {
    const empty = aHistogram([]);
    const phase = aCollectedPhase(
      { plan: { ...minute, load: { kind: "idle" } }, serviceUs: empty, slipUs: empty, ownSlipUs: empty },
      { ...messages, sent: 0, expected: 7000 },
    );
    const listened = (promisedPerSecond: number | null) =>
      aResult({ phases: [phase], plan: { mode: "push", stream: { ...plainStream, promisedPerSecond } } });
    expect(listened(10).phases[0]!.steady).toMatchObject({
      outcome: "steady",
      backlog: null,
      sustained: { outcome: "pass" },
    });
    expect(listened(null).phases[0]!.steady).toBeUndefined();
    expect(brokenIdentities(listened(10))).toEqual([]);
  });

  it("takes no delivered message of unknown latency for a lost one", () => {
    const empty = aHistogram([]);
    const phase = aCollectedPhase(
      {
        plan: { ...minute, load: { kind: "idle" } },
        latencyUs: empty,
        serviceUs: empty,
        slipUs: empty,
        ownSlipUs: empty,
      },
      { ...messages, sent: 0, expected: 7000 },
    );
    const { totals } = aResult({ phases: [phase], plan: { mode: "push", stream: plainStream } });
    expect(totals.latencyOfferedUs).toBeUndefined();
  });

  it("knows the warm-up that went before", () => {
    const warmup = aCollectedPhase({ plan: aPhasePlan({ name: "warmup", measured: false }) });
    const result = aResult({ phases: [warmup, aCollectedPhase({ plan: { ...minute, startMs: 10_000 } }, messages)] });
    expect(result.phases[1]!.steady!.warmup).toMatchObject({ explicitMs: 10_000, cutMs: 0 });
  });

  it("is not judged by seconds that are not complete", () => {
    const phases = [aCollectedPhase({ plan: minute }, messages)];
    const collected = aCollected({}, phases);
    const [missed, ...intervals] = collected.intervals;
    const { sent, delivered, lost, latencyUs } = missed!;
    const generator = {
      ...collected.generator,
      missedByIntervals: { sent, delivered, lost, latencies: latencyUs.count },
    };
    const result = aResult({ phases, collected: { intervals, generator } });
    expect(result.phases[0]!.steady).toMatchObject({ outcome: "unresolved", sustained: { outcome: "unresolved" } });
    expect(result.totals.percentileIntervals).toEqual([]);
    expect(result.totals.latencyOfferedUs!.undelivered).toBe(70);
  });

  it("is not judged while it goes on, nor where no arrival is seen", () => {
    const live = aSteadyRun({ includeEncodedHistograms: false, collected: { end: { kind: "running" } } });
    const oneway = aSteadyRun({ plan: { mode: "oneway" } });
    for (const { phases, totals, lossPeriods } of [live, oneway]) {
      expect([phases[0]!.steady, totals.percentileIntervals, totals.latencyOfferedUs, lossPeriods]).toEqual([
        undefined,
        undefined,
        undefined,
        undefined,
      ]);
    }
  });
});

describe("a merged result", () => {
  it("is judged anew, from the seconds laid over each other", () => {
    const two = [0, 300].map((shiftMs, i) =>
      aSteadyRun({ plan: { runId: `aRunId-000${i}` }, collected: { startedAtEpochMs: startedAtEpochMs + shiftMs } }),
    );
    const merged = addResults(two, two[0]!.tool);
    const { steady } = merged.phases[0]!;
    expect(steady).toMatchObject({ outcome: "steady", delivered: { meanPerSecond: 198 } });
    expect(steady!.fromMs).toBeGreaterThanOrEqual(merged.phases[0]!.startMs + 500);
    expect(merged.totals.latencyOfferedUs).toMatchObject({ count: 14_000, undelivered: 140 });
    expect(brokenIdentities(merged)).toEqual([]);
  });
});
