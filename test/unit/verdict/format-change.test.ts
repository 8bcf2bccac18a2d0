import { describe, expect, it } from "vitest";
import type { MetricChange } from "../../../src/result/comparison.ts";
import { formatChange, formatChangeInterval, formatLimit } from "../../../src/verdict/format-change.ts";

const ratio = (estimate: number, low: number | null = null, high: number | null = null): MetricChange => ({
  ...{ kind: "ratio", estimate, low, high, confidence: 0.9, method: "welch" },
});
const difference = (estimate: number): MetricChange => ({ ...ratio(estimate), kind: "difference" });

describe("formatChange", () => {
  it.each([
    [ratio(1.156), "s", "+15.6 %"],
    [ratio(0.5), "s", "-50.0 %"],
    [ratio(1.0004), "s", "0.0 %"],
    [ratio(0.99996), "s", "0.0 %"],
    [ratio(3.5), "s", "+250 %"],
    [difference(2.5 * 2 ** 20), "bytes", "+2.5 MiB"],
    [difference(-1024), "bytes", "-1 KiB"],
    [difference(0), "bytes", "0 B"],
    [difference(-0.004), "ratio", "-0.4%"],
    [difference(3), "count", "+3"],
  ])("writes %j in %s as %s", (change, unit, text) => {
    expect(formatChange(change, unit)).toBe(text);
  });
});

describe("formatChangeInterval and formatLimit", () => {
  it("write the bounds and what does not matter", () => {
    expect(formatChangeInterval(ratio(1.1, 1.05, 1.16), "s")).toBe("+5.0 .. +16.0 %");
    expect(formatChangeInterval(ratio(1.1), "s")).toBeNull();
    expect(formatLimit(0.05, "ratio", "s")).toBe("5 %");
    expect(formatLimit(0.0597, "ratio", "s")).toBe("6 %");
    expect(formatLimit(10 * 2 ** 20, "difference", "bytes")).toBe("10 MiB");
  });
});
