import { describe, expect, it } from "vitest";
import { compareResults } from "../../../src/compare/compare-results.ts";
import { makeSeries } from "../../../src/compare/series-record.ts";
import { renderSeriesEnd, renderSeriesMember } from "../../../src/report/series-report.ts";
import type { RunResult } from "../../../src/result/run-result.ts";
import { comparedRuns } from "../../support/compared-runs.ts";
import { expectGolden } from "../../support/golden-file.ts";
import { reportCases } from "../../support/report-cases.ts";
import { sampleTimes } from "../../support/sample-result.ts";

const options = { colour: false, columns: 100 };
const passed = reportCases["all-passed"]!;
const run = (scale: number): RunResult => ({
  ...passed,
  totals: { ...passed.totals, latencyUs: sampleTimes(10_000, scale) },
});
const named = (results: readonly RunResult[], askedRuns: number) =>
  makeSeries(
    results.map((result, i) => ({ name: `run ${i + 1} of ${askedRuns}`, side: null, result })),
    { askedRuns },
  );
const runs = [run(1000), run(1300), reportCases["failed-thresholds"]!, reportCases["generator-limited"]!];

describe("the report of a series", () => {
  it.each([100, 80])("shows each run and what they came to as approved, on %i columns", (columns) => {
    const at = { ...options, columns };
    const members = runs.map((result, i) =>
      renderSeriesMember(result, `run ${i + 1} of 5`, `results/steady-${i + 1}.json`, at),
    );
    const text = [...members, renderSeriesEnd(named(runs, 5), at)].join("");
    for (const line of text.split("\n")) expect(line.length, line).toBeLessThanOrEqual(columns);
    expect(text).toMatch(/^[\n -~]*$/);
    expect(text).not.toMatch(/NaN|undefined|Infinity|null/);
    expectGolden(`report-series${columns === 80 ? "-80" : ""}.txt`, text);
  });

  it("shows both sides and what they came to against each other as approved", () => {
    const sides = [comparedRuns("base", [1, 1.01, 0.99]), comparedRuns("new", [1.3, 1.31, 1.29])] as const;
    const comparison = compareResults(sides[0], sides[1]);
    const made = sides.flatMap((side, s) =>
      side.map(({ name, result }) => ({ name, side: s === 0 ? "base" : "new", result }) as const),
    );
    const series = makeSeries(made, { askedRuns: 6, comparison, isToBeCompared: true });
    const text = renderSeriesEnd(series, options);
    expect(text).toMatch(/^[\n -~]*$/);
    expectGolden("report-interleaved.txt", text);
  });

  it.each(Object.keys(reportCases))("has a few lines for the run %s", (name) => {
    const text = renderSeriesMember(reportCases[name]!, "run 1 of 2", "out-1.json", options);
    expect(text).not.toMatch(/NaN|undefined|Infinity|null/);
    expect(text).toContain("run 1 of 2: ");
    expect(text).toContain("saved to out-1.json\n");
  });

  it("shows no percentile of too few samples", () => {
    const { totals } = passed;
    const short = { ...passed, totals: { ...totals, latencyUs: { ...sampleTimes(200, 1000), unresolved: ["p99"] } } };
    expect(renderSeriesMember(short, "run 1 of 2", "out-1.json", options)).toMatch(/latency p50 \S+ ms, p99 -; sent/);
  });

  it("never calls a run good whose generator was limited, and says why", () => {
    const generator = { ...passed.generator, health: "limited", reasons: ["slip p99 20 ms (limit 10 ms)"] } as const;
    const text = renderSeriesMember({ ...passed, generator }, "run 1 of 2", "out-1.json", options);
    expect(text).toMatch(/^\[WARN\] run 1 of 2: /);
    expect(text).toContain("the generator was limited: slip p99 20 ms (limit 10 ms)\n");
  });

  it("never cuts the place of a result where something may read it", () => {
    const path = `results/${"long-".repeat(40)}name.json`;
    const text = renderSeriesMember(passed, "run 1 of 2", path, { ...options, isTerminal: false });
    expect(text).toContain(`saved to ${path}\n`);
  });

  it("says the same with colour as without", () => {
    const series = named(runs, 4);
    const coloured = renderSeriesEnd(series, { ...options, colour: true });
    expect(coloured).toContain("\u001b[");
    expect(coloured.replaceAll(/\u001b\[\d+m/g, "")).toBe(renderSeriesEnd(series, options));
  });

  it("says that there is no spread where too few runs are left for one", () => {
    expect(renderSeriesEnd(named([passed], 3), options)).toContain("fewer than two runs");
  });
});
