import { describe, expect, it } from "vitest";
import { disagreeingCounts } from "../../../src/result/disagreeing-counts.ts";

type Count = Parameters<typeof disagreeingCounts>[0]["counts"][number];

const disagrees = (count: Count["count"], target: number, clients: number, untold?: number): boolean =>
  disagreeingCounts({
    ...{ isCompared: true, note: "", disagreements: 0, counts: [{ count, target, clients }] },
    ...(untold === undefined ? {} : { untold }),
  }).length === 1;

describe("counts of the target beside those of its clients", () => {
  it("disagree as soon as they differ, where every word of the target arrived", () => {
    expect(disagrees("completed", 10, 10)).toBe(false);
    expect(disagrees("completed", 11, 10)).toBe(true);
    expect(disagrees("submitted", 9, 10)).toBe(true);
  });

  it("may be larger by the jobs whose connection ended, and no more, since nobody was told of these", () => {
    expect(disagrees("completed", 13, 10, 3)).toBe(false);
    expect(disagrees("completed", 14, 10, 3)).toBe(true);
    expect(disagrees("completed", 9, 10, 3)).toBe(true);
  });

  it("may be smaller by as many in jobs handed in, since these may not have arrived", () => {
    expect(disagrees("submitted", 7, 10, 3)).toBe(false);
    expect(disagrees("submitted", 6, 10, 3)).toBe(true);
    expect(disagrees("submitted", 11, 10, 3)).toBe(true);
  });
});
