import { describe, expect, it } from "vitest";
import { compareResults } from "../../../src/compare/compare-results.ts";
import { renderJunit } from "../../../src/report/junit-report.ts";
import type { ResultThreshold, RunResult } from "../../../src/result/run-result.ts";
import { decideVerdict } from "../../../src/verdict/verdict.ts";
import { withComparison } from "../../../src/verdict/with-comparison.ts";
import { comparedRuns } from "../../support/compared-runs.ts";
import { expectGolden } from "../../support/golden-file.ts";
import { reportCases } from "../../support/report-cases.ts";
import { sampleCheck, sampleResult } from "../../support/sample-result.ts";

/** `name kind` of each case, and the counts of the suite. */
function casesOf(result: RunResult) {
  const text = renderJunit(result);
  const [, counts] = /<testsuite name="[^"]*" (tests="\d+" failures="\d+" errors="\d+" skipped="\d+")/.exec(text) ?? [];
  const cases = [...text.matchAll(/<testcase name="([^"]*)"[^>]*?(?:\/>|><(\w+))/g)];
  return { counts, cases: cases.map(([, name, kind]) => `${name} ${kind ?? "passed"}`), text };
}

function judged(checks: readonly Partial<ResultThreshold>[], changes: Partial<RunResult> = {}, strict = false) {
  const thresholds = checks.map((check) => sampleCheck(check));
  const result = sampleResult({ thresholds, ...changes });
  return { ...result, verdict: decideVerdict(result, thresholds, { strict }) };
}

const unresolved = { expression: "latency.p99.9<1s", outcome: "unresolved" } as const;

describe("renderJunit", () => {
  it.each(Object.entries(reportCases))("shows the run %s as approved", (name, result) => {
    expectGolden(`report-${name}.junit.xml`, renderJunit(result));
  });

  it("has a case for the run and for each threshold", () => {
    const { counts, cases } = casesOf(judged([{}, { expression: "delivery.ratio==1" }]));
    expect(cases).toEqual(["run passed", "latency.p99&lt;50ms passed", "delivery.ratio==1 passed"]);
    expect(counts).toBe('tests="3" failures="0" errors="0" skipped="0"');
  });

  it.each([
    ["fail", { outcome: "fail" }, false, "failure"],
    ["no data", { outcome: "no-data", value: null }, false, "failure"],
    ["too few samples", unresolved, false, "skipped"],
    ["too few samples with --strict", unresolved, true, "failure"],
    ["an advisory one that fails", { outcome: "fail", warnOnly: true }, false, "skipped"],
    ["an advisory one that holds", { outcome: "pass", warnOnly: true }, false, "passed"],
    ["one that could not be judged", { outcome: "not-evaluated" }, false, "error"],
    ["an advisory one that could not be judged", { outcome: "not-evaluated", warnOnly: true }, false, "skipped"],
  ] as const)("shows a threshold with %s", (_, check, strict, kind) => {
    const { cases } = casesOf(judged([check], {}, strict));
    expect(cases[1]!.split(" ").at(-1)).toBe(kind);
  });

  it.each(["failed", "inconclusive", "interrupted"] as const)("is never green when the run is %s", (outcome) => {
    const verdict = { outcome, exitCode: 97, reasons: ["because"] };
    const { cases, text } = casesOf(sampleResult({ verdict, thresholds: [sampleCheck()] }));
    expect(cases[0]).toBe("run error");
    expect(text).toContain(`<error type="${outcome}" message="because&#10;exit code 97">`);
  });

  it("does not show a run without thresholds as if it had held any", () => {
    expect(casesOf(judged([])).cases).toEqual(["run skipped"]);
    expect(casesOf(judged([{ warnOnly: true }])).cases[0]).toBe("run skipped");
  });

  it.each([
    ["pass", true, ["run passed", "comparison with the base passed"]],
    ["regression", true, ["run passed", "comparison with the base failure"]],
    ["regression", false, ["run skipped", "comparison with the base skipped"]],
    ["not-comparable", true, ["run error", "comparison with the base error"]],
    ["inconclusive", true, ["run skipped", "comparison with the base skipped"]],
  ] as const)("has a case for a comparison that is %s (a gate: %s)", (outcome, failOnRegression, expected) => {
    const made = compareResults(comparedRuns("base", [1, 1, 1]), comparedRuns("new", [1, 1, 1]));
    const comparison = { ...made, verdict: { ...made.verdict, outcome, reasons: ["latency.p50 is worse: +30.0%"] } };
    const run = withComparison(judged([]), comparison, { failOnRegression });
    expect(casesOf(run).cases).toEqual(expected);
  });

  it("is never green with an exit code other than 0, even when no threshold tells why", () => {
    const aborted = judged([{}], { end: { kind: "aborted", reason: "latency.p99<50ms failed" } });
    expect(casesOf(aborted).cases[0]).toBe("run failure");
    const unexplained = sampleResult({ verdict: { outcome: "fail", exitCode: 98, reasons: ["slower"] } });
    expect(casesOf(unexplained).cases[0]).toBe("run failure");
  });

  it("tells cases of one expression apart", () => {
    expect(casesOf(judged([{}, {}])).cases.slice(1)).toEqual([
      "latency.p99&lt;50ms passed",
      "latency.p99&lt;50ms (2) passed",
    ]);
  });

  it("names where a threshold of a profile was written", () => {
    const { text } = casesOf(judged([{ outcome: "fail", source: "profiles/chat.yaml:7" }]));
    expect(text).toContain("; profiles/chat.yaml:7</failure>");
  });

  it("keeps tags as properties", () => {
    expect(renderJunit(sampleResult({ tags: { commit: "0a1b2c3" } }))).toContain(
      '<property name="tag.commit" value="0a1b2c3"/>',
    );
  });
});
