import { describe, expect, it } from "vitest";
import { addShutdowns, buildShutdown } from "../../../src/result/build-shutdown.ts";
import { aCollected, aCollectedPhase, someMessages } from "../../support/a-collected.ts";

const shutdown = { drainMs: 250, connectionsClosed: 10, workersEnded: 2, durationMs: 12 };
const ofMock = {
  ...{ pendingFlushed: 4, pendingDropped: 1, connectionsClosed: 0, backgroundTasksStopped: 2, durationMs: 3 },
};

describe("buildShutdown", () => {
  it("tells of all phases, warm-up included, what the drain still brought and what it did not", () => {
    const phases = [3, 4].map((late) =>
      aCollectedPhase({ messages: someMessages(1000, { late, delivered: 999, lostMissing: 1 }) }),
    );
    const collected = aCollected({ shutdown }, phases);
    expect(buildShutdown(collected)).toEqual({
      generator: { ...shutdown, pendingAnswered: 7, pendingLost: 2 },
      target: null,
    });
    const target = { ...collected.target, shutdown: ofMock };
    expect(buildShutdown({ ...collected, target })?.target).toEqual(ofMock);
  });

  it("is not there while the run goes on", () => {
    expect(buildShutdown(aCollected({ shutdown: null }))).toBeUndefined();
  });
});

describe("addShutdowns", () => {
  it("adds counts and keeps the longest times, and is silent where one of them is", () => {
    const one = { generator: { ...shutdown, pendingAnswered: 7, pendingLost: 2 }, target: ofMock };
    const other = { generator: { ...one.generator, drainMs: 900, durationMs: 1 }, target: null };
    expect(addShutdowns([one, other])).toEqual({
      generator: {
        ...{ drainMs: 900, durationMs: 12, pendingAnswered: 14, pendingLost: 4 },
        ...{ connectionsClosed: 20, workersEnded: 4 },
      },
      target: null,
    });
    expect(addShutdowns([one])).toEqual(one);
    expect(addShutdowns([one, undefined])).toBeUndefined();
  });
});
