import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { GapList, gapKind } from "../../../src/measure/gap-list.ts";

function runsOf(gaps: GapList): readonly (readonly [number, number, number])[] {
  return Array.from({ length: gaps.length }, (_, i) => [gaps.from[i]!, gaps.to[i]!, gaps.corrupt[i]!] as const);
}

describe("the runs of what is missing", () => {
  it("shrink from either side, split in the middle and vanish", () => {
    const gaps = new GapList();
    gaps.open(5, 9, 1, 0, gapKind.skipped, 0);
    for (const sequence of [5, 9, 7]) gaps.fill(gaps.find(sequence), sequence);
    expect(runsOf(gaps)).toEqual([
      [6, 6, 0],
      [8, 8, 0],
    ]);
    expect(gaps.find(7)).toBe(-1);
    for (const sequence of [6, 8]) gaps.fill(gaps.find(sequence), sequence);
    expect(gaps.length).toBe(0);
  });

  it("never hold more broken messages than are missing", () => {
    const gaps = new GapList();
    gaps.open(5, 7, 1, 0, gapKind.skipped, 9);
    expect(runsOf(gaps)).toEqual([[5, 7, 3]]);
    gaps.fill(0, 6);
    expect(runsOf(gaps).map(([, , corrupt]) => corrupt)).toEqual([1, 1]);
  });

  it("know exactly what has not come, in whatever order the rest came", () => {
    const opened = fc.array(fc.tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 9 })), {
      maxLength: 30,
    });
    fc.assert(
      fc.property(opened, fc.array(fc.nat(300)), (runs, copies) => {
        const gaps = new GapList();
        const missing = new Set<number>();
        let at = 0;
        for (const [skip, length] of runs) {
          at += skip;
          gaps.open(at, at + length - 1, 0, 0, gapKind.skipped, 0);
          for (let sequence = at; sequence < at + length; sequence += 1) missing.add(sequence);
          at += length;
        }
        for (const sequence of copies) {
          const index = gaps.find(sequence);
          expect(index >= 0).toBe(missing.has(sequence));
          if (index >= 0) gaps.fill(index, sequence);
          missing.delete(sequence);
        }
        const left = runsOf(gaps).flatMap(([from, to]) => Array.from({ length: to - from + 1 }, (_, i) => from + i));
        expect(left).toEqual([...missing].sort((a, b) => a - b));
      }),
    );
  });
});
