import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  binomialCdf,
  incompleteBeta,
  incompleteBetaQuantile,
  logGamma,
  normalCdf,
  normalQuantile,
  studentQuantile,
} from "../../../src/statistics/special-functions.ts";

const probability = fc.double({ min: 1e-12, max: 1 - 1e-12, noNaN: true });
const shape = fc.double({ min: 0.5, max: 500, noNaN: true });

describe("special functions", () => {
  it("undo their quantiles", () => {
    fc.assert(
      fc.property(probability, fc.integer({ min: 1, max: 200 }), shape, (p, df, a) => {
        expect(Math.abs(normalCdf(normalQuantile(p)) / p - 1)).toBeLessThan(1e-9);
        expect(Math.abs(studentCdf(studentQuantile(p, df), df) - p)).toBeLessThan(1e-9);
        expect(Math.abs(incompleteBeta(incompleteBetaQuantile(p, a, 3), a, 3) - p)).toBeLessThan(1e-9);
      }),
    );
  });

  it("are symmetric where the distributions are", () => {
    fc.assert(
      fc.property(fc.double({ min: -30, max: 30, noNaN: true }), shape, shape, probability, (z, a, b, x) => {
        expect(normalCdf(z) + normalCdf(-z)).toBeCloseTo(1, 12);
        expect(incompleteBeta(x, a, b) + incompleteBeta(1 - x, b, a)).toBeCloseTo(1, 8);
      }),
    );
  });

  it("have their limits at the ends", () => {
    expect([normalQuantile(0), normalQuantile(1), incompleteBeta(0, 2, 3), incompleteBeta(1, 2, 3)]).toEqual([
      -Infinity,
      Infinity,
      0,
      1,
    ]);
    expect([binomialCdf(-1, 5, 0.5), binomialCdf(5, 5, 0.5)]).toEqual([0, 1]);
    expect([studentCdf(0, 3), studentQuantile(0.5, 3)].map((value) => Math.abs(value))).toEqual([0.5, 0]);
  });

  it("give nothing for nothing, at once", () => {
    expect([studentQuantile(0.95, NaN), studentCdf(NaN, 3), binomialCdf(1, NaN, 0.5)]).toEqual([NaN, NaN, NaN]);
  });

  it("give log-gamma as the logarithm of factorials", () => {
    let logFactorial = 0;
    for (let n = 1; n < 150; n++) {
      expect(logGamma(n)).toBeCloseTo(logFactorial, 9);
      logFactorial += Math.log(n);
    }
    expect(logGamma(0.25)).toBeCloseTo(1.2880225246980774, 12);
  });

  it("sum up the binomial distribution", () => {
    let sum = 0;
    let coefficient = 1;
    for (let k = 0; k <= 20; k++) {
      sum += coefficient * 0.3 ** k * 0.7 ** (20 - k);
      coefficient *= (20 - k) / (k + 1);
      expect(binomialCdf(k, 20, 0.3)).toBeCloseTo(sum, 12);
    }
  });
});

/** Student's t distribution: P(T <= t) for `df` > 0 degrees of freedom. */
function studentCdf(t: number, df: number): number {
  const tail = incompleteBeta(df / (df + t * t), df / 2, 0.5) / 2;
  return t < 0 ? tail : 1 - tail;
}
