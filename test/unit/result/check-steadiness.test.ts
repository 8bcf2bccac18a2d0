import { describe, expect, it } from "vitest";
import { brokenSteadiness } from "../../../src/result/check-steadiness.ts";
import type { RunResult } from "../../../src/result/run-result.ts";
import { aCollectedPhase, aPhasePlan } from "../../support/a-collected.ts";
import { aResult } from "../../support/a-result.ts";

type Edit = (draft: any) => unknown; // eslint-disable-line @typescript-eslint/no-explicit-any -- what an editor does to a file

const sound: RunResult = aResult({
  phases: [
    aCollectedPhase(
      { plan: aPhasePlan({ durationMs: 70_000 }) },
      { sent: 7000, lostMissing: 70, delivered: 6930, deliveredInWindow: 6930 },
    ),
  ],
});

function edited(edit: Edit): string {
  const draft: unknown = structuredClone(sound);
  edit(draft);
  return brokenSteadiness(draft as RunResult).join("; ");
}

const edits: readonly (readonly [what: string, edit: Edit, problem: RegExp])[] = [
  ["fewer undelivered messages", (r) => (r.totals.latencyOfferedUs.undelivered = 3), /totals: latencyOfferedUs has/],
  [
    "a percentile below that of the received ones",
    (r) => (r.totals.latencyOfferedUs.p90 = 1),
    /latencyOfferedUs\.p90 1 does not go/,
  ],
  ["a lost message found again", (r) => (r.phases[0].latencyOfferedUs.p999 = null), /p999 null does not go/],
  [
    "an interval beside its percentile",
    (r) => (r.totals.percentileIntervals[3].highUs = 2),
    /the interval of latency p99/,
  ],
  [
    "more effective samples than samples",
    (r) => (r.totals.percentileIntervals[0].effectiveSamples = 1e6),
    /the interval of latency p50/,
  ],
  ["a steady part outside its phase", (r) => (r.phases[0].steady.toMs = 99_000), /a time that is not in/],
  ["a steady part that ends before it begins", (r) => (r.phases[0].steady.fromMs = 70_200), /a time that is not in/],
  [
    "a change outside its phase",
    (r) => (r.phases[0].steady.stability.delivered.changePointsMs = [1e6]),
    /a time that is not in/,
  ],
  [
    "a mean that its seconds do not have",
    (r) => (r.phases[0].steady.delivered.meanPerSecond = 120),
    /meanPerSecond 120 is not that/,
  ],
  ["a mean outside its interval", (r) => (r.phases[0].steady.delivered.lowPerSecond = 101), /outside its bounds/],
  ["a ratio that is none", (r) => (r.phases[0].steady.sustained.ratio = 0.5), /is not a ratio of 0.5/],
  ["a failure that held", (r) => (r.phases[0].steady.sustained.outcome = "fail"), /that is fail/],
  [
    "a peak above the best second",
    (r) => {
      r.phases[0].steady.sustained = { peakPerSecond: 500, sustainedPerSecond: 500, ratio: 1, outcome: "pass" };
    },
    /500\/s of 500\/s/,
  ],
  ["an outcome of no window", (r) => (r.phases[0].steady.sustained.peakPerSecond = null), /is pass of no window/],
  ["losses forgotten", (r) => (r.lossPeriods = null), /lossPeriods is null; the seconds have/],
];

describe("what is said of the seconds", () => {
  it("goes with them in a result that was built", () => {
    expect(brokenSteadiness(sound)).toEqual([]);
    expect(sound.phases[0]!.steady!.outcome).toBe("steady");
  });

  it.each(edits)("does not with %s", (_, edit, problem) => {
    expect(edited(edit)).toMatch(problem);
  });

  it("may be left out, as by an earlier version", () => {
    const silent = edited((r) => {
      delete r.lossPeriods;
      delete r.phases[0].steady;
      for (const block of [r.totals, r.phases[0]]) {
        delete block.latencyOfferedUs;
        delete block.percentileIntervals;
      }
    });
    expect(silent).toBe("");
  });
});
