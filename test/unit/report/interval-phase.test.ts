import { describe, expect, it } from "vitest";
import { phaseOfInterval } from "../../../src/report/interval-phase.ts";
import { samplePhase } from "../../support/sample-result.ts";

const phases = [
  samplePhase("warm-up", 100, 2, 200, { measured: false }),
  samplePhase("steady", 2100, 3, 300),
  samplePhase("wider", 9000, 2, 200, { segment: 1 }),
];

describe("phaseOfInterval", () => {
  it.each([
    [100, 1000, 0, "warm-up"],
    // Half a millisecond early is what is left of adding up doubles.
    [2099.9995, 1000, 0, "steady"],
    [4100, 1000, 0, "steady"],
    // Two fifths of this second are of the warm-up.
    [1700, 1000, 0, "steady"],
    [5100, 200, 0, "steady"],
    [9000, 1000, 1, "wider"],
  ])("the second at %d ms, %d ms long, of segment %d is of %s", (tMs, lengthMs, segment, name) => {
    expect(phaseOfInterval({ tMs, lengthMs, segment }, phases)?.name).toBe(name);
  });

  it("is none when the segment has no phase in the result", () => {
    expect(phaseOfInterval({ tMs: 0, lengthMs: 1000, segment: 2 }, phases)).toBeUndefined();
  });
});
