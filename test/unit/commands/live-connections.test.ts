import { describe, expect, it } from "vitest";
import { LiveConnections, staleAfterMs } from "../../../src/commands/live-connections.ts";
import type { CollectedConnection } from "../../../src/engine/collected-connections.ts";

function aConnection(connection: number, activeMs: number | null, lost = 0): CollectedConnection {
  return {
    ...{ connection, sent: 10, delivered: 10 - lost, lost, refused: 0, duplicated: 0, reordered: 0 },
    latencyUs: { count: 10, mean: 1000, p50: null, p99: null, max: 2000 },
    ...{ opened: 1, ended: 0, readyMs: 1000, isReady: true, activeMs },
  };
}

const numbers = (chosen: readonly CollectedConnection[]) => chosen.map(({ connection }) => connection);

describe("LiveConnections", () => {
  it("tells of the worst there are places for, in the order of their numbers", () => {
    const all = [aConnection(0, 10), aConnection(1, 10, 5), aConnection(2, 10), aConnection(3, 10, 9)];
    expect(numbers(new LiveConnections(2).choose(all, 100))).toEqual([1, 3]);
    expect(numbers(new LiveConnections(9).choose(all, 100))).toEqual([0, 1, 2, 3]);
    expect(numbers(new LiveConnections(0).choose(all, 100))).toEqual([]);
  });

  it("keeps one it has chosen, so that a series does not come and go with the order of the others", () => {
    const live = new LiveConnections(1);
    expect(numbers(live.choose([aConnection(0, 0, 1), aConnection(1, 0)], 100))).toEqual([0]);
    expect(numbers(live.choose([aConnection(0, 0, 1), aConnection(1, 0, 8)], 200))).toEqual([0]);
  });

  it("lets one go on which nothing has happened for a minute, and gives its place to another", () => {
    const live = new LiveConnections(1);
    const at = (quietSinceMs: number, nowMs: number) =>
      numbers(live.choose([aConnection(0, quietSinceMs, 9), aConnection(1, nowMs)], nowMs));
    expect(at(5000, 6000)).toEqual([0]);
    expect(at(5000, 5000 + staleAfterMs)).toEqual([0]);
    expect(at(5000, 5001 + staleAfterMs)).toEqual([1]);
    // Back again it waits for a place as any other.
    expect(at(90_000, 90_000)).toEqual([1]);
  });

  it("never tells of one that has not opened", () => {
    expect(numbers(new LiveConnections(5).choose([aConnection(0, null)], 100))).toEqual([]);
  });
});
