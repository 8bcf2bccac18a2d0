import { describe, expect, it } from "vitest";
import { buildScalability, withScalability } from "../../../src/result/build-scalability.ts";
import type { ResultPhase } from "../../../src/result/run-result.ts";
import { noTimes, sampleMessages, samplePhase, sampleResult, sampleTimes } from "../../support/sample-result.ts";

const connections = (planned: number) => ({ ...sampleResult().totals.connections, planned });

/** A phase of ten seconds. */
function level(n: number, perSecond: number, latencyUs: number, changes: Partial<ResultPhase> = {}): ResultPhase {
  return samplePhase(`connections-${n}`, 0, 10, perSecond * 10, {
    loop: "closed",
    connections: connections(n),
    latencyUs: sampleTimes(perSecond * 10, latencyUs),
    ...changes,
  });
}

const rising = [level(1, 1000, 1000), level(2, 1900, 1050), level(4, 3500, 1100), level(8, 6000, 1300)];
const falling = [level(16, 8500, 1900), level(32, 9000, 3600), level(64, 7000, 9000)];

describe("buildScalability", () => {
  it("tells the peak of a closed loop over connections, and the knee before it", () => {
    const found = buildScalability([...rising, ...falling], "connections");
    expect(found).toMatchObject({ over: "connections", isRough: false, peakReason: null, leftOut: [] });
    expect(found.peak!.n).toBeGreaterThan(16);
    expect(found.peak!.n).toBeLessThan(64);
    expect(found.peak!.nInterval!.low).toBeLessThanOrEqual(found.peak!.n);
    expect(found.knee).toMatchObject({ phase: "connections-8", n: 8, isInside: true });
  });

  it("tells no peak of few levels, but the fit", () => {
    const found = buildScalability(rising, "connections");
    expect(found.fit).not.toBeNull();
    expect(found.peak).toBeNull();
    expect(found.peakReason).toBe("no peak told: that takes 6 levels, there are 4");
    expect(found.knee).toMatchObject({ n: 8, isInside: false });
  });

  it("has neither a curve nor a knee of two levels", () => {
    const found = buildScalability(rising.slice(0, 2), "connections");
    expect(found).toMatchObject({ fit: null, peak: null, knee: null });
    expect(found.peakReason).toMatch(/^no curve/);
  });

  it("leaves out warm-ups, what a limited generator offered, and what is unknown", () => {
    const found = buildScalability(
      [
        level(3, 100, 1000, { measured: false }),
        ...rising,
        level(100, 10, 1000, { generatorHealth: "limited" }),
        level(200, 0, 1, { messages: sampleMessages(5, { expected: 0 }), latencyUs: noTimes }),
      ],
      "connections",
    );
    expect(found.levels.map(({ n }) => n)).toEqual([1, 2, 4, 8]);
    expect(found.leftOut).toEqual([
      { phase: "connections-100", reason: "the generator was limited" },
      { phase: "connections-200", reason: "what was delivered is not known" },
    ]);
  });

  it("calls a curve over offered rates a rough one", () => {
    const steps = [100, 200, 400, 800].map((rate) => samplePhase(`rate-${rate}`, 0, 10, rate * 10));
    const found = buildScalability(steps, "rate");
    expect(found).toMatchObject({ isRough: true, peak: null });
    expect(found.levels.map(({ n }) => n)).toEqual([100, 200, 400, 800]);
    expect(found.fit).toMatchObject({ sigma: 0, kappa: 0, limitPerSecond: null });
    expect(buildScalability([level(1, 10, 1, { loop: "closed" })], "rate").leftOut).toHaveLength(1);
    expect(buildScalability([level(1, 10, 1, { loop: "open" })], "connections").isRough).toBe(true);
  });

  it("holds nothing that JSON cannot, and is the same each time", () => {
    const found = buildScalability([...rising, ...falling], "connections");
    expect(JSON.parse(JSON.stringify(found))).toEqual(found);
    expect(buildScalability([...rising, ...falling], "connections")).toEqual(found);
    const line = buildScalability(
      [1, 2, 4, 8].map((n) => level(n, n * 100, 1000)),
      "connections",
    );
    expect(JSON.parse(JSON.stringify(line))).toEqual(line);
  });
});

describe("withScalability", () => {
  it("adds nothing where nothing scales, or where only connections are opened", () => {
    expect(withScalability(rising, { scaling: null, mode: "echo" })).toEqual({});
    expect(withScalability(rising, { scaling: "connections", mode: "connect" })).toEqual({});
    expect(withScalability(rising, { scaling: "connections", mode: "echo" })).toHaveProperty("scalability");
  });
});
