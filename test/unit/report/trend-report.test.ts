import { describe, expect, it } from "vitest";
import { renderTrendReport } from "../../../src/report/trend-report.ts";
import { expectGolden } from "../../support/golden-file.ts";
import { trendCases } from "../../support/trend-cases.ts";

describe("renderTrendReport", () => {
  it.each(Object.keys(trendCases))("shows the trend %s as approved, within the width of the terminal", (name) => {
    const text = renderTrendReport(trendCases[name]!, { colour: false, columns: 100 });
    for (const line of text.split("\n")) expect(line.length).toBeLessThanOrEqual(100);
    expect(text).toMatch(/^[\n -~]*$/);
    expectGolden(`trend-${name}.txt`, text);
  });
});
