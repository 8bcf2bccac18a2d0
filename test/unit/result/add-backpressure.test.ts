import { describe, expect, it } from "vitest";
import { addBackpressure } from "../../../src/result/add-backpressure.ts";
import { fastPart } from "../../../src/result/build-backpressure.ts";
import { addResults } from "../../../src/result/add-results.ts";
import { fallsOf, judgeIsolation } from "../../../src/result/judge-isolation.ts";
import { parseResult } from "../../../src/result/result-file.ts";
import type { ResultBackpressure, RunResult } from "../../../src/result/run-result.ts";
import { resultText } from "../../../src/result/write-result.ts";
import { aCollectedPhase, aHistogram, aPhasePlan, startedAtEpochMs } from "../../support/a-collected.ts";
import { aResult } from "../../support/a-result.ts";

/** What one generator saw of its fast streams: 100 messages a second on each before, a time in microseconds each. */
interface Seen {
  readonly id: string;
  /** Messages a second on each fast stream while others read slowly. */
  readonly during: readonly number[];
  readonly latencyUs?: number;
  readonly duringLatencyUs?: number;
  readonly lost?: number;
  /** How much later than the others it began. */
  readonly startMs?: number;
  readonly health?: RunResult["generator"]["health"];
}

const beforeMs = 10_000;
const duringMs = 20_000;

function backpressureOf({ during, latencyUs = 1000, duringLatencyUs = latencyUs, lost = 0 }: Seen): ResultBackpressure {
  const part = (windowMs: number, rates: readonly number[], us: number, missing: number) => {
    const delivered = rates.reduce((sum, rate) => sum + (rate * windowMs) / 1000, 0);
    const counts = { expected: delivered + missing, delivered, deliveredInWindow: delivered, clockErrors: 0 };
    return fastPart(
      { windowMs, ...counts, latencyUs: aHistogram(Array(delivered).fill(us) as number[]) },
      rates.length,
      true,
    );
  };
  const early = part(
    beforeMs,
    during.map(() => 100),
    latencyUs,
    0,
  );
  const late = part(duringMs, during, duringLatencyUs, lost);
  const falls = fallsOf(during.map((rate, stream) => ({ stream, before: 100, during: rate })));
  return {
    ...{
      slowStreams: 2,
      fastStreams: during.length,
      reading: "nothing any more after 0 s",
      before: early,
      during: late,
    },
    isolation: judgeIsolation({ before: early, during: late, falls, lagUs: null, spoiled: null }),
    reaction: { noticed: 1, medianMs: 80, maxMs: 80 + during.length },
  };
}

/** A result of these, as read from its file. */
function resultWith(seen: Seen): RunResult {
  const plans = [
    aPhasePlan({ name: "before", durationMs: beforeMs }),
    aPhasePlan({ name: "during", durationMs: duringMs }),
  ];
  const result = aResult({
    phases: plans.map((plan, index) =>
      aCollectedPhase({ plan, startMs: index * beforeMs, endMs: index * beforeMs + plan.durationMs }),
    ),
    plan: { runId: seen.id },
    collected: { startedAtEpochMs: startedAtEpochMs + (seen.startMs ?? 0) },
  });
  const whole: RunResult = {
    ...result,
    generator: { ...result.generator, health: seen.health ?? "ok" },
    backpressure: backpressureOf(seen),
  };
  return parseResult(resultText(whole), seen.id);
}

const ids = ["aaaaaaaaaaa", "bbbbbbbbbbb", "ccccccccccc"] as const;

