import { describe, expect, it } from "vitest";
import { brokenIdentities } from "../../../src/result/check-identities.ts";
import type { RunResult } from "../../../src/result/run-result.ts";
import { aResult } from "../../support/a-result.ts";

/** A sound result with one of its totals changed by hand. */
function withTotals(changes: (totals: RunResult["totals"]) => Partial<RunResult["totals"]>): RunResult {
  const result = aResult();
  return { ...result, totals: { ...result.totals, ...changes(result.totals) } };
}

describe("the identities of a result", () => {
  it("hold in a result that was built", () => {
    expect(brokenIdentities(aResult())).toEqual([]);
  });

  it("find a rate that its count does not give", () => {
    const edited = withTotals(({ rate }) => ({ rate: { ...rate, deliveredPerSecond: 9e9 } }));
    expect(brokenIdentities(edited).join()).toContain("totals: rate.deliveredPerSecond 9000000000 is not");
  });

  it("find more late messages than delivered ones", () => {
    const edited = withTotals(({ messages }) => ({ messages: { ...messages, late: messages.delivered + 1 } }));
    expect(brokenIdentities(edited).join()).toContain("is more than delivered");
  });

  it("find a lost message that no class has", () => {
    const edited = withTotals(({ messages }) => ({ messages: { ...messages, lost: messages.lost + 1 } }));
    expect(brokenIdentities(edited)).not.toEqual([]);
  });

  it("find seconds that hold more than the phases", () => {
    const result = aResult();
    const [first, ...rest] = result.intervals;
    const inflated = { ...first!, latencyUs: { ...first!.latencyUs, count: first!.latencyUs.count + 5 } };
    const generator = { ...result.generator, missedIntervalSamples: -5 };
    expect(brokenIdentities({ ...result, generator, intervals: [inflated, ...rest] })).not.toEqual([]);
  });
});
