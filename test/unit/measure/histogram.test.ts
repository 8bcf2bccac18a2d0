import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  cellOf,
  Histogram,
  highestOfCell,
  highestTrackableUs,
  histogramCells,
  lowestOfCell,
  medianOfCell,
} from "../../../src/measure/histogram.ts";

const valueUs = fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: highestTrackableUs }));
const valuesUs = fc.array(valueUs, { maxLength: 200 });

function histogramOf(values: readonly number[]): Histogram {
  const made = Histogram.empty();
  for (const value of values) made.record(value);
  return made;
}

function figures(histogram: Histogram): unknown {
  const cells: [number, number][] = [];
  histogram.forEachCell((cell, count) => cells.push([cell, count]));
  const { count, sum, sumOfSquares, min, max, overflow } = histogram;
  // Squares pass 2^53, where the order of adding shows in the last bits.
  return { cells, count, sum, sumOfSquares: sumOfSquares.toPrecision(12), min, max, overflow };
}

describe("cells", () => {
  it.each([
    [0, 0, 0],
    [2047, 2047, 2047],
    [2048, 2048, 2049],
    [4096, 4096, 4099],
    [1_000_000, 999_936, 1_000_447],
  ])("holds %d in the cell from %d to %d", (value, lowest, highest) => {
    expect([lowestOfCell(cellOf(value)), highestOfCell(cellOf(value))]).toEqual([lowest, highest]);
  });

  it("covers the whole range without gap or overlap, ending with ten minutes", () => {
    expect(cellOf(highestTrackableUs)).toBe(histogramCells - 1);
    expect(lowestOfCell(0)).toBe(0);
    for (let cell = 1; cell < histogramCells; cell++) {
      if (lowestOfCell(cell) !== highestOfCell(cell - 1) + 1) expect.fail(`gap before cell ${cell}`);
      if (cellOf(lowestOfCell(cell)) !== cell) expect.fail(`lowest value of cell ${cell} is not in it`);
      if (cell < histogramCells - 1 && cellOf(highestOfCell(cell)) !== cell)
        expect.fail(`highest value of cell ${cell} is not in it`);
      if (cellOf(medianOfCell(cell)) !== cell) expect.fail(`middle of cell ${cell} is not in it`);
    }
  });
});