describe("fast streams of several generators beside slow ones", () => {
  it("are judged anew by their counts and histograms together, as one generator would have judged them all", () => {
    const halves = [
      resultWith({ id: ids[0], during: [100, 99] }),
      resultWith({ id: ids[1], during: [98], latencyUs: 3000 }),
    ];
    const merged = addBackpressure(halves)!;
    expect(merged).toMatchObject({ slowStreams: 4, fastStreams: 3, reading: "nothing any more after 0 s" });
    expect(merged.before).toMatchObject({
      windowMs: beforeMs,
      perStreamPerSecond: 100,
      deliveryRatio: 1,
      samples: 3000,
    });
    expect(merged.during).toMatchObject({ perStreamPerSecond: 99, samples: 99 * 3 * 20 });
    expect(merged.before.p50Us).toBeLessThan(1010);
    expect(merged.before.p99Us).toBeGreaterThan(2990);
    expect(merged.isolation).toMatchObject({
      verdict: "isolated",
      ...{ rateRatio: 0.99, starved: 0, worst: { stream: 0, rateRatio: 0.98, runId: ids[1] } },
    });
    expect(merged.reaction).toEqual({ noticed: 2, medianMs: null, maxMs: 82 });
  });

  it("are not isolated where one generator has a starved one, which is named with its run", () => {
    const merged = addBackpressure([
      resultWith({ id: ids[0], during: [100, 100] }),
      resultWith({ id: ids[1], during: [100, 20] }),
    ])!;
    expect(merged.isolation.verdict).toBe("not isolated");
    expect(merged.isolation.reasons).toContain(
      `1 of 4 fast streams brought less while others read slowly, stream 1 of run ${ids[1]} 20% of before`,
    );
  });

  it("are not isolated where they were late or lost on one of the machines, and all together show it", () => {
    const late = addBackpressure([
      resultWith({ id: ids[0], during: [100] }),
      resultWith({ id: ids[1], during: [100], duringLatencyUs: 90_000 }),
    ])!;
    expect(late.isolation.reasons.join()).toMatch(/^p99 of fast streams rose from 1\.\d+ ms to (89|90)/);
    const lossy = addBackpressure([
      resultWith({ id: ids[0], during: [100] }),
      resultWith({ id: ids[1], during: [100], lost: 40 }),
    ])!;
    expect(lossy.isolation.reasons.join()).toContain("fast streams lost more: 99.01% delivered, 100% before");
  });

  it("come to the same in whatever order and grouping", () => {
    const all = ids.map((id, index) => resultWith({ id, during: [100 - index, 97], latencyUs: 1000 * (index + 1) }));
    const tool = { name: "floodgate", version: "0.1.0", wsVersion: "8.23.0" };
    const parts = ({ backpressure }: RunResult) => {
      const { before, during, isolation, reaction } = backpressure!;
      return { before, during, isolation, maxMs: reaction.maxMs };
    };
    const [a, b, c] = all as [RunResult, RunResult, RunResult];
    const together = parts(addResults([a, b, c], tool));
    expect(parts(addResults([c, a, b], tool))).toEqual(together);
    const pair = parseResult(resultText(addResults([c, b], tool)), "pair");
    expect(parts(addResults([a, pair], tool))).toEqual(together);
    expect(together.isolation.worst!.runId).toBe(ids[0]);
  });

  it("are judged by nobody where a generator was limited, cut short, old, or began apart; the reason is told", () => {
    const sound = resultWith({ id: ids[0], during: [100] });
    const other = resultWith({ id: ids[1], during: [100] });
    const { before, during, ...rest } = other.backpressure!;
    const older = ({ windowMs, perStreamPerSecond, deliveryRatio, samples, p50Us, p99Us }: typeof before) => ({
      ...{ windowMs, perStreamPerSecond, deliveryRatio, samples, p50Us, p99Us },
    });
    const cases: readonly (readonly [RunResult, string])[] = [
      [resultWith({ id: ids[1], during: [5], health: "limited" }), `the generator of run ${ids[1]} was limited`],
      [{ ...other, end: { kind: "interrupted", reason: "SIGINT" } }, `run ${ids[1]} was cut short`],
      [
        { ...other, backpressure: { ...rest, before: older(before), during: older(during) } },
        `run ${ids[1]} is of an earlier version, which did not save what adding takes`,
      ],
      [
        resultWith({ id: ids[1], during: [100], startMs: 2500 }),
        "slow readers of one generator began 2.5 s after those of another, whose fast streams were not alone by then",
      ],
    ];
    for (const [second, reason] of cases) {
      expect(addBackpressure([sound, second])!.isolation).toMatchObject({ verdict: "unknown", reasons: [reason] });
    }
    const without = aResult({ plan: { runId: ids[1] } });
    expect(addBackpressure([sound, without])!.isolation.reasons).toEqual([
      `run ${ids[1]} has no streams before and beside slow ones`,
    ]);
    expect(addBackpressure([without, without])).toBeUndefined();
  });
});
