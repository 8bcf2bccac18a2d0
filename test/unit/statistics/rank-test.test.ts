import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { median } from "../../../src/statistics/percentile.ts";
import { cliffsDelta, hodgesLehmann, hodgesLehmannRatio, mannWhitney } from "../../../src/statistics/rank-test.ts";
import { expectVector, methodVector } from "../../support/method-vectors.ts";

interface TwoSamples {
  readonly a: readonly number[];
  readonly b: readonly number[];
  readonly confidence: number;
}

const sample = fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1, maxLength: 6 });

describe("mannWhitney", () => {
  it.each(["mwu.benchstat.json", "mwu.benchstat.gob"])("gives the figures of vector %s", (id) => {
    const { a, b } = methodVector(id).input as TwoSamples;
    const { u, pExact, pNormal } = mannWhitney(a, b);
    const [medianA, medianB] = [median(a)!, median(b)!];
    const changePercent = (medianB / medianA - 1) * 100;
    expectVector(id, { U1: u, pExact, pNormal, medianA, medianB, changePercent });
  });

  it("gives every way of dealing tied values its share", () => {
    // 2 of the 20 ways to deal 1 1 1 2 2 2 to two hands of three are as uneven as this one.
    expect(mannWhitney([1, 1, 1], [2, 2, 2]).p).toBeCloseTo(0.1, 12);
    expect(mannWhitney([1, 1, 2], [1, 2, 2]).p).toBe(1);
  });

  it("can never give less than 2 / C(2n, n)", () => {
    expect(mannWhitney([1, 2, 3], [4, 5, 6]).p).toBeCloseTo(2 / 20, 12);
    expect(mannWhitney([1, 2, 3, 4], [5, 6, 7, 8]).p).toBeCloseTo(2 / 70, 12);
    expect(mannWhitney([1, 2, 3, 4, 5], [6, 7, 8, 9, 10]).p).toBeCloseTo(2 / 252, 12);
  });

  it("says 1 when all values are equal, exactly and by the normal distribution", () => {
    expect(mannWhitney([3, 3], [3, 3, 3])).toEqual({ u: 3, pExact: 1, pNormal: 1, p: 1 });
    const many = new Array<number>(40).fill(3);
    expect(mannWhitney(many, many)).toMatchObject({ pExact: null, p: 1 });
  });

  it("takes the normal distribution beyond 60 values, close to the exact one there", () => {
    const a = Array.from({ length: 30 }, (_, i) => i);
    const b = a.map((value) => value + 6.5);
    const exact = mannWhitney(a, b);
    expect(exact.pExact).not.toBeNull();
    expect(exact.pNormal).toBeCloseTo(exact.p, 2);
    const larger = mannWhitney([...a, 14], b);
    expect(larger.pExact).toBeNull();
    expect(larger.p).toBe(larger.pNormal);
  });

  it("gives the same p whichever sample comes first, and p never above 1", () => {
    fc.assert(
      fc.property(sample, sample, (a, b) => {
        const [one, other] = [mannWhitney(a, b), mannWhitney(b, a)];
        expect(one.p).toBeCloseTo(other.p, 12);
        expect(one.u + other.u).toBe(a.length * b.length);
        expect(one.p).toBeGreaterThan(0);
        expect(one.p).toBeLessThanOrEqual(1);
      }),
    );
  });
});

describe("hodgesLehmann", () => {
  it("gives shift and interval as R does", () => {
    const { a, b, confidence } = methodVector("hodgesLehmann").input as TwoSamples;
    const { value, low, high } = hodgesLehmann(a, b, confidence);
    expectVector("hodgesLehmann", { shift: value, lo: low, hi: high });
  });

  it("gives a ratio on logarithms", () => {
    const { a, b, confidence } = methodVector("hodgesLehmann.ratio").input as TwoSamples;
    const { value, low, high } = hodgesLehmannRatio(a, b, confidence);
    expectVector("hodgesLehmann.ratio", { ratio: value, lo: low, hi: high });
  });

  it("spans all differences when so few values cannot be 90 % sure", () => {
    expect(hodgesLehmann([1, 2], [5, 9], 0.9)).toEqual({ value: 5.5, low: 3, high: 8 });
  });

  it("keeps its interval around the estimate beyond 60 values too", () => {
    const a = Array.from({ length: 40 }, (_, i) => i);
    const b = a.map((value) => value + 3);
    const { value, low, high } = hodgesLehmann(a, b, 0.9);
    expect(value).toBe(3);
    // About 1.64 standard errors (sd sqrt(2/n)) either way.
    expect(low).toBeGreaterThan(3 - 6);
    expect(low).toBeLessThan(3);
    expect(high).toBe(6 - low);
  });
});

describe("cliffsDelta", () => {
  it("gives the figures of its vector", () => {
    const { cases } = methodVector("cliffsDelta").input as {
      readonly cases: readonly (readonly [readonly number[], readonly number[]])[];
    };
    expectVector(
      "cliffsDelta",
      cases.map(([a, b]) => cliffsDelta(a, b)),
    );
  });
});
