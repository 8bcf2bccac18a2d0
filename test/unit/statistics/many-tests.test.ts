import { describe, expect, it } from "vitest";
import { geometricMean } from "../../../src/statistics/geometric-mean.ts";
import { benjaminiHochberg, falseAlarmChance, holm } from "../../../src/statistics/many-tests.ts";
import { expectVector, methodVector } from "../../support/method-vectors.ts";

describe("holm and benjaminiHochberg", () => {
  it("give the figures of R's p.adjust", () => {
    expectVector("multiple.holm", holm((methodVector("multiple.holm").input as { p: number[] }).p));
    expectVector("multiple.bh", benjaminiHochberg((methodVector("multiple.bh").input as { p: number[] }).p));
  });

  it("change nothing of a single p, and never go above 1", () => {
    expect(holm([0.03])).toEqual([0.03]);
    expect(benjaminiHochberg([0.03])).toEqual([0.03]);
    expect(holm([0.9, 0.8])).toEqual([1, 1]);
    expect(holm([])).toEqual([]);
  });
});

describe("falseAlarmChance", () => {
  it("gives the figures of its vector", () => {
    const { p, cases } = methodVector("gate.retry").input as { p: number; cases: readonly string[] };
    expectVector(
      "gate.retry",
      cases.map((words) => {
        const [needed, tries] = /(\d+) of (\d+)/.exec(words)!.slice(1).map(Number);
        return falseAlarmChance(p, needed!, tries!);
      }),
    );
  });
});

describe("geometricMean", () => {
  it("gives benchstat's change", () => {
    const { old, new: changed } = methodVector("geomean.benchstat").input as { old: number[]; new: number[] };
    const [before, after] = [geometricMean(old)!, geometricMean(changed)!];
    expectVector("geomean.benchstat", { old: before, new: after, changePercent: (after / before - 1) * 100 });
  });

  it("is undefined without values and for those not above 0", () => {
    const { cases } = methodVector("geomean.edge").input as { cases: readonly number[][] };
    expectVector("geomean.edge", cases.map(geometricMean));
  });
});
