import { describe, expect, it } from "vitest";
import { makeStampReader } from "../../../src/engine/worker/stamp-reader.ts";
import type { StreamClock } from "../../../src/plan/plan.ts";

const sent = { kind: "text", before: '"t":', after: "" } as const;
const epochMs = 1_700_000_000_500;

function latencyOf(clock: StreamClock, stamp: string, clockBoundMs: number | null = null): number {
  const bytes = Buffer.from(`{"t":${stamp}}`);
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const reader = makeStampReader({ kind: "measured", sent, clock, clockBoundMs }, () => epochMs);
  return reader.latencyMs(view, 0, bytes.length, 5000.25);
}

describe("the time from a stamp to receipt", () => {
  it.each([
    ["monotonic-us", "5000000", 0.25],
    ["monotonic-us", "5001000", -0.75],
    ["epoch-ms", "1700000000480", 20],
    // The wall clock knows whole milliseconds: what the stamp has beyond is left out, so that no time is below 0.
    ["epoch-us", "1700000000500999", 0],
    ["epoch-s", "1700000000.4807", 20],
    ["epoch-s", "1700000000", 500],
  ] as const)("of the clock %s, stamped %s, is %d ms", (clock, stamp, latencyMs) => {
    expect(latencyOf(clock, stamp)).toBeCloseTo(latencyMs, 6);
  });

  it("is none where a stamp is ahead by no more than two clocks are stated to be apart, and below 0 beyond", () => {
    const latencies = ["1700000000495", "1700000000502", "1700000000510", "1700000000511"].map((stamp) =>
      latencyOf("epoch-ms", stamp, 10),
    );
    expect(latencies).toEqual([5, 0, 0, -11]);
  });

  it("is not known without a stamp", () => {
    expect(latencyOf("epoch-ms", '"no"')).toBeNaN();
  });
});
