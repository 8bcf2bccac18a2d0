import { describe, expect, it } from "vitest";
import { compareMetric, type JudgingOptions, type RunValue } from "../../../src/compare/compare-metric.ts";
import { readMetricChoices, type MetricChoice } from "../../../src/compare/metric-choice.ts";
import type { MetricFloor } from "../../../src/compare/noise-floor-record.ts";
import { Xoshiro } from "../../../src/random/xoshiro.ts";
import { pairRatioSpread } from "../../../src/statistics/pair-spread.ts";

const plain: JudgingOptions = { noiseThreshold: 0.05, floor: null };

function metric(name: string): MetricChoice {
  return readMetricChoices(name)[0]!;
}

function runs(
  values: readonly (number | null)[],
  samples: number | null = 10_000,
  level: number | null = null,
): readonly RunValue[] {
  return values.map((value) => ({ value, samples, level, ...(value === null && { detail: "not measured" }) }));
}

function floorOf(values: readonly number[], name = "latency.p99"): MetricFloor {
  const floor = pairRatioSpread(values)!;
  return { name, unit: "s", kind: "ratio", floor, coefficientOfVariation: 0.02, values };
}

const base = [0.1, 0.101, 0.099, 0.1005, 0.0995];
const times = (factor: number): readonly number[] => base.map((value) => value * factor);

