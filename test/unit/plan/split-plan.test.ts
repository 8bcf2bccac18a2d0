import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { evenShare, ownedArrivals, ownedConnections } from "../../../src/plan/split-plan.ts";

const workers = fc.integer({ min: 1, max: 16 });

function sumOver(parts: number, share: (index: number) => number): number {
  return Array.from({ length: parts }, (_, index) => share(index)).reduce((sum, value) => sum + value, 0);
}

describe("the shares of workers", () => {
  it("of connections add up to all connections, and differ by one at most", () => {
    fc.assert(
      fc.property(fc.nat(100_000), workers, (connections, parts) => {
        const shares = Array.from({ length: parts }, (_, worker) => ownedConnections(connections, worker, parts));
        expect(shares.reduce((sum, share) => sum + share, 0)).toBe(connections);
        expect(Math.max(...shares) - Math.min(...shares)).toBeLessThanOrEqual(1);
      }),
    );
  });

  it("of arrivals are those whose connection the worker owns", () => {
    fc.assert(
      fc.property(fc.nat(500), fc.integer({ min: 1, max: 40 }), workers, (count, connections, parts) => {
        for (let worker = 0; worker < parts; worker += 1) {
          const owned = Array.from({ length: count }, (_, arrival) => (arrival % connections) % parts === worker);
          expect(ownedArrivals(count, connections, worker, parts)).toBe(owned.filter(Boolean).length);
        }
      }),
    );
  });

  it("of a number of messages lose none to rounding", () => {
    fc.assert(
      fc.property(fc.nat(10_000_000), workers, (total, parts) => {
        expect(sumOver(parts, (index) => evenShare(total, parts, index))).toBe(total);
      }),
    );
  });
});
