import { describe, expect, it } from "vitest";
import { PairExceptions } from "../../../src/measure/pair-exceptions.ts";

/** Takes out what is missing of pair 1 below `limit`. */
function taken(exceptions: PairExceptions, limit: number): readonly (readonly [number, boolean])[] {
  const told: (readonly [number, boolean])[] = [];
  exceptions.takeMissing(1, limit, (sequence, wasCorrupt) => told.push([sequence, wasCorrupt]));
  return told;
}

describe("PairExceptions", () => {
  it("says of a pair it knows nothing of that nothing is missing", () => {
    const exceptions = new PairExceptions(10);
    expect(exceptions.has(1)).toBe(false);
    expect([exceptions.fromOf(1), exceptions.lowestMissing(1), exceptions.highestMissing(1)]).toEqual([
      ...[1, Infinity, -Infinity],
    ]);
    expect([exceptions.isMissing(1, 5), exceptions.removeMissing(1, 5), taken(exceptions, 9)]).toEqual([
      false,
      false,
      [],
    ]);
  });

  it("keeps what is missing of each pair apart", () => {
    const exceptions = new PairExceptions(10);
    exceptions.addMissing(1, 3, 6);
    exceptions.addMissing(2, 8, 9);
    exceptions.addMissing(3, 4, 4);
    expect([1, 2].map((pair) => [exceptions.lowestMissing(pair), exceptions.highestMissing(pair)])).toEqual([
      [3, 5],
      [8, 8],
    ]);
    expect(exceptions.isMissing(2, 4)).toBe(false);
    expect([...exceptions.pairs()]).toEqual([1, 2]);
    exceptions.clear(1);
    expect([...exceptions.pairs()]).toEqual([2]);
  });

  it("tells what is missing once, lowest first, and of which a broken copy came", () => {
    const exceptions = new PairExceptions(10);
    exceptions.addMissing(1, 3, 6);
    exceptions.addCorrupt(1, 4);
    expect(exceptions.removeMissing(1, 5)).toBe(true);
    expect(taken(exceptions, 9)).toEqual([
      [3, false],
      [4, true],
    ]);
    expect(taken(exceptions, 9)).toEqual([]);
  });

  it("forgets a broken copy when a sound one comes", () => {
    const exceptions = new PairExceptions(10);
    exceptions.addCorrupt(1, 1);
    exceptions.forgetCorrupt(1, 1);
    exceptions.addMissing(1, 1, 2);
    expect(taken(exceptions, 9)).toEqual([[1, false]]);
  });

  it("says when more is remembered than was agreed, until that is taken out", () => {
    const exceptions = new PairExceptions(2);
    for (const from of [1, 3, 5]) exceptions.addMissing(from % 2, from, from + 1);
    expect(exceptions.isOverfull).toBe(true);
    exceptions.takeMissing(1, 4, () => undefined);
    expect(exceptions.isOverfull).toBe(false);
  });

  it("counts stretches, however long, and what joins two of them", () => {
    const exceptions = new PairExceptions(2);
    exceptions.addMissing(1, 1, 1_000_000);
    exceptions.removeMissing(1, 500);
    expect(exceptions.isOverfull).toBe(false);
    exceptions.removeMissing(1, 900);
    expect(exceptions.isOverfull).toBe(true);
    exceptions.clear(1);
    expect(exceptions.isOverfull).toBe(false);
  });

  it("remembers where a receiver came in", () => {
    const exceptions = new PairExceptions(2);
    exceptions.startFrom(1, 40);
    expect([exceptions.fromOf(1), exceptions.fromOf(2)]).toEqual([40, 1]);
  });
});
