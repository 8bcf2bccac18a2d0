import { describe, expect, it } from "vitest";
import { makeBroadcast } from "../../../src/plan/make-broadcast.ts";
import type { Segment, WorkersAs } from "../../../src/plan/plan.ts";
import type { BroadcastSettings, Settings } from "../../../src/profile/settings.ts";
import { aPhasePlan } from "../../support/a-collected.ts";

const threads: WorkersAs = { kind: "threads" };

function made(
  changes: Partial<BroadcastSettings>,
  connections: readonly number[] = [20],
  workersAs: WorkersAs = threads,
) {
  const broadcast: BroadcastSettings = {
    rooms: 1,
    publishers: { kind: "count", count: 1 },
    excludesPublisher: false,
    guardMs: 200,
    ...changes,
  };
  const segments: readonly Segment[] = connections.map((each) => ({ connections: each, phases: [aPhasePlan()] }));
  const settings = { broadcast, nameOf: (name: string) => `--${name}` } as Settings;
  return makeBroadcast(settings, segments, workersAs);
}

describe("making a broadcast", () => {
  it("is nothing in other modes", () => {
    expect(makeBroadcast({ broadcast: null } as Settings, [], threads)).toBeNull();
  });

  it("takes a share of a room's connections, of its smallest size, and one at least", () => {
    const share = (ratio: number) => ({ kind: "share", ratio }) as const;
    expect(made({ rooms: 2, publishers: share(0.25) }, [40, 80])?.publishersPerRoom).toBe(5);
    expect(made({ rooms: 2, publishers: share(0.01) }, [40])?.publishersPerRoom).toBe(1);
    expect(made({ rooms: 2, publishers: share(1) }, [40])?.publishersPerRoom).toBe(20);
  });

  it.each([
    [{ rooms: 21 }, [20], "20 connections do not fill 21 rooms"],
    [{ rooms: 20, excludesPublisher: true }, [20], "rooms of 1 connections are too small"],
    [{ rooms: 5, publishers: { kind: "count", count: 5 } as const }, [20], "too small for 5 that publish"],
    [{ publishers: { kind: "share", ratio: 1 } as const }, [5000], "25,000,000 pairs"],
  ])("refuses %j with %j connections", (changes, connections, problem) => {
    expect(() => made(changes, connections)).toThrow(problem);
  });

  it("lets a lone connection hear itself", () => {
    expect(made({ rooms: 20 }, [20])).toMatchObject({ rooms: 20, publishersPerRoom: 1 });
  });

  it("refuses workers that share no memory", () => {
    expect(() => made({}, [20], { kind: "processes", openFiles: 1024 })).toThrow("workers that share memory");
  });
});
