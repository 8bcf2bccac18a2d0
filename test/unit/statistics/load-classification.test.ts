import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { classifyLoad, conditionalThroughput } from "../../../src/statistics/load-classification.ts";

const goal = { finalSec: 30, durationSumSec: 90, lossRatio: 0, exceedRatio: 0.5 };
const trials = (durationSec: number, ...outcomes: readonly boolean[]) =>
  outcomes.map((isGood) => ({ durationSec, lossRatio: isGood ? 0 : 1 }));

describe("classifyLoad", () => {
  it("asks for two good full trials of three", () => {
    expect(classifyLoad([], goal)).toBe("undecided");
    expect(classifyLoad(trials(30, true), goal)).toBe("undecided");
    expect(classifyLoad(trials(30, true, true), goal)).toBe("lower");
    expect(classifyLoad(trials(30, true, false), goal)).toBe("undecided");
    expect(classifyLoad(trials(30, true, false, true), goal)).toBe("lower");
    expect(classifyLoad(trials(30, true, false, false), goal)).toBe("upper");
    expect(classifyLoad(trials(30, false, false), goal)).toBe("upper");
  });

  it("takes no short trial for a proof", () => {
    expect(classifyLoad(trials(10, ...Array.from({ length: 50 }, () => true)), goal)).toBe("undecided");
    expect(classifyLoad(trials(10, false, false, false, false, false), goal)).toBe("upper");
  });

  it("decides as soon as there is trial time enough", () => {
    fc.assert(
      fc.property(fc.array(fc.boolean(), { minLength: 3, maxLength: 9 }), (outcomes) => {
        const good = outcomes.filter(Boolean).length;
        const decided = classifyLoad(trials(30, ...outcomes), goal);
        expect(decided).toBe(good * 2 >= outcomes.length ? "lower" : "upper");
      }),
    );
  });
});

describe("conditionalThroughput", () => {
  it("is nothing while there is too little trial time", () => {
    expect(conditionalThroughput(1000, trials(30, true), goal)).toBe(0);
    expect(conditionalThroughput(1000, trials(30, true, true), goal)).toBe(1000);
  });
});
