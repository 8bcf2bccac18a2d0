import { describe, expect, it } from "vitest";
import { compareCounts, judgeShares, type RunShare } from "../../../src/compare/compare-counts.ts";
import { comparedRun } from "../../support/compared-runs.ts";

const share = (of: number, ...events: readonly number[]): readonly RunShare[] =>
  events.map((count) => ({ events: count, of }));

describe("judgeShares", () => {
  it.each([
    ["nothing on either side", [0], [0], "same", ""],
    ["exactly as much", [7, 3], [4, 6], "same", ""],
    ["a few where there were none", [0], [8], "inconclusive", /overlap/],
    ["surely some where there were none, from one run a side", [0], [9], "worse", "none before"],
    ["none any more where there surely were some", [9], [0], "better", "none any more"],
    ["more on both sides, from one run each", [100], [300], "inconclusive", /takes 3 runs/],
    ["more in every run", [100, 90, 110], [300, 310, 290], "worse", ""],
    ["less in every run", [300, 310, 290], [100, 90, 110], "better", ""],
    ["one burst in one run", [5, 1, 2], [900, 1, 2], "inconclusive", /among themselves/],
  ] as const)("tells %s", (_, base, changed, verdict, reason) => {
    const found = judgeShares(share(10_000, ...base), share(10_000, ...changed));
    expect(found.verdict).toBe(verdict);
    expect(found.reason).toMatch(typeof reason === "string" ? new RegExp(`^${reason}$`) : reason);
  });

  it("says nothing where one side is unknown", () => {
    expect(judgeShares(share(0, 0), share(10, 5))).toEqual({
      verdict: "inconclusive",
      reason: "unknown on the base side",
    });
  });

  it("takes more copies than messages as all there can be", () => {
    expect(judgeShares(share(100, 0), share(100, 250)).verdict).toBe("worse");
  });
});

describe("compareCounts", () => {
  it("adds the runs of each side exactly, and keeps each run's own", () => {
    const base = [comparedRun("a"), comparedRun("b", { messages: { lostMissing: 2, duplicated: 1 } })];
    const changed = [comparedRun("c", { messages: { lostMissing: 60, lostCorrupt: 1, corrupted: 1 } })];
    const counts = compareCounts(base, changed);
    expect(counts.map(({ name }) => name)).toEqual([
      ...["lost", "refused", "duplicated", "reordered", "corrupted", "connections.failed", "connections.closed"],
    ]);
    expect(counts[0]).toMatchObject({
      ...{ of: "expected messages", base: { total: 2, of: 20_000, values: [0, 2] } },
      ...{ new: { total: 61, of: 10_000, values: [61] }, verdict: "inconclusive" },
    });
    expect(counts[2]).toMatchObject({ base: { total: 1 }, new: { total: 0 }, verdict: "inconclusive" });
    expect(counts[5]).toMatchObject({ of: "attempted connections", base: { total: 0, of: 20 }, verdict: "same" });
  });

  it("leaves out what is counted out of nothing", () => {
    const unknown = comparedRun("a");
    const { messages } = unknown.totals;
    const oneway = { ...unknown, totals: { ...unknown.totals, messages: { ...messages, expected: 0, delivered: 0 } } };
    expect(compareCounts([oneway], [oneway]).map(({ name }) => name)).toEqual([
      "connections.failed",
      "connections.closed",
    ]);
  });
});
