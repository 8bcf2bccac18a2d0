import { describe, expect, it } from "vitest";
import { compareResults } from "../../../src/compare/compare-results.ts";
import { readMetricChoices } from "../../../src/compare/metric-choice.ts";
import type { ComparedMetric } from "../../../src/result/comparison.ts";
import { comparedRuns, type RunChanges } from "../../support/compared-runs.ts";

const alike = [1, 1.01, 0.99, 1.005, 0.995];
const losing = (lostMissing: number): Omit<RunChanges, "slower"> => ({ messages: { lostMissing } });

/** Runs of a new build, each `factor` times as slow, where `lost` of 10,000 messages never came; the base loses `baseLost`. */
function compared(name: string, factor: number, lost: number, baseLost = 0): ComparedMetric {
  const base = comparedRuns("base", alike, losing(baseLost));
  const changed = comparedRuns(
    "new",
    alike.map((value) => value * factor),
    losing(lost),
  );
  return compareResults(base, changed, { metrics: readMetricChoices(name) }).metrics[0]!;
}

describe("a change of times where messages are lost", () => {
  it("is better where nothing or little is lost", () => {
    expect(compared("latency.p99", 0.7, 0).verdict).toBe("better");
    // Of 10,000 messages 5 more are late: p99 is the 95th latest of those that came.
    expect(compared("latency.p99", 0.7, 5)).toMatchObject({ verdict: "better" });
  });

  it("is not called better when it only drops its slow messages", () => {
    for (const name of ["latency.p99", "service.p99"]) {
      expect(compared(name, 0.7, 150)).toMatchObject({
        ...{ verdict: "inconclusive", reason: "looks better only without the messages that never came" },
      });
    }
    // The median does not depend on so few.
    expect(compared("latency.p50", 0.7, 150)).toMatchObject({ verdict: "better" });
  });

  it("is not called worse when it only ceases to drop them", () => {
    expect(compared("latency.p99", 1.3, 0, 150)).toMatchObject({
      ...{ verdict: "inconclusive", reason: "looks worse only as fewer messages went missing" },
    });
    expect(compared("latency.p99", 1.3, 150)).toMatchObject({ verdict: "worse" });
  });

  it("says of a mean only what surely different losses leave of it", () => {
    expect(compared("latency.mean", 0.7, 1)).toMatchObject({ verdict: "better" });
    expect(compared("latency.mean", 0.7, 150)).toMatchObject({ verdict: "inconclusive" });
  });

  it("changes nothing about other metrics", () => {
    expect(compared("slip.p99", 1, 150)).toMatchObject({ verdict: "same", reason: "" });
  });
});
