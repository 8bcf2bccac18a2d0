import { describe, expect, it } from "vitest";
import type { MetricChange } from "../../../src/result/comparison.ts";
import { formatChange, formatLimit } from "../../../src/verdict/format-change.ts";

const MiB = 2 ** 20;
const ratio = (estimate: number, low: number | null = null, high: number | null = null): MetricChange => ({
  ...{ kind: "ratio", estimate, low, high, confidence: 0.9, method: "welch" },
});
const difference = (...numbers: Parameters<typeof ratio>): MetricChange => ({
  ...ratio(...numbers),
  kind: "difference",
});

describe("formatChange", () => {
  it.each([
    [ratio(1.156), "s", "+15.6%"],
    [ratio(0.5), "s", "-50.0%"],
    [ratio(1.0004), "s", "0.0%"],
    [ratio(0.99996), "s", "0.0%"],
    [ratio(3.5), "s", "+250%"],
    [ratio(1.1, 0.95, 1.16), "s", "+10.0% [-5.0, +16.0]"],
    [difference(2.5 * MiB), "bytes", "+2.50 MiB"],
    [difference(-1024), "bytes", "-1.00 KiB"],
    [difference(-73 * 1024, -2.1 * MiB, 12 * MiB), "bytes", "-0.1 [-2.1, +12.0] MiB"],
    [difference(-3, -8, 1), "bytes/s", "-3 [-8, +1] B/s"],
    [difference(0), "bytes", "0 B"],
    [difference(-0.004), "ratio", "-0.4%"],
    [difference(3, 1, 5), "count", "+3 [+1, +5]"],
  ])("writes %j in %s as %s", (change, unit, text) => {
    expect(formatChange(change, unit)).toBe(text);
  });
});

describe("formatLimit", () => {
  it("writes what does not matter", () => {
    expect(formatLimit(0.05, "ratio", "s")).toBe("5%");
    expect(formatLimit(0.0597, "ratio", "s")).toBe("6%");
    expect(formatLimit(10 * MiB, "difference", "bytes")).toBe("10 MiB");
  });
});
