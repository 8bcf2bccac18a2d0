import { describe, expect, it } from "vitest";
import { readConnections } from "../../../../src/engine/snapshot/connection-reader.ts";
import { allocateCellsFor } from "../../../../src/engine/worker-memory.ts";
import { CellTally } from "../../../../src/measure/connection-tally.ts";
import { aPhasePlan, aPlan } from "../../../support/a-collected.ts";

function aRun(hasTimes: boolean) {
  const plan = aPlan({
    workers: 2,
    segments: [{ connections: 5, phases: [aPhasePlan()] }],
    connectionFigures: { rows: 10, hasTimes },
  });
  const cells = [0, 1].map((worker) => allocateCellsFor(plan, worker));
  const tallies = cells.map(({ connections }) => new CellTally(connections!, [true]));
  /** Of the connection with this number over all workers. */
  const on = (connection: number) => [tallies[connection % 2]!, Math.floor(connection / 2)] as const;
  return { plan, cells, on };
}

describe("readConnections", () => {
  it("puts the connections of all workers in the order of their numbers", () => {
    const { plan, cells, on } = aRun(true);
    for (let connection = 0; connection < 5; connection += 1) {
      const [tally, local] = on(connection);
      tally.delivered(local, 0, connection * 10, 5000 + connection);
    }
    const read = readConnections(plan, cells, 9000, 4000)!;
    expect(read.map(({ connection, delivered }) => [connection, delivered])).toEqual([
      ...[
        [0, 0],
        [1, 10],
        [2, 20],
      ],
      ...[
        [3, 30],
        [4, 40],
      ],
    ]);
    expect(read[3]!.activeMs).toBe(1003);
  });

  it("counts the time of a connection that is ready up to now", () => {
    const { plan, cells, on } = aRun(true);
    const [tally, local] = on(3);
    tally.ready(local, 5000);
    tally.ended(local, 5500, true);
    tally.ready(local, 8000);
    const read = readConnections(plan, cells, 9000, 4000)!;
    expect(read[3]).toMatchObject({ opened: 2, ended: 1, readyMs: 1500, isReady: true, activeMs: 4000 });
    expect(read[2]).toMatchObject({ opened: 0, readyMs: 0, isReady: false, activeMs: null });
  });

  it("has the percentiles that its messages are enough for, never above the largest time", () => {
    const { plan, cells, on } = aRun(true);
    const [tally, local] = on(2);
    for (let message = 0; message < 1000; message += 1) tally.took(local, 0, 961);
    const read = readConnections(plan, cells, 9000, 4000)!;
    expect(read[2]!.latencyUs).toMatchObject({ mean: 961, p50: 961, p99: 961, max: 961 });
    expect(read[4]!.latencyUs).toEqual({ count: 0, mean: null, p50: null, p99: null, max: null });
  });

  it("has mean and maximum alone where times are not kept, and nothing where connections have no figures", () => {
    const { plan, cells, on } = aRun(false);
    const [tally, local] = on(1);
    for (let message = 0; message < 2000; message += 1) tally.took(local, 0, 500);
    const read = readConnections(plan, cells, 9000, 4000)!;
    expect(read[1]!.latencyUs).toEqual({ count: 2000, mean: 500, p50: null, p99: null, max: 500 });
    expect(readConnections({ ...plan, connectionFigures: null }, cells, 9000, 4000)).toBeNull();
  });
});
