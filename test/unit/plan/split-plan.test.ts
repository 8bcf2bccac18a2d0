import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { ownedConnections, sharesOf } from "../../../src/plan/split-plan.ts";

const segment = (connections: number) => ({ connections, phases: [] });

describe("splitting a plan", () => {
  it("deals connections out one by one", () => {
    const shares = sharesOf({ workers: 3, segments: [segment(10), segment(2), segment(1)] });
    expect(shares.map((share) => share.connections)).toEqual([
      [4, 1, 1],
      [3, 1, 0],
      [3, 0, 0],
    ]);
  });

  it("gives each worker as many as there are global connections g with g mod W == w", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 500 }), fc.integer({ min: 1, max: 40 }), (connections, workers) => {
        const counted = Array<number>(workers).fill(0);
        for (let g = 0; g < connections; g++) counted[g % workers]! += 1;
        expect(Array.from({ length: workers }, (_, w) => ownedConnections(connections, w, workers))).toEqual(counted);
      }),
    );
  });

  it("adds up exactly, however large", () => {
    fc.assert(
      fc.property(
        fc.array(fc.integer({ min: 1, max: 1_000_000 }), { minLength: 1, maxLength: 8 }),
        fc.integer({ min: 1, max: 256 }),
        (counts, workers) => {
          const shares = sharesOf({ workers, segments: counts.map(segment) });
          const sums = counts.map((_, index) => shares.reduce((sum, share) => sum + share.connections[index]!, 0));
          expect(sums).toEqual(counts);
          for (const [index] of counts.entries()) {
            const parts = shares.map((share) => share.connections[index]!);
            expect(Math.max(...parts) - Math.min(...parts)).toBeLessThanOrEqual(1);
          }
        },
      ),
    );
  });
});
