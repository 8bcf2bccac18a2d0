import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { fanOutSpread } from "../../../src/statistics/fan-out.ts";
import { clopperPearson, wilson } from "../../../src/statistics/ratio-interval.ts";
import { reorderDensity } from "../../../src/statistics/reorder-density.ts";
import { analyseReordering, kendallDistance } from "../../../src/statistics/reordering.ts";

const arrivals = fc.array(fc.integer({ min: 1, max: 60 }), { maxLength: 60 });
const order = fc.uniqueArray(fc.integer({ min: 1, max: 60 }), { maxLength: 60 });

describe("analyseReordering", () => {
  it("finds nothing in any rising stream, however much is lost", () => {
    fc.assert(
      fc.property(order, (sequences) => {
        const found = analyseReordering(sequences.toSorted((a, b) => a - b));
        expect([found.reordered, found.freeRuns.a]).toEqual([0, sequences.length]);
      }),
    );
  });

  it("splits what it received into in order and reordered", () => {
    fc.assert(
      fc.property(arrivals, (sequences) => {
        const found = analyseReordering(sequences);
        expect(found.received + found.duplicates).toBe(sequences.length);
        expect(found.freeRuns.a + found.freeRuns.x).toBe(found.received);
        expect(found.extents.every((extent, i) => extent >= Math.max(1, found.nReordering[i]!))).toBe(true);
      }),
    );
  });
});

describe("reorderDensity", () => {
  it("counts every first copy once, with displacements that sum to 0", () => {
    fc.assert(
      fc.property(arrivals, (sequences) => {
        const found = reorderDensity(sequences, 100);
        const displaced = found.displacements.filter((displacement) => displacement !== null);
        expect(found.count).toBe(new Set(sequences).size);
        expect(displaced.reduce((sum, displacement) => sum + displacement, 0)).toBe(0);
        expect(found.maxBuffer === 0).toBe(analyseReordering(sequences).reordered === 0);
      }),
    );
  });

  it("gives up as lost what comes later than the threshold", () => {
    const found = reorderDensity([2, 3, 4, 5, 6, 1], 3);
    expect(found.displacements).toEqual([0, 0, 0, 0, 0, null]);
    expect([found.count, found.maxBuffer]).toEqual([5, 0]);
  });
});

describe("kendallDistance", () => {
  it("is 0 for the same order, 1 for the reverse, and counts pairs as they are defined", () => {
    fc.assert(
      fc.property(order, (sequences) => {
        const reference = sequences.toSorted((a, b) => a - b);
        let pairs = 0;
        sequences.forEach((a, i) => (pairs += sequences.slice(i).filter((b) => b < a).length));
        expect(kendallDistance(reference, sequences).inversions).toBe(pairs);
        if (sequences.length >= 2) expect(kendallDistance(reference, reference.toReversed()).distance).toBe(1);
      }),
    );
    expect(kendallDistance(["a"], ["a"]).distance).toBeNull();
  });
});

describe("intervals of a share", () => {
  it("hold the share seen, Wilson's within 0 .. 1", () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 1e7 }), fc.double({ min: 0, max: 1, noNaN: true }), (n, share) => {
        const k = Math.round(n * share);
        for (const { low, high } of [clopperPearson(k, n), wilson(k, n)]) {
          expect(low >= 0 && low <= k / n + 1e-12 && high >= k / n - 1e-12 && high <= 1).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });
});

describe("fanOutSpread", () => {
  it("gives the time until half, 99 % and all receivers had the message", () => {
    const received = Array.from({ length: 100 }, (_, i) => 1000 + i + 1);
    expect(fanOutSpread(received, 1000)).toEqual({ half: 50, p99: 99, last: 100, spread: 99 });
    expect(fanOutSpread([], 1000)).toBeNull();
  });
});
