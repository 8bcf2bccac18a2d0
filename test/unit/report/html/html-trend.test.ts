import { describe, expect, it } from "vitest";
import { trendOfResults } from "../../../../src/compare/trend-of-results.ts";
import { renderHtmlTrend } from "../../../../src/report/html/html-trend.ts";
import { hostileText } from "../../../support/hostile-text.ts";
import { chartsOf, lineOf, sampleAssets } from "../../../support/page-parts.ts";
import { history, trendCases } from "../../../support/trend-cases.ts";

describe("renderHtmlTrend", () => {
  it("shows each metric over the runs, its levels, and a mark between the runs where it changed", () => {
    const page = renderHtmlTrend(trendCases.change!, sampleAssets);
    const chart = chartsOf(page)["latency.p99 (lower is better)"]!;
    expect(chart.x.names.slice(0, 2)).toEqual(["c0ffee1", "c0ffee2"]);
    expect(lineOf(chart, "latency.p99").ys).toHaveLength(16);
    expect(lineOf(chart, "latency.p99").ys[0]).toBeCloseTo(2159, -2);
    expect(lineOf(chart, "level").xs).toEqual([0, 9, 9.5, 10, 15]);
    expect(lineOf(chart, "level").ys[2]).toBeNull();
    expect(chart.marks).toMatchObject([{ at: 9.5, colour: "red" }]);
    expect(chart.marks[0]!.label).toMatch(/^\+2\d\.\d%$/);
    expect(page).toMatch(
      /latency<wbr>|latency\.p99<\/code> worse: \+2\d\.\d%, 2\.1\d+ ms to 2\.\d+ ms, from c0ffee11 on/,
    );
  });

  it("says that a level did not change, and marks nothing", () => {
    const page = renderHtmlTrend(trendCases.level!, sampleAssets);
    for (const chart of Object.values(chartsOf(page))) expect(chart.marks).toEqual([]);
    expect(page).toContain("No change of level.");
    expect(page).not.toContain("[WARN]");
  });

  it("gives each load and host a section of its own, and names what is left out", () => {
    const page = renderHtmlTrend(trendCases.mixed!, sampleAssets);
    expect(page.match(/<section id="series-\d"/g)).toHaveLength(2);
    expect(page).toMatch(
      /<th scope="row" class="text">results\/partial\.json<\/th><td class="text">it was interrupted/,
    );
  });

  it("lets no text of a user out of its place, and needs no network", () => {
    const hostile = history([1, 1.1]).map(({ result }) => ({
      name: hostileText,
      result: {
        ...result,
        tags: { commit: hostileText },
        environment: { ...result.environment, cpuModel: hostileText },
      },
    }));
    const page = renderHtmlTrend(trendOfResults(hostile, null), sampleAssets);
    expect(page).toMatch(/^[\n -~]*$/);
    expect(page).not.toMatch(/<img|<script>alert|<style>\*/);
    expect(page).not.toMatch(/\b(src|href)="(?!#|data:)/);
    expect(Object.values(chartsOf(page))).not.toHaveLength(0);
  });
});
