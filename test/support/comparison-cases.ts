import { compareResults } from "../../src/compare/compare-results.ts";
import { readMetricChoices } from "../../src/compare/metric-choice.ts";
import { makeNoiseFloor } from "../../src/compare/noise-floor.ts";
import type { Comparison } from "../../src/result/comparison.ts";
import { comparedRuns, type RunChanges } from "./compared-runs.ts";

const alike = [1, 1.01, 0.99, 1.005, 0.995];
const times = (factor: number): readonly number[] => alike.map((value) => value * factor);
const tagged = (branch: string): RunChanges => ({ result: { tags: { branch } } });
const base = comparedRuns("results/main", alike, tagged("main"));

const elsewhere = comparedRuns("results/pr", times(1.1)).map(({ name, result }) => ({
  name,
  result: {
    ...result,
    environment: { ...result.environment, cores: 4, node: "v22.1.0", hostFingerprint: "fedcba9876543210" },
    tool: { ...result.tool, version: "0.2.0" },
  },
}));

const noiseFloor = {
  file: "results/noise-floor/0123456789abcdef-0a1b2c3d4e5f.json",
  record: makeNoiseFloor(
    comparedRuns("aa", [1, 1.06, 0.97, 1.02, 0.99, 1.01]).map(({ result }) => result),
    { createdAt: "2026-01-02T03:04:05.000Z", toolVersion: "0.1.0" },
  ),
};

const interrupted = comparedRuns("results/pr", [1, 1.02], {
  result: { end: { kind: "interrupted", reason: "SIGINT" } },
});

/** Comparisons of every outcome that a report has to show, by the name of their golden file. */
export const comparisonCases: Readonly<Record<string, Comparison>> = {
  pass: compareResults(base, comparedRuns("results/pr", times(1.002), tagged("pr-7"))),
  better: compareResults(base, comparedRuns("results/pr", times(0.7), tagged("pr-7"))),
  regression: compareResults(
    base,
    comparedRuns("results/pr", times(1.3), {
      ...tagged("pr-7"),
      messages: { lostMissing: 20, lostClosed: 3, duplicated: 2 },
    }),
  ),
  "one-run": compareResults(comparedRuns("base", [1]), comparedRuns("new", [1.2])),
  "noise-floor": compareResults(comparedRuns("base", [1]), comparedRuns("new", [1.2]), { noiseFloor }),
  chosen: compareResults(base, comparedRuns("results/pr", times(1.04)), {
    metrics: readMetricChoices("service.p99,memory.target.perConnection"),
    noiseThreshold: 0.1,
  }),
  forced: compareResults(base, elsewhere, { force: true }),
  "other-host": compareResults(base, elsewhere),
  partial: compareResults(base, interrupted),
};
