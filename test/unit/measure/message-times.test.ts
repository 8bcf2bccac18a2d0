import { describe, expect, it } from "vitest";
import { Histogram } from "../../../src/measure/histogram.ts";
import { recordBackFilled } from "../../../src/measure/message-times.ts";
import { percentileRows } from "../../../src/measure/percentile-rows.ts";

describe("recordBackFilled", () => {
  it("adds the values the closed loop did not send, down to one interval", () => {
    const histogram = Histogram.empty();
    recordBackFilled(histogram, 35, 10);
    const values: number[] = [];
    histogram.forEachCell((cell) => values.push(cell));
    expect(values).toEqual([15, 25, 35]);
  });

  it("adds nothing to a value within its interval", () => {
    const histogram = Histogram.empty();
    recordBackFilled(histogram, 19, 10, 4);
    expect(histogram.count).toBe(4);
  });
});

describe("percentileRows", () => {
  it("has no rows for an empty histogram, and ends with the maximum at 100 %", () => {
    expect(percentileRows(Histogram.empty())).toEqual([]);
    const histogram = Histogram.empty();
    for (let i = 1; i <= 500; i++) histogram.record(i * 1001);
    const rows = percentileRows(histogram);
    expect(rows.at(-1)).toEqual({ value: 500_500, quantile: 1, cumulativeCount: 500 });
    expect(rows.every((row, i) => i === 0 || row.quantile > rows[i - 1]!.quantile)).toBe(true);
    expect(rows.every((row) => row.cumulativeCount >= row.quantile * 500 - 1e-9)).toBe(true);
  });
});
