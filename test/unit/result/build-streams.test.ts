import { describe, expect, it } from "vitest";
import type { CollectedStreams } from "../../../src/engine/collected-streams.ts";
import type { OneWayPlan } from "../../../src/plan/plan.ts";
import { addStreams, buildStreams } from "../../../src/result/build-streams.ts";
import { aCollectedPhase, aHistogram, aPhasePlan } from "../../support/a-collected.ts";
import { plainStream } from "../../support/streaming-worker.ts";

const seen: CollectedStreams = {
  streams: [0, 2, 4, 6],
  seen: [9000, 10_000, 7000, 10_000],
  windowMs: [10_000, 10_000, 10_000, 10_000],
  longestSilenceMs: [12, 900, 40, 15],
  ...{
    gaps: 3,
    longestGap: 7,
    restarts: 1,
    repeated: 0,
    tooLarge: 0,
    outside: 5,
    endsTold: 4,
    overtold: 0,
    faulty: [],
    slow: null,
  },
};
const phases = [
  aCollectedPhase({ plan: aPhasePlan({ measured: false }), interArrivalUs: aHistogram([5]) }),
  aCollectedPhase({ interArrivalUs: aHistogram([0, 1000, 1000]) }),
];
const built = (promisedPerSecond: number | null = 1000, oneWay: OneWayPlan = plainStream.oneWay) =>
  buildStreams({ ...plainStream, promisedPerSecond, oneWay }, { phases }, seen, true);

describe("what is said of streams", () => {
  it("is the rates over the streams, with the slowest and the most silent by their numbers", () => {
    expect(built()).toMatchObject({
      count: 4,
      promisedPerSecond: 1000,
      seenPerSecond: { min: 700, median: 950, max: 1000 },
      slowest: { stream: 4, seenPerSecond: 700 },
      longestSilenceMs: 900,
      longestSilenceStream: 2,
      ...{ gaps: 3, longestGapMessages: 7, restarts: 1, outsideMessages: 5, endsTold: 4 },
    });
  });

  it("says how many messages were a past that came once more, where there were any", () => {
    expect(built().repeatedMessages).toBeUndefined();
    const repeating = buildStreams(plainStream, { phases }, { ...seen, repeated: 4 }, true);
    expect(repeating.repeatedMessages).toBe(4);
    expect(addStreams([built(), repeating])?.repeatedMessages).toBe(4);
  });

  it("counts those that gave less than 95 % of their promise, where there is one", () => {
    expect(built().belowPromise).toBe(2);
    expect(built(null).belowPromise).toBeNull();
  });

  it("takes the times between arrivals from measured phases alone", () => {
    expect(built().interArrivalUs).toMatchObject({ count: 3, min: 0, max: 1000 });
  });

  it("says by which clocks the one-way latency is, or why there is none", () => {
    const sent = { kind: "text", before: '"t":', after: "" } as const;
    const note = (clock: "epoch-ms" | "monotonic-us", clockBoundMs: number | null) =>
      built(null, { kind: "measured", sent, clock, clockBoundMs }).oneWay;
    expect(note("monotonic-us", null)).toEqual({
      isMeasured: true,
      note: "from the target's stamp to receipt, both by the clock of this machine",
    });
    expect(note("epoch-ms", 2).note).toBe(
      "from the target's stamp to receipt, by two clocks that are stated to be within 2 ms of each other, in whole milliseconds; a stamp that is ahead by no more than that counts as no time",
    );
    expect(built().oneWay).toEqual({ isMeasured: false, note: "a test" });
  });

  it("is nothing where no stream was in measured load", () => {
    const none = { ...seen, streams: [], seen: [], windowMs: [], longestSilenceMs: [] };
    expect(buildStreams(plainStream, { phases }, none, true)).toMatchObject({
      ...{ count: 0, seenPerSecond: null, slowest: null, longestSilenceMs: null, longestSilenceStream: null },
    });
  });

  it("adds up over several generators, but for a median, which medians do not tell", () => {
    expect(addStreams([built(), built()])).toMatchObject({
      ...{ count: 8, belowPromise: 4, gaps: 6, longestGapMessages: 7, restarts: 2, outsideMessages: 10, endsTold: 8 },
      seenPerSecond: { min: 700, median: null, max: 1000 },
      slowest: { stream: 4, seenPerSecond: 700 },
      interArrivalUs: { count: 6 },
    });
    expect(addStreams([built(), undefined])).toBeUndefined();
    expect(addStreams([undefined])).toBeUndefined();
  });
});
