import { describe, expect, it } from "vitest";
import { makeNoiseFloor } from "../../../src/compare/noise-floor.ts";
import { renderNoiseFloor } from "../../../src/report/noise-floor-report.ts";
import { comparedRun } from "../../support/compared-runs.ts";
import { expectGolden } from "../../support/golden-file.ts";

const facts = { createdAt: "2026-01-02T03:04:05.000Z", toolVersion: "0.1.0" };
const floorOf = (slower: readonly number[]) =>
  makeNoiseFloor(
    slower.map((factor, i) => comparedRun(`run-${i}`, { slower: factor, targetGrowthMiB: i })),
    facts,
  );
// Vector aa.noiseFloor, as factors.
const record = floorOf([1.02, 0.995, 1.012, 1.048, 0.989, 1.004]);
const options = { colour: false, columns: 100, savedTo: "results/noise-floor/0123-4567.json" };

describe("the report of a noise floor", () => {
  it.each([100, 80])("shows every metric as approved, on %i columns", (columns) => {
    const text = renderNoiseFloor(record, { ...options, columns });
    for (const line of text.split("\n")) expect(line.length, line).toBeLessThanOrEqual(columns);
    expect(text).toMatch(/^[\n -~]*$/);
    expectGolden(`report-noise-floor${columns === 80 ? "-80" : ""}.txt`, text);
  });

  it("says which metrics cannot be gated on this machine", () => {
    const text = renderNoiseFloor(floorOf([1, 1.4, 1, 1, 1.4, 1]), options);
    expect(text).toMatch(/latency\.p50 .* ungateable\n/);
    expect(text).toContain("[WARN] ungateable here, as runs of the same differ by more than 25%");
    expect(renderNoiseFloor(record, options)).not.toContain("ungateable");
  });

  it("has no floor for a percentile of too few samples, and says how many it needs", () => {
    const text = renderNoiseFloor(record, options);
    expect(text).toContain("[WARN] no floor, as a run has too few samples: connect.p50 (needs 20)\n");
    expect(text).not.toMatch(/connect\.p50 +\d/);
  });

  it("warns of a floor from few runs", () => {
    expect(renderNoiseFloor(floorOf([1, 1.02]), options)).toContain("[WARN] 2 runs tell little");
  });

  it("never cuts its place where something may read it, and names none when there is none", () => {
    const savedTo = `results/${"long-".repeat(40)}floor.json`;
    expect(renderNoiseFloor(record, { ...options, savedTo, isTerminal: false })).toContain(`saved to ${savedTo}\n`);
    expect(renderNoiseFloor(record, { ...options, savedTo: null })).not.toContain("saved to");
  });
});
