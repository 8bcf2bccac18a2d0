import { describe, expect, it } from "vitest";
import { compareMetric, type RunValue } from "../../../src/compare/compare-metric.ts";
import { readMetricChoices } from "../../../src/compare/metric-choice.ts";
import { deriveSeed, Xoshiro } from "../../../src/random/xoshiro.ts";
import type { Judgement } from "../../../src/result/comparison.ts";

const trials = 1000;
const choice = readMetricChoices("latency.p99")[0]!;

/** One run: 60 seconds that depend on each other (AR(1), rho 0.6, sd 10 %), and the run as a whole off by 3 %. */
function runValue(random: Xoshiro, factor: number): RunValue {
  const [rho, intervalSd, runSd] = [0.6, 0.1, 0.03];
  let state = random.normal();
  let sum = 0;
  for (let second = 0; second < 60; second++) {
    sum += 1 + intervalSd * state;
    state = rho * state + Math.sqrt(1 - rho * rho) * random.normal();
  }
  return { value: factor * (sum / 60) * Math.exp(runSd * random.normal()), samples: null, level: null };
}

/** Share of comparisons that end in each verdict. */
function verdicts(runs: number, change: number): Readonly<Record<Judgement, number>> {
  const random = new Xoshiro(deriveSeed(1, runs, Math.round(change * 1000)));
  const side = (factor: number) => Array.from({ length: runs }, () => runValue(random, factor));
  const counts = { better: 0, same: 0, worse: 0, inconclusive: 0 };
  for (let trial = 0; trial < trials; trial++) {
    counts[compareMetric(choice, side(1), side(1 + change), { noiseThreshold: 0.05, floor: null }).verdict]++;
  }
  return Object.fromEntries(Object.entries(counts).map(([verdict, count]) => [verdict, count / trials])) as Record<
    Judgement,
    number
  >;
}

// Seeded, so that they cannot flake; the bounds hold for any seed but one in very many.
describe("error rates of the judgement, where nothing and where something has changed", () => {
  it("raises hardly a false alarm with five runs a side", () => {
    const { worse, better } = verdicts(5, 0);
    expect(worse + better).toBeLessThan(0.005);
  });

  it("raises few with three", () => {
    const { worse, better } = verdicts(3, 0);
    expect(worse + better).toBeLessThan(0.01);
  });

  it("finds +15 % mostly with five runs a side, and never calls it the same", () => {
    const found = verdicts(5, 0.15);
    expect(found.worse).toBeGreaterThan(0.9);
    expect(found.same).toBe(0);
  });

  it("finds +10 % about every second time, and is undecided the others", () => {
    const found = verdicts(5, 0.1);
    expect(found.worse).toBeGreaterThan(0.45);
    expect(found.worse).toBeLessThan(0.65);
    expect(found.same).toBeLessThan(0.01);
    expect(found.better).toBe(0);
  });

  it("finds +15 % more often than not with three runs a side", () => {
    const found = verdicts(3, 0.15);
    expect(found.worse).toBeGreaterThan(0.6);
    expect(found.better).toBe(0);
  });
});
