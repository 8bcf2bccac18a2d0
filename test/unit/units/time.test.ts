import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { formatDurationMs, formatMicroseconds, parseDurationMs } from "../../../src/units/time.ts";

describe("parseDurationMs", () => {
  it.each([
    ["250us", 0.25],
    ["1.5s", 1500],
    ["2m", 120_000],
    ["1h", 3_600_000],
    ["500ms", 500],
    ["100ns", 0.0001],
    [" 30 s ", 30_000],
    [".5s", 500],
    ["0s", 0],
    ["1.005s", 1005],
    ["1.005m", 60_300],
    ["1,500 ms", 1500],
  ])("reads %j as %d ms", (text, ms) => {
    expect(parseDurationMs(text)).toBe(ms);
  });

  it.each([
    "",
    "5",
    "s",
    "-1s",
    "+1s",
    "1 min",
    "5x",
    "1s 2",
    "1e3s",
    "1.s",
    "1..5s",
    "NaNs",
    "1S",
    "1,50s",
    `${"9".repeat(400)}s`,
  ])("does not take %j for a time", (text) => {
    expect(parseDurationMs(text)).toBeNull();
  });
});

describe("formatDurationMs", () => {
  it.each([
    [0, "0 s"],
    [30_000, "30 s"],
    [90_000, "90 s"],
    [120_000, "2 m"],
    [7_200_000, "2 h"],
    [1500, "1.5 s"],
    [1234.5, "1234.5 ms"],
    [0.25, "250 us"],
    [0.0001, "100 ns"],
  ])("prints %d ms as %j", (ms, text) => {
    expect(formatDurationMs(ms)).toBe(text);
  });

  it("prints what reads back as the same time, for any whole number of nanoseconds", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 2 ** 52 }), (ns) => {
        const ms = ns / 1e6;
        // Two roundings of a double: no more than a few parts in 2^53.
        expect(Math.abs(parseDurationMs(formatDurationMs(ms))! - ms)).toBeLessThanOrEqual(ms * 1e-15);
      }),
    );
  });

  it("prints what reads back exactly, for any whole number of milliseconds", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 1e12 }), (ms) => {
        expect(parseDurationMs(formatDurationMs(ms))).toBe(ms);
      }),
    );
  });
});

describe("formatMicroseconds", () => {
  it.each([
    [0, "0 us"],
    [12.34, "12.3 us"],
    [850, "850 us"],
    [999.6, "1.000 ms"],
    [1234, "1.234 ms"],
    [9999.6, "10.00 ms"],
    [56_780, "56.78 ms"],
    [123_400, "123.4 ms"],
    [999_960, "1.00 s"],
    [2_500_000, "2.50 s"],
    [95_200_000, "95.2 s"],
    [600_000_000, "600 s"],
    [-1500, "-1.500 ms"],
  ])("prints %d as %j", (us, text) => {
    expect(formatMicroseconds(us)).toBe(text);
  });

  it("prints at most eight characters that read back within 0.5 %", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 600_000_000 }), (us) => {
        const text = formatMicroseconds(us);
        expect(text.length).toBeLessThanOrEqual(8);
        expect(Math.abs(parseDurationMs(text)! * 1000 - us)).toBeLessThanOrEqual(us * 0.005);
      }),
    );
  });
});
