import { describe, expect, it } from "vitest";
import type { SlowPlan } from "../../../src/plan/plan.ts";
import { slowConnections, slowCount } from "../../../src/plan/slow-readers.ts";

const slow = (readers: SlowPlan["readers"]): SlowPlan => ({
  readers,
  reading: { kind: "stop", afterMs: 0 },
  noticed: null,
});
const fifth = slow({ kind: "share", ratio: 0.2 });

describe("which connections read slowly", () => {
  it("is drawn from the seed: as many as asked, others for another seed, the same in every worker", () => {
    const drawn = [...slowConnections(fifth, 100, 7)].sort((a, b) => a - b);
    expect(drawn).toHaveLength(20);
    expect(drawn.every((number) => number >= 0 && number < 100)).toBe(true);
    expect([...slowConnections(fifth, 100, 7)].sort((a, b) => a - b)).toEqual(drawn);
    expect([...slowConnections(fifth, 100, 8)].sort((a, b) => a - b)).not.toEqual(drawn);
  });

  it("is at least one, and never all", () => {
    expect([2, 3, 10].map((connections) => slowCount(fifth, connections))).toEqual([1, 1, 2]);
    expect(slowCount(slow({ kind: "count", count: 50 }), 10)).toBe(9);
    expect(slowCount(slow({ kind: "share", ratio: 1 }), 10)).toBe(9);
  });
});
