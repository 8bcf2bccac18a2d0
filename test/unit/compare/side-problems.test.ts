import { describe, expect, it } from "vitest";
import { sideProblems } from "../../../src/compare/side-problems.ts";
import type { RunResult } from "../../../src/result/run-result.ts";
import { sampleCapacity } from "../../support/sample-capacity.ts";
import { comparedRun } from "../../support/compared-runs.ts";

const sound = comparedRun("sound");
const named = (name: string, changes: Partial<RunResult> = {}) => ({
  name,
  result: { ...comparedRun(name), ...changes },
});

describe("sideProblems", () => {
  it("has nothing against sound runs, degraded ones and ones that failed a threshold", () => {
    const verdict = { outcome: "fail", exitCode: 99, reasons: ["threshold failed"] } as const;
    const generator = { ...sound.generator, health: "degraded" } as const;
    expect(sideProblems([named("a"), named("b", { verdict })], [named("c", { generator })])).toEqual([]);
  });

  it.each([
    [{ end: { kind: "running", reason: null } }, '"x" is of a run that was still going on'],
    [{ end: { kind: "interrupted", reason: "SIGINT" } }, '"x" is partial: the run was interrupted (SIGINT)'],
    [{ end: { kind: "aborted", reason: null } }, '"x" is partial: the run was aborted'],
    [{ end: { kind: "failed", reason: "refused" } }, '"x" is partial: the run was failed (refused)'],
    [
      { verdict: { outcome: "failed", exitCode: 97, reasons: ["nothing was delivered"] } },
      '"x" is of a run that failed: nothing was delivered',
    ],
  ] as const)("refuses %j", (changes, problem) => {
    expect(sideProblems([named("x", changes)], [named("y")])).toEqual([problem]);
  });

  it("refuses a search for capacity, of which it holds one trial", () => {
    const search = named("x", { capacity: sampleCapacity("x") });
    expect(sideProblems([named("a")], [search])[0]).toMatch(/^"x" is of a search for capacity, /);
  });

  it("refuses a generator that was limited, with its reason", () => {
    const generator = { ...sound.generator, health: "limited", reasons: ["lag 80 ms", "slip"] } as const;
    expect(sideProblems([named("a")], [named("x", { generator })])[0]).toMatch(/^"x" was limited .*: lag 80 ms$/);
  });

  it("refuses a run that is there twice, by name and by what it holds, in merged results too", () => {
    const one = named("a.json", { id: "1" });
    expect(sideProblems([one, one], [])).toEqual(['"a.json" is twice on the base side, and would count twice']);
    expect(sideProblems([one], [named("copy.json", { id: "1" })])).toEqual([
      '"a.json" and "copy.json" hold the same run, which is then on both sides',
    ]);
    const part = {
      id: "1",
      title: "",
      startedAt: "",
      durationMs: 1,
      environment: sound.environment,
      generatorMemory: null,
    };
    expect(sideProblems([named("all.json", { mergedFrom: [part] })], [one])).toEqual([
      '"all.json" and "a.json" hold the same run, which is then on both sides',
    ]);
  });
});
