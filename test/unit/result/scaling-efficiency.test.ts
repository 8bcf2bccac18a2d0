import { expect, test } from "vitest";
import { scalingEfficiency } from "../../../src/result/scaling-efficiency.ts";

const phase = (connections: number, deliveredPerSecond: number | null, offeredPerSecond: number | null = null) => ({
  measured: true,
  connections,
  deliveredPerSecond,
  offeredPerSecond,
});

test("over connections it is the speed-up by the growth against the first phase", () => {
  const steps = [
    [10, 1000],
    [20, 1950],
    [40, 3700],
    [80, 6000],
    [160, 6200],
  ] as const;
  const efficiency = scalingEfficiency(
    steps.map(([n, x]) => phase(n, x)),
    "connections",
  );
  [1, 0.975, 0.925, 0.75, 0.3875].forEach((expected, i) => expect(efficiency[i]).toBeCloseTo(expected, 12));
});

test("what cannot be computed is null", () => {
  expect(scalingEfficiency([phase(1, 0), phase(2, 100)], "connections")).toEqual([null, null]);
  expect(scalingEfficiency([phase(1, null, 100)], "rate")).toEqual([null]);
  expect(scalingEfficiency([phase(1, 50, 0)], "rate")).toEqual([null]);
  expect(scalingEfficiency([{ ...phase(1, 50, 100), measured: false }, phase(1, 100, 100)], "rate")).toEqual([null, 1]);
});
