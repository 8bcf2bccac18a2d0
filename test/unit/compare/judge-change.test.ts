import { describe, expect, it } from "vitest";
import { differenceBand, judgeInterval, ratioBand, type Sense } from "../../../src/compare/judge-change.ts";
import { expectVector, methodVector } from "../../support/method-vectors.ts";

interface VerdictInput {
  readonly delta: number;
  readonly cases: readonly { readonly lo: number; readonly hi: number; readonly better: Sense }[];
}

describe("judgeInterval", () => {
  it("gives the verdicts of its vector", () => {
    const { delta, cases } = methodVector("verdict.ratio").input as VerdictInput;
    expectVector(
      "verdict.ratio",
      cases.map(({ lo, hi, better }) => judgeInterval({ low: lo, high: hi }, ratioBand(delta), better)),
    );
  });

  it("takes the limit itself as the same, on either side", () => {
    expect(judgeInterval({ low: 1 / 1.05, high: 1.05 }, ratioBand(0.05), "lower")).toBe("same");
    expect(judgeInterval({ low: -3, high: 3 }, differenceBand(3), "lower")).toBe("same");
  });

  it("judges differences by a band around 0", () => {
    expect(judgeInterval({ low: 4, high: 9 }, differenceBand(3), "lower")).toBe("worse");
    expect(judgeInterval({ low: -9, high: -4 }, differenceBand(3), "lower")).toBe("better");
    expect(judgeInterval({ low: -9, high: 1 }, differenceBand(3), "lower")).toBe("inconclusive");
  });
});
