import { describe, expect, it } from "vitest";
import { shapeDistance } from "../../../src/statistics/shape-distance.ts";
import { expectVector, methodVector } from "../../support/method-vectors.ts";

describe("shapeDistance", () => {
  it("gives the figures of its vector", () => {
    const { a, b } = methodVector("ks.histograms").input as { a: number[]; b: number[] };
    const { distance, cell, p } = shapeDistance(a, b)!;
    expectVector("ks.histograms", { D: distance, bucket: cell, p });
  });

  it("is 0 for equal shapes of different size, 1 for shapes apart, and null for an empty one", () => {
    expect(shapeDistance([1, 2, 3], [10, 20, 30])).toEqual({ distance: 0, cell: 0, p: 1 });
    expect(shapeDistance([5, 5, 0, 0], [0, 0, 5, 5])).toMatchObject({ distance: 1, cell: 1 });
    expect(shapeDistance([0, 0], [1, 0])).toBeNull();
  });
});
