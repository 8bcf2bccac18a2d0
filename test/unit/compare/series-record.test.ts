import { describe, expect, it } from "vitest";
import { makeSeries, type SeriesRun } from "../../../src/compare/series-record.ts";
import type { RunResult } from "../../../src/result/run-result.ts";
import { sampleResult } from "../../support/sample-result.ts";

const sound = sampleResult();
const passed: RunResult = { ...sound, verdict: { outcome: "pass", exitCode: 0, reasons: ["1 of 1 threshold held"] } };
const failedGate: RunResult = { ...sound, verdict: { outcome: "fail", exitCode: 99, reasons: ["latency too high"] } };
const limited: RunResult = {
  ...sound,
  generator: { ...sound.generator, health: "limited", reasons: ["lag"] },
  verdict: { outcome: "inconclusive", exitCode: 96, reasons: ["could not be judged"] },
};
const failedRun: RunResult = { ...sound, verdict: { outcome: "failed", exitCode: 97, reasons: ["nothing came back"] } };
const interrupted: RunResult = {
  ...sound,
  end: { kind: "interrupted", reason: "SIGINT" },
  verdict: { outcome: "interrupted", exitCode: 130, reasons: ["interrupted by SIGINT"] },
};

const series = (results: readonly RunResult[], askedRuns = results.length, more = {}) =>
  makeSeries(
    results.map((result, i): SeriesRun => ({ name: `run ${i + 1} of ${askedRuns}`, side: null, result })),
    { askedRuns, ...more },
  );

describe("makeSeries", () => {
  it("passes when every run has passed", () => {
    const { verdict, warnings } = series([passed, passed]);
    expect(verdict).toEqual({ exitCode: 0, reasons: ["2 of 2 runs passed"] });
    expect(warnings).toEqual([]);
  });

  it("ends with the code that weighs most, and names the run it is of first", () => {
    const { verdict } = series([failedGate, passed, limited, failedGate]);
    expect(verdict).toEqual({
      exitCode: 96,
      reasons: ["run 3 of 4: could not be judged", "run 1 of 4: latency too high", "run 4 of 4: latency too high"],
    });
  });

  it("holds no limited, failed or partial run against the others, and says so", () => {
    const made = series([passed, limited, failedGate, interrupted], 5);
    expect(made.spreads[0]?.metrics[0]?.values).toHaveLength(2);
    expect(made.warnings).toEqual([
      "run 2 of 5 is not in the spread: the generator was limited",
      "run 4 of 5 is not in the spread: it was interrupted",
    ]);
    expect(series([passed, failedRun]).warnings).toEqual(["run 2 of 2 is not in the spread: the run failed"]);
  });

  it("has no spread of a single run", () => {
    expect(series([passed, limited]).spreads).toEqual([{ side: null, metrics: [] }]);
  });

  it("counts what went wrong beside the runs", () => {
    const problem = { exitCode: 97, reason: "run 2 of 2: the command ended" } as const;
    expect(series([failedGate], 2, { problems: [problem] }).verdict).toEqual({
      exitCode: 97,
      reasons: [problem.reason, "run 1 of 2: latency too high"],
    });
  });

  it("has a spread of each of two sides that take turns", () => {
    const run = (side: "base" | "new", result: RunResult, i: number) => ({
      name: `run ${i} of 4 (${side})`,
      side,
      result,
    });
    const runs = [run("base", passed, 1), run("new", passed, 2), run("new", limited, 3), run("base", passed, 4)];
    const { spreads, warnings } = makeSeries(runs, { askedRuns: 4 });
    expect(spreads.map(({ side, metrics }) => [side, metrics.length > 0])).toEqual([
      ["base", true],
      ["new", false],
    ]);
    expect(warnings).toEqual(["run 3 of 4 (new) is not in the spread: the generator was limited"]);
  });

  it("says why nothing was compared when that was asked for and a run is missing", () => {
    expect(series([passed], 2, { isToBeCompared: true }).warnings).toEqual([
      "nothing was compared: 1 of 2 runs were made",
    ]);
  });
});
