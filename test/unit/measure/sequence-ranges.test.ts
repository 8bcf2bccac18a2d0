import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SequenceRanges } from "../../../src/measure/sequence-ranges.ts";

describe("SequenceRanges", () => {
  it("is the set of what was appended and not taken out", () => {
    const steps = fc.array(
      fc.oneof(
        fc.record({ gap: fc.integer({ min: 0, max: 3 }), length: fc.integer({ min: 1, max: 5 }) }),
        fc.record({ remove: fc.integer({ min: 0, max: 60 }) }),
        fc.record({ below: fc.integer({ min: 0, max: 60 }) }),
      ),
    );
    fc.assert(
      fc.property(steps, (all) => {
        const ranges = new SequenceRanges();
        const set = new Set<number>();
        let end = 0;
        for (const step of all) {
          if ("length" in step) {
            ranges.append(end + step.gap, end + step.gap + step.length);
            for (let number = end + step.gap; number < end + step.gap + step.length; number++) set.add(number);
            end += step.gap + step.length;
          } else if ("remove" in step) expect(ranges.remove(step.remove)).toBe(set.delete(step.remove));
          else {
            const told: number[] = [];
            ranges.removeBelow(step.below, (number) => told.push(number));
            expect(told).toEqual([...set].filter((number) => number < step.below).sort((a, b) => a - b));
            for (const number of told) set.delete(number);
          }
          expect(ranges.lowest).toBe(Math.min(...set));
          expect(ranges.highest).toBe(Math.max(...set));
        }
        for (let number = 0; number <= end; number++) expect(ranges.has(number)).toBe(set.has(number));
      }),
    );
  });

  it("costs one stretch for neighbours", () => {
    const ranges = new SequenceRanges();
    ranges.append(1, 1000);
    ranges.append(1000, 2000);
    expect(ranges.stretches).toBe(1);
    ranges.remove(500);
    expect(ranges.stretches).toBe(2);
  });
});
