import { describe, expect, it } from "vitest";
import { Xoshiro } from "../../../src/random/xoshiro.ts";
import { findDrift, findSwing } from "../../../src/result/find-drift.ts";
import type { FollowedMetric } from "../../../src/result/find-warm-up.ts";

const random = new Xoshiro(23);
const gauss = () => Math.sqrt(-2 * Math.log(1 - random.f53())) * Math.cos(2 * Math.PI * random.f53());

/** So many of 200 series of 60 seconds in which something is found. */
function found(
  find: (values: readonly number[], metric: FollowedMetric) => unknown,
  metric: FollowedMetric,
  at: (second: number) => number,
): number {
  let count = 0;
  for (let series = 0; series < 200; series++) {
    const values = Array.from({ length: 60 }, (_, second) => at(second));
    if (find(values, metric) !== null) count++;
  }
  return count;
}

/** Each second is like the one before. */
function wandering(likeness: number): () => number {
  let last = gauss();
  return () => (last = likeness * last + Math.sqrt(1 - likeness ** 2) * gauss());
}

describe("findDrift", () => {
  it("finds a level that moves by a fifth over the phase, and tells from where to where", () => {
    expect(
      found(findDrift, "latencyP50", (s) => 2000 * (1 + (0.2 * s) / 60) * Math.exp(0.05 * gauss())),
    ).toBeGreaterThan(190);
    expect(found(findDrift, "delivered", (s) => 1000 * (1 - (0.1 * s) / 60) * (1 + 0.02 * gauss()))).toBeGreaterThan(
      190,
    );
    const rising = Array.from({ length: 100 }, (_, second) => 1000 + 4 * second);
    const { from, to } = findDrift(rising, "delivered")!;
    expect(from).toBeCloseTo(1008, 0);
    expect(to).toBeCloseTo(1388, 0);
  });

  it("finds none in noise, however strong, and few where seconds are like those before", () => {
    for (const noise of [0.05, 0.2, 0.5]) {
      expect(found(findDrift, "latencyP50", () => 2000 * Math.exp(noise * gauss()))).toBeLessThanOrEqual(6);
    }
    const wander = wandering(0.6);
    expect(found(findDrift, "delivered", () => 1000 * (1 + 0.05 * wander()))).toBeLessThanOrEqual(12);
  });

  it("takes less than 5 % for none, however certain, and says nothing of fewer than twenty seconds", () => {
    const byShare = (share: number, seconds: number) =>
      Array.from({ length: seconds }, (_, second) => 1000 * (1 + (share * second) / seconds));
    expect(findDrift(byShare(0.045, 100), "delivered")).toBeNull();
    expect(findDrift(byShare(0.08, 100), "delivered")).not.toBeNull();
    expect(findDrift(byShare(1, 19), "delivered")).toBeNull();
    expect(findDrift(new Array<number>(60).fill(0), "delivered")).toBeNull();
  });
});

describe("findSwing", () => {
  it("finds what comes and goes, slow or fast", () => {
    for (const period of [8, 20, 60]) {
      const wave = (s: number) => 1000 + 200 * Math.sin((2 * Math.PI * s) / period) + 20 * gauss();
      expect(found(findSwing, "delivered", wave)).toBe(200);
    }
    expect(found(findSwing, "latencyP50", (s) => (s % 10 < 5 ? 1000 : 2000) * Math.exp(0.05 * gauss()))).toBe(200);
  });

  it("finds none in noise, in a small swing, or in a single pause", () => {
    expect(found(findSwing, "latencyP50", () => 2000 * Math.exp(0.5 * gauss()))).toBeLessThanOrEqual(6);
    expect(found(findSwing, "delivered", (s) => 1000 + 60 * Math.sin(s / 4))).toBe(0);
    expect(found(findSwing, "delivered", (s) => (s >= 20 && s < 24 ? 0 : 1000 + 5 * gauss()))).toBe(0);
    expect(findSwing(new Array<number>(60).fill(0), "delivered")).toBeNull();
    expect(
      findSwing(
        Array.from({ length: 19 }, (_, s) => (s < 9 ? 1 : 1000)),
        "latencyP50",
      ),
    ).toBeNull();
  });
});
