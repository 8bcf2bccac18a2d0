import { describe, expect, it } from "vitest";
import { applicableThresholds, type MeasuringMode } from "../../../src/verdict/applicable-thresholds.ts";
import { parseThreshold } from "../../../src/verdict/threshold.ts";

const echo: MeasuringMode = { mode: "echo", knowsDelivery: true };
const keep = (measuring: MeasuringMode, source: string, ...texts: string[]) =>
  applicableThresholds(
    texts.map((text) => parseThreshold(text, source)),
    measuring,
    (threshold) => threshold.source === "--threshold",
  );

describe("applicableThresholds", () => {
  it("leaves out what a profile asks of the schedule of a closed loop, and says so", () => {
    const { thresholds, notes } = keep(
      { ...echo, isClosedLoop: true },
      "ci.yaml:3",
      ...["rate.achieved>=0.95", "slip.p99<5ms", "rate.delivered>=1/s"],
    );
    expect(thresholds.map(({ text }) => text)).toEqual(["rate.delivered>=1/s"]);
    expect(notes).toEqual([
      "threshold rate.achieved>=0.95 (ci.yaml:3) is left out: a closed loop has no schedule",
      "threshold slip.p99<5ms (ci.yaml:3) is left out: a closed loop has no schedule",
    ]);
  });

  it("refuses the same when a flag asks for it", () => {
    expect(() => keep({ ...echo, isClosedLoop: true }, "--threshold", "rate.achieved>=0.95")).toThrow(
      "a closed loop has no schedule",
    );
    expect(() => keep(echo, "--threshold", "rate.achieved>=0.95")).not.toThrow();
  });

  it("leaves out what mode connect cannot measure", () => {
    expect(
      keep({ ...echo, mode: "connect" }, "ci.yaml:3", "rate.achieved>=0.95", "connect.p99<1s").thresholds,
    ).toHaveLength(1);
  });
});
