import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { coarseCellOf, coarseCells, coarsePercentile, middleOfCoarseCell } from "../../../src/measure/coarse-times.ts";

const anyTime = fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 2 ** 31 - 1 }));

describe("coarse cells of times", () => {
  it("give back every time to 1/16, and small ones exactly", () => {
    fc.assert(
      fc.property(anyTime, (us) => {
        const middle = middleOfCoarseCell(coarseCellOf(us));
        expect(Math.abs(middle - us)).toBeLessThanOrEqual(us < 16 ? 0 : us / 16);
      }),
    );
    expect(coarseCellOf(2 ** 31 - 1)).toBe(coarseCells - 1);
  });

  it("keep the order of times", () => {
    fc.assert(
      fc.property(anyTime, anyTime, (a, b) => {
        expect(coarseCellOf(Math.min(a, b))).toBeLessThanOrEqual(coarseCellOf(Math.max(a, b)));
      }),
    );
  });

  it("have percentiles by the nearest rank, of the connection at hand alone", () => {
    const cells = new Uint32Array(2 * coarseCells).fill(7, 0, coarseCells);
    for (let us = 1; us <= 15; us += 1) cells[coarseCells + coarseCellOf(us)] = 100;
    expect(coarsePercentile(cells, coarseCells, 1500, 0.5)).toBe(8);
    expect(coarsePercentile(cells, coarseCells, 1500, 0.99)).toBe(15);
  });

  it("have none where fewer than ten times lie beyond", () => {
    const cells = new Uint32Array(coarseCells);
    cells[coarseCellOf(5)] = 1000;
    expect(coarsePercentile(cells, 0, 1000, 0.99)).toBe(5);
    expect(coarsePercentile(cells, 0, 999, 0.99)).toBeNaN();
    expect(coarsePercentile(cells, 0, 0, 0.5)).toBeNaN();
  });
});
