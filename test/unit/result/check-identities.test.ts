import { describe, expect, it } from "vitest";
import { brokenIdentities } from "../../../src/result/check-identities.ts";
import type { RunResult } from "../../../src/result/run-result.ts";
import { aCollectedPhase, aHistogram, plausibleTimes } from "../../support/a-collected.ts";
import { aResult } from "../../support/a-result.ts";
import { sampleCapacity } from "../../support/sample-capacity.ts";

/** A sound result with one of its totals changed by hand. */
function withTotals(changes: (totals: RunResult["totals"]) => Partial<RunResult["totals"]>): RunResult {
  const result = aResult();
  return { ...result, totals: { ...result.totals, ...changes(result.totals) } };
}

/** As an earlier version saved it: without what the seconds tell, which no longer goes with seconds that are changed. */
function withoutSteadiness(result: RunResult): RunResult {
  const bare = { ...result, phases: result.phases.map((phase) => ({ ...phase })) };
  delete bare.lossPeriods;
  for (const phase of bare.phases) delete phase.steady;
  return bare;
}

describe("the identities of a result", () => {
  it("hold in a result that was built", () => {
    expect(brokenIdentities(aResult())).toEqual([]);
  });

  it("find sizes that do not come to all messages, unless a worker died", () => {
    const result = aResult();
    const size = (name: string) => ({ ...result.totals, class: { kind: "size", name } });
    expect(brokenIdentities({ ...result, classes: [size("128")] })).toEqual([]);
    const twice = { ...result, classes: [size("128"), size("1KiB")] };
    const { sent } = result.totals.messages;
    expect(brokenIdentities(twice)).toContain(`sizes: their sent add up to ${2 * sent}, of all ${sent}`);
    const lostWorkers = [{ index: 0, reason: "killed", runId: "aRunId-0001" }];
    expect(brokenIdentities({ ...twice, generator: { ...twice.generator, lostWorkers } }).join()).not.toContain(
      "sizes:",
    );
  });

  it("find a rate that its count does not give", () => {
    const edited = withTotals(({ rate }) => ({ rate: { ...rate, deliveredPerSecond: 9e9 } }));
    expect(brokenIdentities(edited).join()).toContain("totals: rate.deliveredPerSecond 9000000000 is not");
  });

  it("find a capacity that its trials do not bear out", () => {
    const found = sampleCapacity("x");
    const withCapacity = (changes: Partial<typeof found>) =>
      brokenIdentities({ ...aResult(), capacity: { ...found, ...changes } });
    expect(withCapacity({})).toEqual([]);
    expect(withCapacity({ lower: null, upper: null })).toEqual([]);
    expect(withCapacity({ lower: 1039 })).toEqual(["capacity: lower is 1039, but no final trial held there"]);
    expect(withCapacity({ upper: 2000 })).toEqual(["capacity: upper is 2000, but no final trial failed there"]);
    expect(withCapacity({ lower: 1040, upper: 1000 })).toHaveLength(3);
  });

  it("find more late messages than delivered ones", () => {
    const edited = withTotals(({ messages }) => ({ messages: { ...messages, late: messages.delivered + 1 } }));
    expect(brokenIdentities(edited).join()).toContain("is more than delivered");
  });

  it("find a lost message that no class has", () => {
    const edited = withTotals(({ messages }) => ({ messages: { ...messages, lost: messages.lost + 1 } }));
    expect(brokenIdentities(edited)).not.toEqual([]);
  });

  it.each(["sent", "delivered", "lost"] as const)(
    "find seconds that have one %s more or fewer than the phases",
    (key) => {
      const result = withoutSteadiness(
        aResult({ phases: [aCollectedPhase({}, { delivered: 990, lostMissing: 10, deliveredInWindow: 990 })] }),
      );
      expect(brokenIdentities(result)).toEqual([]);
      const { intervals, generator } = result;
      for (const difference of [1, -1]) {
        const [first, ...rest] = intervals;
        const changed = { ...result, intervals: [{ ...first!, [key]: first![key] + difference }, ...rest] };
        expect(brokenIdentities(changed).join()).toMatch(new RegExp(`^intervals: their ${key} adds up to`));
      }
      // What is known to be missed makes up for what the seconds have not; it never takes away from what they have.
      const [first, ...rest] = intervals;
      const fewer = [{ ...first!, [key]: first![key] - 1 }, ...rest];
      const missed = { sent: 0, delivered: 0, lost: 0, [key]: 1 };
      const told = { ...result, intervals: fewer, generator: { ...generator, missedIntervalCounts: missed } };
      expect(brokenIdentities(told)).toEqual([]);
      const more = [{ ...first!, [key]: first![key] + 1 }, ...rest];
      const negative = { ...generator, missedIntervalCounts: { ...missed, [key]: -1 } };
      expect(brokenIdentities({ ...result, intervals: more, generator: negative })).toHaveLength(1);
    },
  );

  it("let a message whose instants went backwards be delivered in no second", () => {
    const times = {
      latencyUs: aHistogram(plausibleTimes(998, 520)),
      serviceUs: aHistogram(plausibleTimes(998, 500)),
    };
    const result = withoutSteadiness(aResult({ phases: [aCollectedPhase(times, { clockErrors: 2 })] }));
    const [first, ...rest] = result.intervals;
    const without = (count: number) => ({
      ...result,
      intervals: [{ ...first!, delivered: first!.delivered - count }, ...rest],
    });
    expect(brokenIdentities(without(2))).toEqual([]);
    expect(brokenIdentities(without(3))).toHaveLength(1);
  });

  it("ask a file of an earlier version for no more than it tells", () => {
    const generator = { ...aResult().generator };
    delete generator.missedIntervalCounts;
    const result = { ...aResult(), generator };
    const [first, ...rest] = result.intervals;
    expect(brokenIdentities({ ...result, intervals: [{ ...first!, sent: 0 }, ...rest] })).toEqual([]);
  });

  it("find seconds that hold more than the phases", () => {
    const result = aResult();
    const [first, ...rest] = result.intervals;
    const inflated = { ...first!, latencyUs: { ...first!.latencyUs, count: first!.latencyUs.count + 5 } };
    const generator = { ...result.generator, missedIntervalSamples: -5 };
    expect(brokenIdentities({ ...result, generator, intervals: [inflated, ...rest] })).not.toEqual([]);
  });
});
