import { describe, expect, it } from "vitest";
import { choosesJob } from "../../../src/plan/job-choice.ts";
import type { JobChoice } from "../../../src/plan/plan.ts";

const positions = Array.from({ length: 1000 }, (_, index) => index + 1);
const chosen = (choice: JobChoice, seed = 1, key = 0) =>
  positions.filter((position) => choosesJob(choice, seed, key, position));

describe("which jobs are chosen", () => {
  it("none, or those at positions of each key", () => {
    expect(chosen({ kind: "none" })).toEqual([]);
    expect(chosen({ kind: "positions", positions: [3, 10] }, 1, 7)).toEqual([3, 10]);
  });

  it("a share of them: the same for the same seed, others for another and for another key", () => {
    const share: JobChoice = { kind: "share", ratio: 0.1 };
    const some = chosen(share);
    expect(some.length).toBeGreaterThan(70);
    expect(some.length).toBeLessThan(130);
    expect(chosen(share)).toEqual(some);
    expect(chosen(share, 2)).not.toEqual(some);
    expect(chosen(share, 1, 1)).not.toEqual(some);
    expect(chosen({ kind: "share", ratio: 1 })).toHaveLength(1000);
    expect(chosen({ kind: "share", ratio: 0 })).toEqual([]);
  });
});
