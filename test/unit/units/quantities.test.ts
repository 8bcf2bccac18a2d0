import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatCount, parseCount, parseNumber } from "../../../src/units/count.ts";
import { formatRate, hasRateUnit, parseRatePerSecond } from "../../../src/units/rate.ts";
import { formatRatio, parseRatio } from "../../../src/units/ratio.ts";
import { formatBytes, hasSizeUnit, parseSizeBytes } from "../../../src/units/size.ts";

const neverAQuantity = ["", " ", "-1", "+1", "1e3", "0x10", "1 2", "abc", "1.2.3", "1,00", ",", ".", "Infinity", "NaN"];

describe("rates", () => {
  it.each([
    ["1000", 1000],
    ["10k", 10_000],
    ["10K", 10_000],
    ["2.5m", 2_500_000],
    ["1000/s", 1000],
    ["60/min", 1],
    ["7200/h", 2],
    ["10k msg/s", 10_000],
    ["10,000 msg/s", 10_000],
    ["50 conn/s", 50],
    ["0.5", 0.5],
    ["1.1k", 1100],
  ])("reads %j as %d per second", (text, perSecond) => {
    expect(parseRatePerSecond(text)).toBe(perSecond);
  });

  it.each([...neverAQuantity, "10/", "10/x", "k", "10 apples", "10/s/s", "10g"])(
    "does not take %j for a rate",
    (text) => {
      expect(parseRatePerSecond(text)).toBeNull();
    },
  );

  it.each([
    [10_000, "10,000 msg/s"],
    [0.5, "0.5 msg/s"],
    [12.34, "12.3 msg/s"],
    [1234.5678, "1,235 msg/s"],
    [0, "0 msg/s"],
  ])("prints %d as %j", (perSecond, text) => {
    expect(formatRate(perSecond)).toBe(text);
  });

  it("knows whether the time is named", () => {
    expect(hasRateUnit("10/s")).toBe(true);
    expect(hasRateUnit("10k")).toBe(false);
    expect(formatRate(3, "conn")).toBe("3 conn/s");
  });

  it("prints whole rates so that they read back", () => {
    fc.assert(
      fc.property(fc.nat(1e9), (perSecond) => {
        expect(parseRatePerSecond(formatRate(perSecond))).toBe(perSecond);
      }),
    );
  });
});

describe("sizes", () => {
  it.each([
    ["64", 64],
    ["64B", 64],
    ["1KiB", 1024],
    ["1 kib", 1024],
    ["1kB", 1000],
    ["1KB", 1000],
    ["1.5MB", 1_500_000],
    ["2MiB", 2_097_152],
    ["1GB", 1e9],
    ["1GiB", 1_073_741_824],
    ["0.5B", 0.5],
  ])("reads %j as %d bytes", (text, bytes) => {
    expect(parseSizeBytes(text)).toBe(bytes);
  });

  it.each([...neverAQuantity, "1k", "1 K", "1TB", "1iB", "B", "1 byte"])("does not take %j for a size", (text) => {
    expect(parseSizeBytes(text)).toBeNull();
  });

  it.each([
    [0, "0 B"],
    [64, "64 B"],
    [1023, "1023 B"],
    [1024, "1 KiB"],
    [1536, "1.5 KiB"],
    [12_897_485, "12.3 MiB"],
    [1_048_575, "1 MiB"],
    [268_435_456, "256 MiB"],
    [5 * 1024 ** 4, "5120 GiB"],
    [-5_242_880, "-5 MiB"],
    [32.768, "32.8 B"],
  ])("prints %d as %j", (bytes, text) => {
    expect(formatBytes(bytes)).toBe(text);
  });

  it("prints three significant digits that read back within 0.5 %", () => {
    fc.assert(
      fc.property(fc.nat(2 ** 40), (bytes) => {
        expect(Math.abs(parseSizeBytes(formatBytes(bytes))! - bytes)).toBeLessThanOrEqual(bytes * 0.0051);
      }),
    );
  });

  it("knows whether the unit is named", () => {
    expect([hasSizeUnit("64B"), hasSizeUnit("1MiB "), hasSizeUnit("64")]).toEqual([true, true, false]);
  });
});

describe("counts", () => {
  it.each([
    ["2500", 2500],
    ["10k", 10_000],
    ["1m", 1_000_000],
    ["1.5M", 1_500_000],
    ["10,000", 10_000],
  ])("reads %j as %d", (text, count) => {
    expect(parseCount(text)).toBe(count);
  });

  it.each([...neverAQuantity, "1.5", "0.0001k", "99999999999999999999", "1g"])(
    "does not take %j for a count",
    (text) => {
      expect(parseCount(text)).toBeNull();
    },
  );

  it("reads fractions where a number is wanted", () => {
    expect(parseNumber("1.5")).toBe(1.5);
  });

  it("prints thousands separators that read back", () => {
    expect(formatCount(1_234_567)).toBe("1,234,567");
    expect(formatCount(-1234.5)).toBe("-1,234.5");
    fc.assert(
      fc.property(fc.nat(Number.MAX_SAFE_INTEGER), (count) => {
        expect(parseCount(formatCount(count))).toBe(count);
      }),
    );
  });
});

describe("ratios", () => {
  it.each([
    ["1%", 0.01],
    ["0.01", 0.01],
    ["99.9%", 0.999],
    ["100 %", 1],
    ["0", 0],
    ["1", 1],
  ])("reads %j as %d", (text, ratio) => {
    expect(parseRatio(text)).toBe(ratio);
  });

  it.each(["", "101%", "1.01", "-1%", "%", "1%%", "1 percent", "Infinity"])("does not take %j for a ratio", (text) => {
    expect(parseRatio(text)).toBeNull();
  });

  it.each([
    [1, "100%"],
    [0, "0%"],
    [0.9995, "99.95%"],
    [0.999, "99.9%"],
    [1 / 3, "33.33%"],
    [0.9999999, "99.99999%"],
    [0.0000001, "0.00001%"],
    [1 - 2 ** -53, "<100%"],
    [1.2, "120%"],
  ])("prints %d as %j", (ratio, text) => {
    expect(formatRatio(ratio)).toBe(text);
  });

  it("never prints 100% or 0% of what is not exactly that, and reads back within half a last digit", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e9 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, share) => {
        const ratio = Math.round(n * share) / n;
        const text = formatRatio(ratio);
        expect(text === "100%").toBe(ratio === 1);
        expect(text === "0%").toBe(ratio === 0);
        expect(Math.abs(parseRatio(text)! - ratio)).toBeLessThanOrEqual(0.5e-4);
      }),
    );
  });
});
