import { describe, expect, it } from "vitest";
import { Xoshiro } from "../../../src/random/xoshiro.ts";
import { changePoints } from "../../../src/statistics/change-points.ts";
import { stabilityOf } from "../../../src/statistics/stability.ts";

/** Stretches of [length, level], with some noise that is always the same. */
function levels(stretches: readonly (readonly [length: number, level: number])[], noise = 0.02): readonly number[] {
  const random = new Xoshiro(11);
  return stretches.flatMap(([length, level]) =>
    Array.from({ length }, () => level * (1 + noise * (random.f53() + random.f53() - 1))),
  );
}

function starts(values: readonly number[]): readonly number[] {
  return changePoints(values, { leastStdev: 0.01 }).map(({ from }) => from);
}

describe("changePoints", () => {
  it("find a planted change of level, and its place", () => {
    const found = changePoints(
      levels([
        [20, 1],
        [40, 1.3],
      ]),
      { leastStdev: 0.01 },
    );
    expect(found.map(({ from, to }) => [from, to])).toEqual([
      [0, 20],
      [20, 60],
    ]);
    expect(found[0]!.mean).toBeCloseTo(1, 1);
    expect(found[1]!.mean).toBeCloseTo(1.3, 1);
  });

  it("find a planted change of spread", () => {
    const [first, second, ...more] = starts([...levels([[60, 1]], 0.01), ...levels([[60, 1]], 0.4)]);
    expect([first, more]).toEqual([0, []]);
    expect(Math.abs(second! - 60)).toBeLessThanOrEqual(3);
  });

  it("find none in noise, in equal values and in a handful", () => {
    expect(starts(levels([[300, 1]], 0.2))).toEqual([0]);
    expect(starts(new Array<number>(100).fill(1000))).toEqual([0]);
    expect(starts([1, 5, 9])).toEqual([0]);
    expect(changePoints([], { leastStdev: 0.01 })).toEqual([]);
  });

  it("have no stretch shorter than asked for, and leave no value out", () => {
    const found = changePoints(
      levels([
        [30, 1],
        [3, 0.1],
        [30, 1],
        [8, 0.2],
        [30, 1],
      ]),
      { leastStdev: 0.01 },
    );
    expect(found.every(({ from, to }) => to - from >= 5)).toBe(true);
    expect(found[0]!.from).toBe(0);
    expect(found.at(-1)!.to).toBe(101);
    found.slice(1).forEach(({ from }, i) => {
      expect(from).toBe(found[i]!.to);
    });
  });
});

describe("stabilityOf", () => {
  const classOf = (
    stretches: Parameters<typeof levels>[0],
    isMoreBetter = true,
  ): readonly [name: string, settledAt: number] => {
    const found = stabilityOf(changePoints(levels(stretches), { leastStdev: 0.01 }), { tolerance: 0.05, isMoreBetter });
    return [found.class, found.settledAt];
  };

  it("is flat on one level, and where levels differ by less than matters", () => {
    expect(classOf([[60, 1]])).toEqual(["flat", 0]);
    expect(
      classOf([
        [60, 1],
        [60, 1.03],
      ]),
    ).toEqual(["flat", 0]);
  });

  it("tells a warm-up from a slowdown by what is better", () => {
    expect(
      classOf([
        [20, 0.7],
        [80, 1],
      ]),
    ).toEqual(["warm-up", 20]);
    expect(
      classOf([
        [20, 1.4],
        [80, 1],
      ]),
    ).toEqual(["slowdown", 20]);
    expect(
      classOf(
        [
          [20, 0.7],
          [80, 1],
        ],
        false,
      ),
    ).toEqual(["slowdown", 20]);
    expect(
      classOf(
        [
          [20, 1.4],
          [80, 1],
        ],
        false,
      ),
    ).toEqual(["warm-up", 20]);
    expect(
      classOf([
        [20, 0.5],
        [20, 1.4],
        [80, 1],
      ]),
    ).toEqual(["slowdown", 40]);
  });

  it("takes no dip for a warm-up, and no late change for a level", () => {
    expect(
      classOf([
        [40, 1],
        [20, 0.5],
        [60, 1],
      ]),
    ).toEqual(["no steady state", 60]);
    expect(
      classOf([
        [80, 1],
        [20, 0.5],
      ]),
    ).toEqual(["no steady state", 80]);
  });
});
