import { describe, expect, it } from "vitest";
import { makeSeries } from "../../../src/compare/series-record.ts";
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

describe("makeSeries", () => {
  it("passes when every run has passed", () => {
    const { verdict, leftOut } = makeSeries([passed, passed], 2);
    expect(verdict).toEqual({ exitCode: 0, reasons: ["2 of 2 runs passed"] });
    expect(leftOut).toEqual([]);
  });

  it("ends with the code that weighs most, and names the run it is of first", () => {
    const { verdict } = makeSeries([failedGate, passed, limited, failedGate], 4);
    expect(verdict).toEqual({
      exitCode: 96,
      reasons: ["run 3 of 4: could not be judged", "run 1 of 4: latency too high", "run 4 of 4: latency too high"],
    });
  });

  it("holds no limited, failed or partial run against the others, and says so", () => {
    const series = makeSeries([passed, limited, failedGate, interrupted], 5);
    expect(series.spread[0]?.values).toHaveLength(2);
    expect(series.leftOut).toEqual([
      "run 2 of 5 is not in the spread: the generator was limited",
      "run 4 of 5 is not in the spread: it was interrupted",
    ]);
    expect(makeSeries([passed, failedRun], 2).leftOut).toEqual(["run 2 of 2 is not in the spread: the run failed"]);
  });

  it("has no spread of a single run", () => {
    expect(makeSeries([passed, limited], 2).spread).toEqual([]);
  });

  it("counts what went wrong beside the runs", () => {
    const problem = { exitCode: 97, reason: "run 2 of 2: the command ended" } as const;
    expect(makeSeries([failedGate], 2, [problem]).verdict).toEqual({
      exitCode: 97,
      reasons: [problem.reason, "run 1 of 2: latency too high"],
    });
  });
});
