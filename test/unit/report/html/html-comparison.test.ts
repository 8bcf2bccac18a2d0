import { describe, expect, it } from "vitest";
import { renderHtmlComparison } from "../../../../src/report/html/html-comparison.ts";
import type { Comparison } from "../../../../src/result/comparison.ts";
import { comparisonCases } from "../../../support/comparison-cases.ts";
import { hostileText } from "../../../support/hostile-text.ts";
import { chartsOf, lineOf, sampleAssets } from "../../../support/page-parts.ts";

const render = (comparison: Comparison) => renderHtmlComparison(comparison, sampleAssets);
const rowsOf = (page: string) =>
  [...page.matchAll(/<tr>(.*?)<\/tr>/gs)].map(([, row]) =>
    row!
      .replace(/<svg.*?<\/svg>/gs, "(bar)")
      .replace(/<wbr>/g, "")
      .replace(/<[^>]*>/g, " ")
      .replace(/ +/g, " ")
      .trim(),
  );

describe("renderHtmlComparison", () => {
  it.each(Object.keys(comparisonCases))(
    "shows the comparison %s in ASCII without a stray value or an address",
    (name) => {
      const page = render(comparisonCases[name]!);
      expect(page).toMatch(/^[\n -~]*$/);
      expect(page.replace(/<script[^>]*>.*?<\/script>/gs, "")).not.toMatch(/NaN|undefined|Infinity|null|\[object/);
      expect(page).not.toMatch(/\b(src|href)="(?!#|data:)/);
    },
  );

  it("shows the verdict first, with every reason", () => {
    const { verdict } = comparisonCases.regression!;
    const page = render(comparisonCases.regression!);
    expect(page.indexOf("regression")).toBeLessThan(page.indexOf("Metrics</h2>"));
    expect(page).toContain("(exit code 98)");
    expect(verdict.reasons.length).toBeGreaterThan(1);
    expect(page.match(/ is worse: /g)).toHaveLength(verdict.reasons.length);
  });

  it("shows each metric with its change, in words and as a bar", () => {
    const rows = rowsOf(render(comparisonCases.regression!));
    const row = rows.find((text) => text.includes("latency.p99 "))!;
    expect(row).toMatch(
      /^\[FAIL\] latency\.p99 [\d.]+ ms [\d.]+ ms \+\d+\.\d% \[\+[\d.]+, \+[\d.]+\] \(bar\) worse \d/,
    );
  });

  it("draws both distributions over each other", () => {
    const { distribution } = comparisonCases.regression!;
    const chart = chartsOf(render(comparisonCases.regression!))["Latency of both sides"]!;
    expect(lineOf(chart, "base").ys.at(-1)).toBeCloseTo(distribution!.base.max!, -1);
    expect(lineOf(chart, "new").ys.at(-1)).toBeCloseTo(distribution!.new.max!, -1);
    expect(chart.x).toMatchObject({ unit: "percentile", isLogarithmic: true });
  });

  it("shows of sides that do not compare what differs, and no numbers", () => {
    const page = render(comparisonCases["other-host"]!);
    expect(rowsOf(page)).toContain("[FAIL] cores 2 4");
    expect(page).not.toContain("Metrics</h2>");
    expect(chartsOf(page)).toEqual({});
  });

  it("lets no text of a user out of its place", () => {
    const sound = comparisonCases.regression!;
    const hostile: Comparison = {
      ...sound,
      load: hostileText,
      base: { ...sound.base, label: hostileText, runs: sound.base.runs.map((run) => ({ ...run, name: hostileText })) },
      differences: [{ what: hostileText, of: "load", base: hostileText, new: hostileText, severity: "warn" }],
      metrics: sound.metrics.map((metric) => ({ ...metric, name: hostileText, reason: hostileText })),
      warnings: [hostileText],
      verdict: { ...sound.verdict, reasons: [hostileText, hostileText] },
    };
    const page = render(hostile);
    expect(page).not.toMatch(/<img|<script>alert|<style>\*/);
    expect(page).toMatch(/^[\n -~]*$/);
  });
});
