import { describe, expect, it } from "vitest";
import { renderComparisonReport } from "../../../src/report/comparison-report.ts";
import { comparisonCases } from "../../support/comparison-cases.ts";
import { expectGolden } from "../../support/golden-file.ts";

const plainLook = { colour: false, columns: 100 };

describe("renderComparisonReport", () => {
  it.each(Object.entries(comparisonCases))("shows %s as approved, on wide and narrow terminals", (name, comparison) => {
    expectGolden(`comparison-${name}.txt`, renderComparisonReport(comparison, plainLook));
    expectGolden(`comparison-${name}-80.txt`, renderComparisonReport(comparison, { ...plainLook, columns: 80 }));
  });

  it.each(Object.entries(comparisonCases))("is ASCII and never wider than asked for: %s", (_, comparison) => {
    for (const columns of [60, 80, 100, 200]) {
      const lines = renderComparisonReport(comparison, { ...plainLook, columns }).split("\n");
      for (const line of lines) {
        expect(line).toMatch(/^[ -~]*$/);
        expect(line.length, line).toBeLessThanOrEqual(Math.min(100, columns));
      }
    }
  });

  it("only adds colour, and takes no letter away", () => {
    for (const comparison of Object.values(comparisonCases)) {
      const coloured = renderComparisonReport(comparison, { ...plainLook, colour: true });
      expect(coloured.replace(/\u001b\[\d+m/g, "")).toBe(renderComparisonReport(comparison, plainLook));
      expect(coloured).not.toBe(renderComparisonReport(comparison, plainLook));
    }
  });
});
