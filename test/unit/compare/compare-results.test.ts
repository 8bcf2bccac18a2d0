import { Value } from "@sinclair/typebox/value";
import { describe, expect, it } from "vitest";
import { compareResults } from "../../../src/compare/compare-results.ts";
import { readMetricChoices } from "../../../src/compare/metric-choice.ts";
import { makeNoiseFloor } from "../../../src/compare/noise-floor.ts";
import { comparisonSchema, type Comparison } from "../../../src/result/comparison.ts";
import { histogramOfTimes } from "../../../src/result/times-of-histogram.ts";
import { comparedRun, comparedRuns } from "../../support/compared-runs.ts";

const alike = [1, 1.01, 0.99, 1.005, 0.995];
const times = (factor: number): readonly number[] => alike.map((value) => value * factor);
const base = comparedRuns("base", alike);

function metric(comparison: Comparison, name: string): Comparison["metrics"][number] {
  const found = comparison.metrics.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no ${name} in ${comparison.metrics.map((each) => each.name).join(", ")}`);
  return found;
}

describe("compareResults", () => {
  it("passes builds that are alike, with a record that is valid", () => {
    const comparison = compareResults(base, comparedRuns("new", times(1.002)));
    expect(comparison.verdict).toEqual({
      ...{ outcome: "pass", exitCode: 0, reasons: ["none of 5 primary metrics is worse"] },
    });
    expect(Value.Errors(comparisonSchema, comparison).First()).toBeUndefined();
    expect(JSON.parse(JSON.stringify(comparison))).toEqual(comparison);
    expect(comparison.load).toBe("echo, open loop, 1,000 msg/s, 10 connections, 64 B messages, 10 s");
  });

  it("puts the primary metrics first, and adjusts p by Holm among them", () => {
    const { metrics } = compareResults(base, comparedRuns("new", times(1.3)));
    expect(metrics.filter(({ isPrimary }) => isPrimary).map(({ name }) => name)).toEqual([
      ...["latency.p50", "latency.p99", "rate.delivered", "delivery.ratio", "memory.target.growth"],
    ]);
    expect(metrics.findIndex(({ isPrimary }) => !isPrimary)).toBe(5);
    const p50 = metrics[0]!.test!;
    // Two of 252 ways to deal ten values are as uneven; four primary metrics have a p.
    expect(p50).toMatchObject({ adjustment: "holm", cliffsDelta: 1 });
    expect(p50.p).toBeCloseTo(2 / 252, 12);
    expect(p50.pAdjusted).toBeCloseTo((4 * 2) / 252, 12);
    expect(metrics.at(-1)!.test?.adjustment).toBe("benjamini-hochberg");
    expect(metrics[3]).toMatchObject({ name: "delivery.ratio", test: null });
  });

  it("finds a regression of a primary metric, and says by how much", () => {
    const { verdict } = compareResults(base, comparedRuns("new", times(1.3)));
    expect(verdict.outcome).toBe("regression");
    expect(verdict.exitCode).toBe(98);
    expect(verdict.reasons[0]).toBe("latency.p50 is worse: +30.0% [+28.7, +31.3], beyond 5%");
  });

  it("does not fail for a metric that is not primary", () => {
    const slipping = comparedRuns("new", alike).map(({ name, result }) => ({
      name,
      result: { ...result, generator: { ...result.generator, lagUs: { p50: 1, p99: 1e6, max: 1e6 } } },
    }));
    const comparison = compareResults(base, slipping);
    expect(metric(comparison, "generator.lag.p99").verdict).toBe("worse");
    expect(comparison.verdict.outcome).toBe("pass");
  });

  it("finds new loss by counts alone, from one run a side, and no more than that", () => {
    const [one, other] = [comparedRuns("base", [1]), comparedRuns("new", [3], { messages: { lostMissing: 40 } })];
    const { metrics, verdict } = compareResults(one, other);
    expect(metrics.filter((each) => each.verdict === "worse").map(({ name }) => name)).toEqual(["delivery.ratio"]);
    expect(metrics[0]).toMatchObject({
      verdict: "inconclusive",
      reason: "1 run a side: a verdict takes 3",
      test: null,
    });
    expect(verdict.reasons).toEqual([
      "delivery.ratio is worse: -0.4%; none missing before",
      "lost is worse: 0 of 10,000 before, 40 of 10,000 now",
    ]);
    expect(verdict.exitCode).toBe(98);
  });

  it("is inconclusive, with exit code 0, when runs are too few to tell", () => {
    const { verdict } = compareResults(comparedRuns("base", [1]), comparedRuns("new", [2]));
    expect(verdict).toMatchObject({ outcome: "inconclusive", exitCode: 0 });
    expect(verdict.reasons).toEqual([
      "nothing is known to be worse, but 4 of 5 primary metrics cannot be told",
      "latency.p50, latency.p99, rate.delivered, memory.target.growth: 1 run a side: a verdict takes 3",
    ]);
  });

  it("judges one run a side by a stored noise floor", () => {
    const record = makeNoiseFloor(
      comparedRuns("calibrate", [1, 1.04, 0.98, 1.01, 0.99, 1.02]).map(({ result }) => result),
      { createdAt: "2026-01-02T00:00:00Z", toolVersion: "0.1.0" },
    );
    const noiseFloor = { file: "results/noise-floor.json", record };
    const comparison = compareResults(comparedRuns("base", [1]), comparedRuns("new", [1.5]), { noiseFloor });
    expect(comparison.verdict.outcome).toBe("regression");
    expect(comparison.noiseFloor).toEqual({ file: noiseFloor.file, createdAt: record.createdAt, runs: 6 });
    // t(0.99; 5) x 0.021 x sqrt(2): so far two runs to come may lie apart, further than any two of the six.
    expect(metric(comparison, "latency.p99").noiseFloor).toBeCloseTo(0.107, 2);
  });

  it("overlays the times of all runs of each side", () => {
    const { distribution } = compareResults(base, comparedRuns("new", times(1.3)));
    expect(distribution).toMatchObject({ metric: "latency", base: { count: 50_000 }, new: { count: 50_000 } });
    expect(
      histogramOfTimes(distribution!.new).percentile(50)! / histogramOfTimes(distribution!.base).percentile(50)!,
    ).toBeCloseTo(1.3, 2);
    expect(distribution!.ksDistance).toBeGreaterThan(0.3);
    expect(distribution!.ksAtUs).toBeGreaterThan(distribution!.base.p50!);
  });

  it("gives the mean change of the times", () => {
    const { geomean } = compareResults(base, comparedRuns("new", times(1.3)));
    expect(geomean?.ratio).toBeCloseTo(1.3, 2);
    expect(geomean?.metrics).toContain("latency.p99.9");
  });

  it("compares chosen metrics only, all as primary, but counts always", () => {
    const comparison = compareResults(base, comparedRuns("new", times(1.3), { messages: { lostMissing: 90 } }), {
      metrics: readMetricChoices("service.p99, rate.sent"),
    });
    expect(comparison.metrics.map(({ name, isPrimary }) => [name, isPrimary])).toEqual([
      ["service.p99", true],
      ["rate.sent", true],
    ]);
    expect(comparison.verdict.reasons.at(-1)).toMatch(/^lost is worse/);
  });

  it("keeps a chosen metric that has no value, and cannot pass with it alone", () => {
    const comparison = compareResults(base, comparedRuns("new", alike), {
      metrics: readMetricChoices("memory.target.perConnection"),
    });
    expect(comparison.metrics[0]).toMatchObject({ verdict: "inconclusive", change: null });
    expect(comparison.verdict.outcome).toBe("inconclusive");
  });

  it("leaves out metrics that no run has, but not those that one side lacks", () => {
    const without = (side: string) => comparedRuns(side, alike, { targetGrowthMiB: null });
    const neither = compareResults(without("base"), without("new"));
    expect(neither.metrics.some(({ name }) => name.startsWith("memory.target"))).toBe(false);
    expect(neither.verdict.outcome).toBe("pass");
    const one = compareResults(base, without("new"));
    expect(metric(one, "memory.target.growth")).toMatchObject({
      ...{ verdict: "inconclusive", reason: "no value on the new side: no pid was given" },
    });
    expect(one.verdict.outcome).toBe("inconclusive");
  });

  it("warns of a degraded generator and of many gates", () => {
    const degraded = comparedRuns("new", alike).map(({ name, result }) => ({
      name,
      result: { ...result, generator: { ...result.generator, health: "degraded", reasons: ["slip"] } as const },
    }));
    const { warnings } = compareResults(base, degraded.slice(0, 1), {
      metrics: readMetricChoices("latency.p50,latency.p90,latency.p95,latency.p99,latency.mean,rate.sent"),
    });
    expect(warnings).toEqual([
      'the generator was degraded in 1 of 6 runs, as in "new-1.json": slip',
      "6 metrics can fail this comparison; with more than 5 false alarms add up",
    ]);
  });

  it("refuses what is not comparable, with every reason and no numbers", () => {
    const changed = comparedRun("other");
    const limited = {
      ...changed,
      generator: { ...changed.generator, health: "limited" as const, reasons: ["slip p99 31 ms"] },
      environment: { ...changed.environment, cores: 4, hostFingerprint: "fedcba9876543210" },
    };
    const comparison = compareResults(base, [{ name: "other.json", result: limited }]);
    expect(comparison.verdict).toEqual({
      outcome: "not-comparable",
      exitCode: 2,
      reasons: [
        '"other.json" was limited by its generator, so that its numbers say nothing certain about the target: slip p99 31 ms',
        "different hosts, cores: 2 (base), 4 (new)",
      ],
    });
    expect(comparison).toMatchObject({ metrics: [], counts: [], distribution: null, geomean: null, isForced: false });
    expect(Value.Check(comparisonSchema, comparison)).toBe(true);
  });

  it("compares different hosts when forced, and keeps their differences", () => {
    const [{ name, result }] = comparedRuns("new", [1]) as [{ name: string; result: ReturnType<typeof comparedRun> }];
    const elsewhere = {
      name,
      result: { ...result, environment: { ...result.environment, cores: 4, hostFingerprint: "fedcba9876543210" } },
    };
    const comparison = compareResults(base, [elsewhere], { force: true });
    expect(comparison.verdict.outcome).toBe("inconclusive");
    expect(comparison.isForced).toBe(true);
    expect(comparison.differences).toEqual([{ what: "cores", of: "host", base: "2", new: "4", severity: "warn" }]);
  });
});
