import { describe, expect, it } from "vitest";
import { axis, type ChartUnit } from "../../../../src/report/html/chart-spec.ts";
import { tickText, valueText } from "../../../../src/report/page/tick-text.ts";

const names = ["v1", "v2"];
const at = (unit: ChartUnit) => axis("", unit, { names });

describe("tickText", () => {
  it.each<[ChartUnit, number, string]>([
    ["microseconds", 500, "500 us"],
    ["microseconds", 2000, "2 ms"],
    ["microseconds", 10_000_000, "10 s"],
    ["bytes", 64 * 2 ** 20, "64 MiB"],
    ["perSecond", 250, "250"],
    ["perSecond", 1250, "1,250"],
    ["perSecond", 20_000, "20k"],
    ["count", 1_500_000, "1.5m"],
    ["ratio", 0.002, "0.2%"],
    ["ratio", 1, "100%"],
    ["elapsedSeconds", 0.5, "0.5 s"],
    ["elapsedSeconds", 119, "119 s"],
    ["elapsedSeconds", 300, "5:00"],
    ["elapsedSeconds", 3900, "1:05:00"],
    ["percentile", 1, "0%"],
    ["percentile", 2, "50%"],
    ["percentile", 10, "90%"],
    ["percentile", 1000, "99.9%"],
    ["percentile", 1e6, "99.9999%"],
    ["date", 1_767_322_800, "2026-01-02"],
    ["name", 1, "v2"],
    ["name", 0.5, ""],
    ["name", 7, ""],
  ])("says of %s %d: %s", (unit, value, text) => {
    expect(tickText(value, at(unit))).toBe(text);
  });
});

describe("valueText", () => {
  it.each<[ChartUnit, number, string]>([
    ["microseconds", 1234, "1.234 ms"],
    ["bytes", 1536, "1.5 KiB"],
    ["perSecond", 1234.5, "1,235 msg/s"],
    ["ratio", 0.99951, "99.95%"],
    ["count", 12_345, "12,345"],
    ["percentile", 123.456, "99.19%"],
    ["date", 1_767_322_800, "2026-01-02 03:00 UTC"],
    ["name", 0, "v1"],
  ])("says of %s %d, as the tables do: %s", (unit, value, text) => {
    expect(valueText(value, at(unit))).toBe(text);
  });
});
