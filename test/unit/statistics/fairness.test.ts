import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fairnessIndex } from "../../../src/statistics/fairness.ts";

describe("fairnessIndex", () => {
  it("is 1 where all have the same, and the share of those served where they have it all", () => {
    expect(fairnessIndex([5, 5, 5])).toBe(1);
    expect(fairnessIndex([9, 0, 0, 0])).toBe(0.25);
    expect(fairnessIndex([4, 4, 0, 0])).toBe(0.5);
    expect(fairnessIndex([1, 3])).toBe(0.8);
    expect(fairnessIndex([])).toBeNull();
    expect(fairnessIndex([0, 0])).toBeNull();
  });

  it("does not depend on the unit, and lies between 1/n and 1", () => {
    const shares = fc.array(fc.integer({ min: 0, max: 1e6 }), { minLength: 1, maxLength: 50 });
    fc.assert(
      fc.property(shares, fc.integer({ min: 1, max: 1000 }), (values, unit) => {
        const index = fairnessIndex(values);
        if (index === null) return;
        expect(index).toBeGreaterThanOrEqual(1 / values.length - 1e-12);
        expect(index).toBeLessThanOrEqual(1 + 1e-12);
        expect(fairnessIndex(values.map((value) => value * unit))).toBeCloseTo(index, 10);
      }),
    );
  });
});
