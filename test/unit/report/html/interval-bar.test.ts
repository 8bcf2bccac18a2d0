import { describe, expect, it } from "vitest";
import { barScale, intervalBar } from "../../../../src/report/html/interval-bar.ts";
import type { ComparedMetric, MetricChange } from "../../../../src/result/comparison.ts";
import { comparisonCases } from "../../../support/comparison-cases.ts";

const sound = comparisonCases.pass!.metrics[0]!;
const metric = (change: Partial<MetricChange>, others: Partial<ComparedMetric> = {}): ComparedMetric => ({
  ...sound,
  change: { ...sound.change!, kind: "ratio", ...change },
  limit: 0.05,
  ...others,
});
const numberOf = (svg: string, element: string, name: string) =>
  Number(new RegExp(`<${element}[^>]* ${name}="([\\d.]+)"`).exec(svg)?.[1]);

describe("barScale", () => {
  it("is wide enough for every interval, and never narrower than 10 % or wider than four times", () => {
    expect(barScale([metric({ estimate: 1, low: 0.99, high: 1.01 })]).edge).toBeCloseTo(1.155);
    expect(barScale([metric({ estimate: 1, low: 0.5, high: 1.1 })]).edge).toBeCloseTo(2.1);
    expect(barScale([metric({ estimate: 90, low: 1, high: 100 })]).edge).toBe(4);
  });
});

describe("intervalBar", () => {
  it("puts no change in the middle, and a half as far left as the double is right", () => {
    const place = (estimate: number) =>
      numberOf(intervalBar(metric({ estimate, low: null, high: null }), { edge: 4 })!.text, "circle", "cx");
    expect(place(1)).toBe(80);
    expect(place(2)).toBe(120);
    expect(place(0.5)).toBe(40);
    expect(place(1000)).toBe(160);
  });

  it("draws the interval, and what counts as the same", () => {
    const { text } = intervalBar(metric({ estimate: 1.5, low: 1, high: 2 }), { edge: 4 })!;
    expect(text).toMatch(/<rect class="reach" x="80" y="5" width="40"/);
    expect(text).toMatch(/<rect class="same" x="77.2"/);
    const undecided = intervalBar(metric({ estimate: 1.5, low: null, high: null }, { limit: null }), { edge: 4 })!;
    expect(undecided.text).not.toContain("<rect");
  });

  it("draws nothing of a difference, or where there is no change", () => {
    expect(intervalBar(metric({ kind: "difference" }), { edge: 4 })).toBeNull();
    expect(intervalBar({ ...sound, change: null }, { edge: 4 })).toBeNull();
  });
});
