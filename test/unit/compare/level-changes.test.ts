import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { levelChanges } from "../../../src/compare/level-changes.ts";
import { Xoshiro } from "../../../src/random/xoshiro.ts";
import { noise } from "../../support/trend-cases.ts";

const from = (values: readonly number[], place: number, factor: number) =>
  values.map((value, at) => (at >= place ? value * factor : value));

describe("levelChanges", () => {
  it("finds the run from which on the level is another, and says which way that is", () => {
    const slower = from(noise, 10, 1.25);
    expect(levelChanges(slower, "lower")).toMatchObject([{ at: 10, verdict: "worse" }]);
    expect(levelChanges(slower, "higher")).toMatchObject([{ at: 10, verdict: "better" }]);
    const [change] = levelChanges(slower, "lower");
    expect(change!.ratio).toBeCloseTo(1.25, 1);
    expect(change!.after / change!.before).toBeCloseTo(1.25, 1);
  });

  it("finds two changes, each against the level before it", () => {
    const twice = from(from([...noise, ...noise], 12, 1.4), 22, 0.6);
    expect(levelChanges(twice, "lower").map(({ at, verdict }) => [at, verdict])).toEqual([
      [12, "worse"],
      [22, "better"],
    ]);
  });

  it("takes no change of less than 5 % for one, however certain", () => {
    const steady = [1, 1.0004, 0.9998, 1.0002, 1, 1.0001, 0.9999, 1, 1.0003, 1, 0.9998, 1.0001];
    expect(levelChanges(from(steady, 6, 1.045), "lower")).toEqual([]);
    expect(levelChanges(from(steady, 6, 1.06), "lower")).toHaveLength(1);
  });

  it("says nothing of fewer than twice four runs", () => {
    expect(levelChanges([1, 1, 1, 2, 2, 2, 2], "lower")).toEqual([]);
    expect(levelChanges([1, 1.01, 1, 1.01, 2, 2.01, 2, 2.01], "lower")).toMatchObject([{ at: 4 }]);
    expect(levelChanges([], "lower")).toEqual([]);
  });

  it("passes over runs without a value, and names the place among all", () => {
    const gaps = from(noise, 8, 1.5).map((value, at) => (at === 3 || at === 8 ? null : value));
    expect(levelChanges(gaps, "lower")).toMatchObject([{ at: 9 }]);
  });

  it("looks at differences where values may be 0 or below", () => {
    const growth = [0, 1e6, -1e6, 0, 1e6, 0, 20e6, 21e6, 19e6, 20e6, 21e6, 20e6];
    expect(levelChanges(growth, "lower")).toMatchObject([{ at: 6, ratio: null, verdict: "worse" }]);
    expect(levelChanges([0, 0, 0, 0, 0, 0, 0, 0, 0, 0], "lower")).toEqual([]);
  });

  it("finds nothing in runs of a build that stays the same, in all but very few histories", () => {
    const random = new Xoshiro(7);
    const gauss = () => Math.sqrt(-2 * Math.log(1 - random.f53())) * Math.cos(2 * Math.PI * random.f53());
    let alarms = 0;
    for (let history = 0; history < 300; history++) {
      alarms += levelChanges(
        Array.from({ length: 24 }, () => Math.exp(0.05 * gauss())),
        "lower",
      ).length;
    }
    expect(alarms).toBeLessThanOrEqual(6);
  });

  it("takes two modes that runs have in no order for no levels", () => {
    const random = new Xoshiro(17);
    let alarms = 0;
    for (let history = 0; history < 300; history++) {
      const values = Array.from({ length: 40 }, () => (random.f53() < 0.5 ? 1 : 1.15) * (1 + 0.002 * random.f53()));
      alarms += levelChanges(values, "lower").length > 0 ? 1 : 0;
    }
    expect(alarms).toBeLessThanOrEqual(3);
  });

  it("gives places inside the series, rising, for whatever values", () => {
    fc.assert(
      fc.property(fc.array(fc.option(fc.double({ min: -1e9, max: 1e9, noNaN: true })), { maxLength: 60 }), (values) => {
        let before = 0;
        for (const { at, before: low, after } of levelChanges(values, "lower")) {
          expect(at).toBeGreaterThan(before);
          expect(values[at]).not.toBeNull();
          expect(Number.isFinite(low) && Number.isFinite(after)).toBe(true);
          before = at;
        }
      }),
    );
  });
});