describe("Histogram", () => {
  it("has no statistics while empty, not zeros", () => {
    const empty = Histogram.empty();
    expect([empty.count, empty.min, empty.max, empty.mean, empty.stdev, empty.percentile(50)]).toEqual([
      0,
      null,
      null,
      null,
      null,
      null,
    ]);
    expect(empty.percentileOffered(50, 0)).toBeNull();
    expect(empty.percentileOffered(50, 1)).toBe(Infinity);
    expect(empty.isResolved(50)).toBe(false);
  });

  it("keeps count, sum, extremes, mean and standard deviation exactly", () => {
    const histogram = histogramOf([1_000_003, 5, 999_999, 5]);
    expect([histogram.count, histogram.sum, histogram.min, histogram.max]).toEqual([4, 2_000_012, 5, 1_000_003]);
    expect(histogram.mean).toBe(500_003);
    expect(histogram.stdev).toBeCloseTo(Math.sqrt((500_000 ** 2 + 499_996 ** 2 + 2 * 499_998 ** 2) / 4), 6);
  });

  it("rounds fractions and refuses what is not a latency", () => {
    const histogram = histogramOf([0.4, 1.6]);
    expect([histogram.min, histogram.max, histogram.sum]).toEqual([0, 2, 2]);
    for (const bad of [NaN, -1, -0.1]) expect(() => histogram.record(bad)).toThrow(/bug in floodgate/);
    expect(histogram.count).toBe(2);
  });

  it("counts values beyond ten minutes as overflow, keeps the exact maximum and never reports too low", () => {
    const histogram = histogramOf([10, 20, 900_000_000]);
    expect([histogram.count, histogram.overflow, histogram.max]).toEqual([3, 1, 900_000_000]);
    expect([histogram.percentile(50), histogram.percentile(99)]).toEqual([20, 900_000_000]);
  });

  it("reports a percentile only as resolved when ten values lie above it", () => {
    const histogram = Histogram.empty();
    histogram.record(5, 999);
    expect([histogram.isResolved(99), histogram.isResolved(50)]).toEqual([false, true]);
    histogram.record(5, 1);
    expect([histogram.isResolved(99), histogram.isResolved(99.9)]).toEqual([true, false]);
    histogram.record(5, 99_000);
    expect([histogram.isResolved(99.99), histogram.isResolved(99.999)]).toEqual([true, false]);
  });

  it("reports percentiles between the extremes and at most one part in 1024 above the exact one", () => {
    fc.assert(
      fc.property(
        fc.array(valueUs, { minLength: 1, maxLength: 200 }),
        fc.integer({ min: 1, max: 1000 }),
        (values, perMille) => {
          const sorted = values.toSorted((a, b) => a - b);
          const exact = sorted[Math.max(1, Math.ceil((perMille * values.length) / 1000)) - 1]!;
          const reported = histogramOf(values).percentile(perMille / 10)!;
          expect(reported).toBeGreaterThanOrEqual(exact);
          expect(reported).toBeLessThanOrEqual(Math.min(exact * (1 + 1 / 1024), sorted.at(-1)!));
        },
      ),
    );
  });

  it("adds up to the histogram of all values, in any order and form", () => {
    fc.assert(
      fc.property(valuesUs, valuesUs, fc.boolean(), fc.boolean(), (first, second, compactFirst, compactSecond) => {
        const a = histogramOf(first);
        const b = histogramOf(second);
        if (compactFirst) a.compact();
        if (compactSecond) b.compact();
        const ab = Histogram.empty();
        ab.add(a);
        ab.add(b);
        const ba = Histogram.empty();
        ba.add(b);
        ba.add(a);
        const expected = figures(histogramOf([...first, ...second]));
        expect(figures(ab)).toEqual(expected);
        expect(figures(ba)).toEqual(expected);
        expect(figures(a)).toEqual(figures(histogramOf(first)));
      }),
    );
  });

  it("does not change the histogram it was added from, nor the other way round", () => {
    const source = histogramOf([1, 2, 3]);
    source.compact();
    const sum = Histogram.empty();
    sum.add(source);
    sum.add(source);
    sum.record(9);
    expect([source.count, sum.count, source.max]).toEqual([3, 7, 3]);
  });

  it("is copied from counts recorded elsewhere, few or many cells in use", () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 3, 1000), fc.integer({ min: 1, max: 20_000 }), (step, cells) => {
        const counts = new Uint32Array(histogramCells);
        const expected = Histogram.empty();
        for (let cell = 0; cell < cells; cell += step) {
          counts[cell] = 1 + (cell % 3);
          expected.record(lowestOfCell(cell), counts[cell]);
        }
        const { sum, sumOfSquares, min, max, overflow } = expected;
        const copy = Histogram.fromCells(counts, { sum, sumOfSquares, min: min!, max: max!, overflow });
        counts.fill(7);
        expect(figures(copy)).toEqual(figures(expected));
        expect(copy.percentile(99)).toBe(expected.percentile(99));
      }),
      { numRuns: 10 },
    );
  });

  it("stays right when merging many sparse histograms makes it dense", () => {
    const sum = Histogram.empty();
    for (let part = 0; part < 20; part++) {
      const one = histogramOf(Array.from({ length: 500 }, (_, i) => lowestOfCell(part * 500 + i)));
      one.compact();
      sum.add(one);
    }
    expect([sum.count, sum.max, sum.percentile(100)]).toEqual([10_000, lowestOfCell(9999), lowestOfCell(9999)]);
  });
});
