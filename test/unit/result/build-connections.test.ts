import { describe, expect, it } from "vitest";
import type { CollectedConnection } from "../../../src/engine/collected-connections.ts";
import { buildConnections } from "../../../src/result/build-connections.ts";
import { aPlan } from "../../support/a-collected.ts";

/** One that sent 100 messages and had 100 answers after 2 ms. */
function aConnection(connection: number, changes: Partial<CollectedConnection> = {}): CollectedConnection {
  return {
    ...{ connection, sent: 100, delivered: 100, lost: 0, refused: 0, duplicated: 0, reordered: 0 },
    latencyUs: { count: 100, mean: 2000, p50: 1900, p99: null, max: 9000 },
    ...{ opened: 1, ended: 0, readyMs: 10_000, isReady: true, activeMs: 9990 },
    ...changes,
  };
}

const late = (mean: number) => ({ latencyUs: { count: 100, mean, p50: mean, p99: null, max: mean * 2 } });
const ten = (changes: Readonly<Record<number, Partial<CollectedConnection>>> = {}) =>
  Array.from({ length: 10 }, (_, number) => aConnection(number, changes[number]));
const plan = (rows = 100, changes: Parameters<typeof aPlan>[0] = {}) =>
  aPlan({ connectionFigures: { rows, hasTimes: true }, ...changes });

describe("buildConnections", () => {
  it("finds the connection that had least, the one that lost and the one that waited, by the measure it is worst in", () => {
    const built = buildConnections(
      plan(),
      ten({ 3: { delivered: 20, sent: 20 }, 5: { delivered: 40, lost: 60 }, 8: late(40_000), 9: { ended: 1 } }),
    )!;
    expect(built.rows.slice(0, 5).map((row) => [row.connection, row.worstBy, row.isStarved])).toEqual([
      [8, "latency", true],
      [3, "delivered", true],
      [5, "lost", true],
      [9, "ended", false],
      [0, "nothing", false],
    ]);
    expect(built.starved).toBe(3);
    expect(built.spread.delivered).toEqual({ min: 20, median: 100, max: 100 });
    expect(built.spread.latencyMeanUs).toEqual({ min: 2000, median: 2000, max: 40_000 });
    expect(built.spread.latencyP99Us).toBeNull();
  });

  it("calls no connection starved for what happens to a few messages, or for a few milliseconds", () => {
    const slightlyWorse = { 1: late(9000), 2: { delivered: 60, lost: 40 }, 4: late(11_999) };
    expect(buildConnections(plan(), ten(slightlyWorse))!.starved).toBe(0);
    const few = ten().map((each) => ({ ...each, delivered: each.connection === 0 ? 1 : 9, sent: 9 }));
    expect(buildConnections(plan(), few)!.starved).toBe(0);
  });

  it("keeps as many rows as are asked for, and tells how many it left out", () => {
    const built = buildConnections(plan(2), ten({ 7: late(90_000) }))!;
    expect(built.rows.map(({ connection }) => connection)).toEqual([7, 0]);
    expect([built.count, built.leftOut]).toEqual([10, 8]);
    expect(buildConnections(plan(10), ten())!.leftOut).toBe(0);
  });

  it("judges nobody who was told to be slow, and no delivery that is not seen", () => {
    const slow = { connections: { kind: "count", count: 1 }, reading: { kind: "stopped" } };
    const stream = { slow } as unknown as NonNullable<ReturnType<typeof aPlan>["stream"]>;
    const pushed = buildConnections(plan(100, { mode: "push", stream }), ten({ 1: { delivered: 1 } }))!;
    expect([pushed.starved, pushed.rows[0]!.isStarved]).toEqual([null, false]);
    const oneway = buildConnections(
      plan(100, { mode: "oneway" }),
      ten().map((each) => ({ ...each, delivered: 0 })),
    )!;
    expect([oneway.starved, oneway.spread.delivered, oneway.fairness]).toEqual([null, null, null]);
    expect(oneway.spread.sent).toEqual({ min: 100, median: 100, max: 100 });
  });

  it("is not there where connections have no figures", () => {
    expect(buildConnections(aPlan(), null)).toBeUndefined();
  });
});