describe("compareMetric", () => {
  it.each([
    ["the same within a few percent", 1.004, "same"],
    ["worse when all of the interval is beyond the limit", 1.2, "worse"],
    ["better on the other side", 0.8, "better"],
  ] as const)("calls five runs a side %s", (_, factor, verdict) => {
    const found = compareMetric(metric("latency.p99"), runs(base), runs(times(factor)), plain);
    expect(found.verdict).toBe(verdict);
    expect(found.change).toMatchObject({ kind: "ratio", method: "hodges-lehmann", confidence: 0.9 });
    expect(found.change?.estimate).toBeCloseTo(factor, 2);
    expect(found.limit).toBe(0.05);
  });

  it("turns better and worse round for rates", () => {
    expect(compareMetric(metric("rate.delivered"), runs(base), runs(times(1.2)), plain).verdict).toBe("better");
    expect(compareMetric(metric("rate.delivered"), runs(base), runs(times(0.8)), plain).verdict).toBe("worse");
  });

  it("says that a change is real but below the limit", () => {
    const found = compareMetric(metric("latency.p99"), runs(base), runs(times(1.03)), plain);
    expect(found).toMatchObject({ verdict: "same", reason: "differs, below the practical limit" });
  });

  it("leaves open what an interval across the limit does not tell", () => {
    const found = compareMetric(metric("latency.p99"), runs(base), runs([0.1, 0.13, 0.09, 0.12, 0.11]), plain);
    expect(found.verdict).toBe("inconclusive");
    expect(found.reason).toMatch(/more runs narrow it/);
  });

  it("assumes a distribution with three or four runs a side, whichever side has fewer", () => {
    const found = compareMetric(metric("latency.p99"), runs(base), runs(times(1.3).slice(0, 3)), plain);
    expect(found.change).toMatchObject({ method: "welch", confidence: 0.9 });
    expect(found.verdict).toBe("worse");
  });

  it.each([
    [1, 1, "1 run a side: a verdict takes 3"],
    [2, 2, "2 runs a side: a verdict takes 3"],
    [5, 1, "5 and 1 runs: a verdict takes 3"],
  ])("never judges %i against %i runs, however far apart", (before, after, reason) => {
    const found = compareMetric(
      metric("latency.p99"),
      runs(base.slice(0, before)),
      runs(times(9).slice(0, after)),
      plain,
    );
    expect(found).toMatchObject({ verdict: "inconclusive", reason, limit: 0.05 });
    expect(found.change).toMatchObject({ method: "medians", low: null, high: null, confidence: null });
  });

  it("lifts the limit to the noise floor, and says so", () => {
    const floor = floorOf([0.1, 0.112]);
    const found = compareMetric(metric("latency.p99"), runs(base), runs(times(1.1)), { noiseThreshold: 0.05, floor });
    expect(found.verdict).toBe("same");
    expect(found.limit).toBeCloseTo(0.12, 9);
    expect(found.noiseFloor).toBeCloseTo(0.12, 9);
    const small = floorOf([0.1, 0.102]);
    const above = compareMetric(metric("latency.p99"), runs(base), runs(times(1.1)), { ...plain, floor: small });
    expect(above).toMatchObject({ verdict: "worse", limit: 0.05, noiseFloor: null });
  });

  it("judges one run a side against a noise floor alone, and never as the same", () => {
    const floor = floorOf([0.1, 0.104, 0.098, 0.101, 0.102, 0.099]);
    const judged = (factor: number) =>
      compareMetric(metric("latency.p99"), runs([0.1]), runs([0.1 * factor]), { ...plain, floor });
    expect(judged(1.3)).toMatchObject({
      verdict: "worse",
      reason: "1 run a side: judged against the noise floor alone",
    });
    expect(judged(1.1)).toMatchObject({ verdict: "inconclusive", reason: "1 run a side: within the noise floor" });
    expect(judged(1)).toMatchObject({ verdict: "inconclusive" });
    expect(judged(0.5)).toMatchObject({ verdict: "better" });
  });

  it("makes regressions of chance in few comparisons of single runs, however few runs the noise floor has", () => {
    const random = new Xoshiro(31);
    const gauss = () => Math.sqrt(-2 * Math.log(1 - random.f53())) * Math.cos(2 * Math.PI * random.f53());
    const value = (spread: number) => Math.exp(spread * gauss());
    for (const [count, spread] of [
      [2, 0.1],
      [3, 0.05],
      [6, 0.05],
      [10, 0.03],
    ] as const) {
      let alarms = 0;
      for (let comparison = 0; comparison < 500; comparison++) {
        const floor = floorOf(Array.from({ length: count }, () => value(spread)));
        const found = compareMetric(metric("latency.p99"), runs([value(spread)]), runs([value(spread)]), {
          ...plain,
          floor,
        });
        if (found.verdict === "worse") alarms += 1;
      }
      expect(alarms, `${count} runs`).toBeLessThanOrEqual(13);
    }
  });

  it("holds two runs of a noise floor to tell next to nothing of single runs to come", () => {
    const floor = floorOf([0.1, 0.104]);
    const found = compareMetric(metric("latency.p99"), runs([0.1]), runs([0.15]), { ...plain, floor });
    expect(found).toMatchObject({ verdict: "inconclusive", reason: "1 run a side: within the noise floor" });
    expect(found.limit).toBeGreaterThan(1);
    const five = compareMetric(metric("latency.p99"), runs(base), runs(times(1.5)), { ...plain, floor });
    expect(five).toMatchObject({ verdict: "worse", limit: 0.05 });
  });

  it("cannot gate on a machine that differs from itself by more than a quarter", () => {
    const floor = floorOf([0.1, 0.13]);
    const found = compareMetric(metric("latency.p99"), runs(base), runs(times(3)), { ...plain, floor });
    expect(found).toMatchObject({ verdict: "inconclusive", reason: "ungateable: noise floor over 25 %" });
  });

  it("never takes a logarithm of what is not above 0, but judges by differences", () => {
    const zeros = runs([0, 0, 0, 0, 0], null);
    const found = compareMetric(metric("errors.count"), zeros, runs([3, 4, 3, 5, 3], null), plain);
    expect(found).toMatchObject({ verdict: "worse", limit: 0, change: { kind: "difference", estimate: 3 } });
    expect(compareMetric(metric("errors.count"), zeros, zeros, plain).verdict).toBe("same");
    expect(compareMetric(metric("rate.delivered"), zeros, runs(base, null), plain)).toMatchObject({
      ...{ verdict: "better", change: { kind: "difference" } },
    });
  });

  it("holds growth of memory against what counts as a leak, or a share of the level", () => {
    const MiB = 2 ** 20;
    const growth = (values: readonly number[], levelMiB: number): readonly RunValue[] =>
      runs(
        values.map((value) => value * MiB),
        null,
        levelMiB * MiB,
      );
    const before = growth([-1, 2, 0, 1, -2], 50);
    const after = (values: readonly number[]) =>
      compareMetric(metric("memory.target.growth"), before, growth(values, 50), plain);
    expect(after([8, 9, 8, 9, 7])).toMatchObject({ verdict: "same", limit: 10 * MiB });
    expect(after([28, 29, 28, 29, 27])).toMatchObject({ verdict: "worse", change: { kind: "difference" } });
    const large = compareMetric(
      metric("memory.target.growth"),
      growth([0, 1, 2], 1000),
      growth([30, 31, 32], 1000),
      plain,
    );
    expect(large).toMatchObject({ verdict: "same", limit: 50 * MiB });
  });

  it("shows but does not judge what runs have no value of, or too few samples for", () => {
    const choice = metric("latency.p99");
    expect(compareMetric(choice, runs(base), runs([null, null]), plain)).toMatchObject({
      ...{ change: null, limit: null, verdict: "inconclusive", reason: "no value on the new side: not measured" },
    });
    expect(compareMetric(choice, runs(base), runs([0.2, null, 0.2, 0.2, 0.2]), plain)).toMatchObject({
      ...{ verdict: "inconclusive", reason: "1 of 5 runs of the new side have no value: not measured" },
    });
    expect(compareMetric(choice, runs(base, 400), runs(times(2), 5000), plain)).toMatchObject({
      ...{ verdict: "inconclusive", reason: "p99 needs 1,000 samples a run; one has 400" },
      change: { method: "hodges-lehmann" },
    });
  });

  it("takes what lies beyond the drain as later than anything", () => {
    const lost: readonly RunValue[] = base.map(() => ({ value: null, isInfinite: true, samples: 100, level: null }));
    const choice = metric("latency.offered.p99");
    expect(compareMetric(choice, runs(base), lost, plain)).toMatchObject({ verdict: "worse", change: null });
    expect(compareMetric(choice, lost, runs(base), plain)).toMatchObject({ verdict: "better" });
    expect(compareMetric(choice, lost, lost, plain)).toMatchObject({ verdict: "inconclusive" });
    expect(compareMetric(choice, runs(base), [...lost.slice(1), ...runs([0.1])], plain)).toMatchObject({
      ...{ verdict: "inconclusive", reason: "beyond the drain in 0 runs of base and 4 of new" },
    });
    expect(compareMetric(choice, runs([0.1]), lost.slice(0, 1), plain)).toMatchObject({ verdict: "inconclusive" });
  });
});
