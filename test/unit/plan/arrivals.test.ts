import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { arrivalsBefore, connectionOfArrival, countArrivals, makeArrivals } from "../../../src/plan/arrivals.ts";
import type { Load } from "../../../src/plan/plan.ts";

const constant = (ratePerSecond: number): Load => ({ kind: "constant", arrival: "constant", ratePerSecond });
const poisson = (ratePerSecond: number): Load => ({ kind: "constant", arrival: "poisson", ratePerSecond });
const ramp = (fromPerSecond: number, toPerSecond: number, arrival: "constant" | "poisson" = "constant"): Load => ({
  kind: "ramp",
  arrival,
  fromPerSecond,
  toPerSecond,
});

const anyRate = fc.double({ min: 0, max: 2000, noNaN: true });
const scheduled: fc.Arbitrary<Load> = fc.oneof(
  anyRate.map(constant),
  fc.tuple(anyRate, anyRate).map(([from, to]) => ramp(from, to)),
  fc
    .tuple(fc.integer({ min: 1, max: 50 }), fc.integer({ min: 1, max: 500 }))
    .map(([size, everyMs]): Load => ({ kind: "burst", size, everyMs })),
);
const random: fc.Arbitrary<Load> = fc.oneof(
  anyRate.map(poisson),
  fc.tuple(anyRate, anyRate).map(([from, to]) => ramp(from, to, "poisson")),
);
const durationMs = fc.integer({ min: 1, max: 2000 });

function instants(load: Load, duration: number, seed = 1, maxMessages: number | null = null): number[] {
  const arrivals = makeArrivals(load, duration, maxMessages, seed);
  const all: number[] = [];
  for (let at = arrivals.atMs(0); at < Infinity; at = arrivals.atMs(all.length)) all.push(at);
  return all;
}

describe("constant arrivals", () => {
  it("puts exactly `rate` messages into each second, half an interval off its boundaries", () => {
    const all = instants(constant(100), 10_000);
    expect(all).toHaveLength(1000);
    expect([all[0], all[99], all[100], all[999]]).toEqual([5, 995, 1005, 9995]);
  });

  it("may be asked for any index and keeps its precision far into a run", () => {
    const arrivals = makeArrivals(constant(10_000), 86_400_000, null, 0);
    expect(arrivals.atMs(863_999_999)).toBe(86_399_999.95);
    expect(arrivals.atMs(864_000_000)).toBe(Infinity);
  });

  it("stops after the most messages wanted", () => {
    expect(instants(constant(100), 10_000, 1, 3)).toEqual([5, 15, 25]);
  });

  it("leaves an arrival on the very end of the phase to the next one", () => {
    expect(instants(constant(2.5), 1000)).toEqual([200, 600]);
    expect(countArrivals(constant(2.5), 1000, null)).toBe(2);
  });
});

describe("bursts", () => {
  it("gives the messages of a burst one shared instant", () => {
    expect(instants({ kind: "burst", size: 2, everyMs: 100 }, 250)).toEqual([0, 0, 100, 100, 200, 200]);
  });

  it("does not burst at the very end", () => {
    expect(instants({ kind: "burst", size: 1, everyMs: 100 }, 200)).toEqual([0, 100]);
  });
});

describe("poisson arrivals", () => {
  it("are the known ones for seed 42 at 1000 per second", () => {
    const [a, b, c, d, e] = instants(poisson(1000), 10, 42);
    [0.166966, 0.185216, 0.950699, 2.24989, 3.100653].forEach((expected, i) => {
      expect([a, b, c, d, e][i]).toBeCloseTo(expected, 5);
    });
  });

  it("are one process for all workers, whoever skips whose arrivals", () => {
    fc.assert(
      fc.property(random, durationMs, fc.integer({ min: 1, max: 5 }), fc.nat(), (load, duration, workers, seed) => {
        const all = instants(load, duration, seed);
        const shares = Array.from({ length: workers }, (_, worker) => {
          const arrivals = makeArrivals(load, duration, null, seed);
          const own: number[] = [];
          for (let i = worker; ; i += workers) {
            const at = arrivals.atMs(i);
            if (at === Infinity) return own;
            own.push(at);
          }
        });
        expect(shares.flat().sort((x, y) => x - y)).toEqual(all);
      }),
      { numRuns: 30 },
    );
  });

  it("hold the rate in the mean, with the spread of a Poisson process", () => {
    const counts = Array.from({ length: 200 }, (_, seed) => instants(ramp(0, 200, "poisson"), 1000, seed).length);
    const mean = counts.reduce((sum, count) => sum + count, 0) / counts.length;
    const variance = counts.reduce((sum, count) => sum + (count - mean) ** 2, 0) / (counts.length - 1);
    expect(Math.abs(mean - 100)).toBeLessThan(5 * Math.sqrt(100 / 200));
    expect(variance).toBeGreaterThan(60);
    expect(variance).toBeLessThan(150);
  });

  it("does not go backwards", () => {
    const arrivals = makeArrivals(poisson(100), 10_000, null, 1);
    arrivals.atMs(5);
    expect(arrivals.atMs(5)).toBe(arrivals.atMs(5));
    expect(() => arrivals.atMs(4)).toThrow(/bug in floodgate/);
  });
});

describe("any schedule", () => {
  it("never falls, lies within the phase, and has the count it says", () => {
    fc.assert(
      fc.property(fc.oneof(scheduled, random), durationMs, fc.option(fc.nat(100)), (load, duration, maxMessages) => {
        const all = instants(load, duration, 7, maxMessages);
        expect(all.every((at, i) => at >= (all[i - 1] ?? 0) && at < duration)).toBe(true);
        if (maxMessages !== null) expect(all.length).toBeLessThanOrEqual(maxMessages);
        const count = countArrivals(load, duration, maxMessages);
        if (count !== null) expect(all).toHaveLength(count);
      }),
    );
  });

  it("is within one message (one burst) of the integral of its rate at every instant", () => {
    fc.assert(
      fc.property(scheduled, durationMs, fc.double({ min: 0, max: 1, noNaN: true }), (load, duration, share) => {
        const due = instants(load, duration).filter((at) => at <= share * duration).length;
        const expected = arrivalsBefore(load, duration, share * duration)!;
        expect(Math.abs(due - expected)).toBeLessThanOrEqual(load.kind === "burst" ? 0 : 0.5 + 1e-6);
      }),
    );
  });

  it("is empty without a rate, and where there is no schedule", () => {
    for (const load of [constant(0), poisson(0), ramp(0, 0), ramp(0, 0, "poisson")])
      expect(instants(load, 1000)).toEqual([]);
    for (const load of [{ kind: "max", inFlight: 4 }, { kind: "idle" }] as const)
      expect(instants(load, 1000)).toEqual([]);
    expect(countArrivals({ kind: "max", inFlight: 4 }, 1000, null)).toBeNull();
    expect(countArrivals({ kind: "idle" }, 1000, null)).toBe(0);
    expect(countArrivals(poisson(10), 1000, null)).toBeNull();
    expect(arrivalsBefore({ kind: "max", inFlight: 4 }, 1000, 500)).toBeNull();
    expect(arrivalsBefore({ kind: "idle" }, 1000, 500)).toBe(0);
  });
});

describe("connectionOfArrival", () => {
  it("lets the connections take turns, with shares that differ by at most one", () => {
    const shares = [0, 0, 0];
    for (let i = 0; i < 100; i++) shares[connectionOfArrival(i, 3)]!++;
    expect(shares).toEqual([34, 33, 33]);
  });
});
