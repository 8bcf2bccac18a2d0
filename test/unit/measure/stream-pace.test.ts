import { describe, expect, it } from "vitest";
import { StreamPace } from "../../../src/measure/stream-pace.ts";

describe("the pace of streams", () => {
  it("counts what comes in measured load, and tells the time since the last", () => {
    const pace = new StreamPace(1);
    pace.begin(1, 1000, 2000);
    expect(pace.arrived(0, 900, 5)).toBe(-1);
    expect([1100, 1101, 1150].map((nowMs) => pace.arrived(0, nowMs, 2))).toEqual([-1, 1, 49]);
    expect(pace.arrived(0, 2000, 5)).toBe(-1);
    pace.end(2000);
    expect([pace.seen[0], pace.windowMs[0]]).toEqual([6, 1000]);
  });

  it("counts the time before the first and after the last message as silence", () => {
    const pace = new StreamPace(3);
    pace.begin(3, 0, 1000);
    pace.arrived(0, 300, 1);
    pace.arrived(0, 900, 1);
    pace.arrived(1, 100, 1);
    pace.end(1000);
    expect([...pace.longestSilenceMs]).toEqual([600, 900, 1000]);
  });

  it("adds up over several loads, of the streams that were wanted in each, up to where one was cut short", () => {
    const pace = new StreamPace(2);
    pace.begin(1, 0, 1000);
    pace.end(400);
    pace.begin(2, 2000, 3000);
    pace.end(3000);
    expect([...pace.windowMs]).toEqual([1400, 1000]);
  });

  it("measures nothing where no load was measured", () => {
    const pace = new StreamPace(1);
    pace.begin(1, Infinity, 1000);
    expect(pace.arrived(0, 500, 1)).toBe(-1);
    pace.end(1000);
    expect([pace.windowMs[0], pace.longestSilenceMs[0]]).toEqual([0, 0]);
  });
});
