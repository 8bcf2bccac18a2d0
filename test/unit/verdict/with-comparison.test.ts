import { describe, expect, it } from "vitest";
import { compareResults } from "../../../src/compare/compare-results.ts";
import type { RunResult } from "../../../src/result/run-result.ts";
import { withComparison } from "../../../src/verdict/with-comparison.ts";
import { comparedRun, comparedRuns } from "../../support/compared-runs.ts";

const base = comparedRuns("base", [1, 1.01, 0.99, 1, 1.02]);
const against = (slower: readonly number[]) => compareResults(base, comparedRuns("new", slower));
const same = against([1, 1.01, 0.99, 1.02, 1]);
const worse = against([1.3, 1.31, 1.29, 1.32, 1.3]);
const few = against([1]);
const result: RunResult = {
  ...comparedRun("new-5"),
  verdict: { outcome: "pass", exitCode: 0, reasons: ["no threshold was asked for"] },
  warnings: [],
};

describe("withComparison", () => {
  it("keeps the comparison and the verdict where nothing got worse", () => {
    for (const comparison of [same, few]) {
      expect(withComparison(result, comparison, { failOnRegression: true })).toEqual({ ...result, comparison });
    }
  });

  it("ends with 98 upon a regression when that was asked for", () => {
    const { verdict } = withComparison(result, worse, { failOnRegression: true });
    expect(verdict).toMatchObject({ outcome: "fail", exitCode: 98 });
    expect(verdict.reasons[0]).toMatch(/^regression: latency\.p50 is worse: \+\d/);
  });

  it("warns of one otherwise", () => {
    const { verdict, warnings } = withComparison(result, worse, { failOnRegression: false });
    expect(verdict).toEqual(result.verdict);
    expect(warnings[0]).toMatchObject({ code: "comparison", text: expect.stringMatching(/^regression: /) as string });
  });

  it("leaves the exit code to what weighs more, and tells of the regression all the same", () => {
    const failed: RunResult = { ...result, verdict: { outcome: "fail", exitCode: 99, reasons: ["threshold failed"] } };
    const { verdict } = withComparison(failed, worse, { failOnRegression: true });
    expect(verdict).toMatchObject({ outcome: "fail", exitCode: 99 });
    expect(verdict.reasons[0]).toBe("threshold failed");
    expect(verdict.reasons[1]).toMatch(/^regression: /);
  });

  it("has not decided where runs could not be compared: 96 for a gate, a warning without", () => {
    const limited = { ...result, generator: { ...result.generator, health: "limited" as const, reasons: ["lag"] } };
    const comparison = compareResults(base, [{ name: "new.json", result: limited }]);
    const gated = withComparison(limited, comparison, { failOnRegression: true });
    expect(gated.verdict).toMatchObject({ outcome: "inconclusive", exitCode: 96 });
    expect(gated.verdict.reasons[0]).toMatch(/^not compared: "new.json" was limited by its generator/);
    const told = withComparison(limited, comparison, { failOnRegression: false });
    expect(told.verdict.exitCode).toBe(0);
    expect(told.warnings.at(-1)?.text).toMatch(/^not compared: /);
  });
});
