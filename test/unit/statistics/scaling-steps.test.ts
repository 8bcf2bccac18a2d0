import { expect, it } from "vitest";
import { kneeByPower } from "../../../src/statistics/knee.ts";
import { scalingSteps } from "../../../src/statistics/scaling-steps.ts";

it("leaves out what cannot be computed", () => {
  expect(scalingSteps([])).toEqual([]);
  const unknownFirst = scalingSteps([
    { n: 1, goodput: null },
    { n: 2, goodput: 10 },
  ]);
  expect(unknownFirst[1]).toEqual({ n: 2, speedup: null, efficiency: null, marginal: null });
  const nothingFirst = scalingSteps([
    { n: 1, goodput: 0 },
    { n: 2, goodput: 10 },
  ]);
  expect(nothingFirst.map(({ efficiency }) => efficiency)).toEqual([null, null]);
  const gap = scalingSteps([
    { n: 1, goodput: 10 },
    { n: 2, goodput: null },
    { n: 4, goodput: 30 },
  ]);
  expect(gap[2]).toEqual({ n: 4, speedup: 3, efficiency: 0.75, marginal: null });
});

it("gives no marginal gain between equal steps", () => {
  const steps = [
    { n: 2, goodput: 10 },
    { n: 2, goodput: 11 },
  ];
  expect(scalingSteps(steps)[1]?.marginal).toBeNull();
});

it("has no knee without points, and of equal powers the first", () => {
  expect(kneeByPower([])).toEqual({ power: [], kneeIndex: null });
  expect(kneeByPower([1, 2].map((times) => ({ goodput: 10 * times, latencySec: times }))).kneeIndex).toBe(0);
});
