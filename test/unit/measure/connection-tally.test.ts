import { describe, expect, it } from "vitest";
import { coarseCellOf, coarseCells } from "../../../src/measure/coarse-times.ts";
import { connectionColumn, type ConnectionCells } from "../../../src/measure/connection-cells.ts";
import { CellTally } from "../../../src/measure/connection-tally.ts";
import { allocateWorkerCells, counter, viewWorkerCells } from "../../../src/measure/worker-cells.ts";

const [warmup, load] = [0, 1];

function cellsFor(connections: number, hasTimes = true): ConnectionCells {
  return allocateWorkerCells(2, 0, { connections, hasTimes }).connections!;
}

function rowOf({ counts }: ConnectionCells, connection: number, column: keyof typeof connectionColumn): number {
  return counts[connection * connectionColumn.length + connectionColumn[column]]!;
}

describe("CellTally", () => {
  it("counts what happened on a connection in measured load, and notes when it was last active in any", () => {
    const cells = cellsFor(3);
    const tally = new CellTally(cells, [false, true]);
    tally.sent(1, warmup, 1, 10);
    tally.sent(1, load, 4, 20);
    tally.delivered(1, load, 3, 30);
    tally.delivered(1, load, -1, 31);
    tally.delivered(2, warmup, 1, 40);
    tally.count(1, load, "lost", 2);
    tally.count(1, warmup, "lost", 1);
    tally.count(1, load, "duplicated", 1);
    const of = (column: keyof typeof connectionColumn) => rowOf(cells, 1, column);
    expect([of("sent"), of("delivered"), of("lost"), of("duplicated"), of("reordered")]).toEqual([4, 2, 2, 1, 0]);
    expect([rowOf(cells, 0, "activeMs"), of("activeMs"), rowOf(cells, 2, "activeMs")]).toEqual([0, 31, 40]);
    expect(rowOf(cells, 2, "delivered")).toBe(0);
  });

  it("keeps sum, maximum and times apart by connection, and takes no negative time", () => {
    const cells = cellsFor(2);
    const tally = new CellTally(cells, [false, true]);
    for (const us of [100, 900, -5]) tally.took(1, load, us);
    tally.took(0, load, 7);
    const of = (column: keyof typeof connectionColumn) => rowOf(cells, 1, column);
    expect([of("latencies"), of("latencySumUs"), of("latencyMaxUs")]).toEqual([2, 1000, 900]);
    const times = Array.from(cells.times!.subarray(coarseCells, 2 * coarseCells));
    expect(times.reduce((sum, inCell) => sum + inCell, 0)).toBe(2);
    expect(times[coarseCellOf(900)]).toBe(1);
  });

  it("does without times where there are too many connections", () => {
    const cells = cellsFor(2, false);
    new CellTally(cells, [true, true]).took(1, load, 900);
    expect([cells.times, rowOf(cells, 1, "latencyMaxUs")]).toEqual([null, 900]);
  });

  it("adds up how long a connection was ready, once for each end", () => {
    const cells = cellsFor(1);
    const tally = new CellTally(cells, [true]);
    tally.ready(0, 100);
    tally.ended(0, 350, true);
    tally.ended(0, 360, true);
    tally.ready(0, 400);
    tally.ended(0, 500, false);
    const of = (column: keyof typeof connectionColumn) => rowOf(cells, 0, column);
    expect([of("opened"), of("ended"), of("readyMs"), of("readySinceMs")]).toEqual([2, 1, 350, 0]);
    expect(of("activeMs")).toBe(500);
  });
});

describe("the cells of a worker", () => {
  it("have those of its connections behind all others, seen alike from another thread", () => {
    const size = { connections: 5, hasTimes: true };
    const own = allocateWorkerCells(2, 1, size);
    const seen = viewWorkerCells(own.memory, 2, 1, size);
    own.connections!.counts.fill(3);
    own.connections!.times!.fill(4);
    expect([seen.connections!.counts[69], seen.connections!.times![5 * coarseCells - 1]]).toEqual([3, 4]);
    expect(seen.connections!.counts).toHaveLength(5 * connectionColumn.length);
    expect(seen.classes[0]![1]!.counts[counter.length - 1]).toBe(0);
    expect(own.intervals.at(-1)!.slip.cells.at(-1)).toBe(0);
    expect(allocateWorkerCells(2, 1).connections).toBeNull();
  });
});
