import { describe, expect, it } from "vitest";
import { allocateBroadcastMemory, broadcastSizes } from "../../../src/engine/broadcast-memory.ts";
import type { BroadcastPlan, Plan } from "../../../src/plan/plan.ts";
import { aPhasePlan, aPlan } from "../../support/a-collected.ts";

const broadcast: BroadcastPlan = { rooms: 2, publishersPerRoom: 3, excludesPublisher: false, guardMs: 200 };

function aBroadcast(changes: Partial<Plan> = {}): Plan {
  return aPlan({ mode: "broadcast", broadcast, ...changes });
}

describe("the memory of a broadcast", () => {
  it("is the same for all workers, but for what each counts by itself", () => {
    const [first, second] = allocateBroadcastMemory(aBroadcast(), 0)!;
    expect(first!.publications).toBe(second!.publications);
    expect(first!.roster).toBe(second!.roster);
    expect(first!.spread).toBe(second!.spread);
    expect(first!.fanOut).not.toBe(second!.fanOut);
  });

  it("is none in other modes", () => {
    expect(allocateBroadcastMemory(aPlan(), 0)).toBe(null);
  });

  it("keeps every message of each publisher where they are few", () => {
    // 1000 messages of six publishers: 167 of each at most.
    const { publications, spread } = broadcastSizes(aBroadcast(), broadcast);
    expect(publications).toEqual({ publishers: 6, phases: 1, ringLength: 256 });
    expect(spread).toMatchObject({ publishers: 6, workers: 2, receivers: 3 });
    expect(spread!.slots).toBeGreaterThanOrEqual(167);
  });

  it("counts the phases of all segments, and the largest of them", () => {
    const phases = [aPhasePlan(), aPhasePlan()];
    const segments = [10, 40, 20].map((connections) => ({ connections, phases }));
    const { publications, spread } = broadcastSizes(aBroadcast({ segments }), broadcast);
    expect([publications.phases, spread!.receivers]).toEqual([6, 10]);
  });

  it("takes no more than its share for long runs, and leaves the spread out of very wide ones", () => {
    const load = { kind: "constant", arrival: "constant", ratePerSecond: 1_000_000 } as const;
    const segments = [{ connections: 100_000, phases: [aPhasePlan({ durationMs: 3_600_000, load })] }];
    const wide = { ...broadcast, rooms: 1, publishersPerRoom: 50_000 };
    const sizes = broadcastSizes(aBroadcast({ segments }), wide);
    expect(sizes.publications.ringLength).toBe(64);
    expect(sizes.spread).toBe(null);
    const one = broadcastSizes(aBroadcast({ segments }), { ...broadcast, rooms: 1, publishersPerRoom: 1 });
    expect(one.publications.ringLength * 18).toBeLessThanOrEqual(64 * 1024 * 1024);
    expect(one.spread).not.toBe(null);
  });
});
