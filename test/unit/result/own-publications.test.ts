import { describe, expect, it } from "vitest";
import { ownPublications } from "../../../src/result/own-publications.ts";
import type { RunResult } from "../../../src/result/run-result.ts";
import { sampleResult } from "../../support/sample-result.ts";

const sample = sampleResult();
const faults = { duplicated: 0, reordered: 0, room: "r1" };

/** 600 messages of 4 publishers in 2 rooms. */
function told(
  changes: { readonly lost?: number; readonly misrouted?: number; readonly excludes?: boolean },
  connections: readonly number[] = [0, 1, 2, 3],
): string | null {
  const { lost = 0, misrouted = 0, excludes = false } = changes;
  const worst = connections.map((connection) => ({ ...faults, connection, lost: lost / 4, misrouted: misrouted / 4 }));
  const { totals } = sample;
  const result: Pick<RunResult, "config" | "totals" | "faultyReceivers"> = {
    config: {
      ...sample.config,
      mode: "broadcast",
      broadcast: { rooms: 2, publishersPerRoom: 2, excludesPublisher: excludes, guardMs: 200 },
    },
    totals: {
      ...totals,
      messages: { ...totals.messages, sent: 600, lost },
      fanOut: { ...({} as NonNullable<typeof totals.fanOut>), misrouted },
    },
    faultyReceivers: { count: worst.length, worst },
  };
  return ownPublications(result);
}

describe("publishers that the target treats otherwise than the run was told", () => {
  it("are told by what each missed, or heard, of its own", () => {
    expect(told({ lost: 600 })).toMatch(/missed just what it published itself.*say --excludes-publisher/);
    expect(told({ misrouted: 600, excludes: true })).toMatch(/heard what it published itself.*leave out/);
  });

  it.each([
    ["more is lost", { lost: 604 }, [0, 1, 2, 3]],
    ["less is lost", { lost: 599 }, [0, 1, 2, 3]],
    ["others miss it", { lost: 600 }, [0, 1, 2, 7]],
    ["another misses some, too", { lost: 600 }, [0, 1, 2, 3, 7]],
    ["what is lost is lost although publishers are left out", { lost: 600, excludes: true }, [0, 1, 2, 3]],
    ["what went astray went elsewhere, too", { misrouted: 700, excludes: true }, [0, 1, 2, 3]],
  ])("are none where %s", (_, changes, connections) => {
    expect(told(changes, connections)).toBeNull();
  });

  it("are none in other modes", () => {
    expect(ownPublications(sample)).toBeNull();
  });
});
