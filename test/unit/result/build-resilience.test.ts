import { describe, expect, it } from "vitest";
import type { CollectedResilience } from "../../../src/engine/collected-resilience.ts";
import type { ConnectPlan } from "../../../src/plan/plan.ts";
import { addResilience, buildResilience } from "../../../src/result/build-resilience.ts";
import { aCollectedPhase, aHistogram, aPlan, noOutages } from "../../support/a-collected.ts";

const breaker = { failures: 5, cooldownMs: 1000, whileOpen: "queue" } as const;
const connect: ConnectPlan = {
  ...aPlan().connect,
  reconnect: { baseMs: 100, maxMs: 1000, maxAttempts: null, bufferMessages: 100, breaker, resume: null },
};
const phases = [
  aCollectedPhase({
    outageCounts: { ...noOutages, outages: 3, onPurpose: 1, returned: 2, retries: 4, retriesSucceeded: 2 },
    recoveryUs: aHistogram([1000, 5000]),
  }),
  aCollectedPhase({
    outageCounts: { ...noOutages, outages: 1, returned: 1, buffered: 150, bufferSent: 100, bufferOverflowed: 50 },
    recoveryUs: aHistogram([9000]),
  }),
];
const counts = { opens: 1, halfOpens: 1, closes: 1, openMs: 400 };
const seen: CollectedResilience = {
  herds: [{ startMs: 10, connections: 3, allBackMs: 500 }],
  bufferHighWater: 100,
  breakers: [
    { worker: 0, ...counts, state: "closed", changes: [{ tMs: 20, state: "open" }] },
    { worker: 1, ...counts, state: "open", changes: [{ tMs: 15, state: "open" }] },
  ],
};
const built = (resilience: CollectedResilience | null = seen) =>
  buildResilience(connect, { phases, resilience }, true)!;

describe("what is said of outages", () => {
  it("is the sum over all phases, with the shares that came back and succeeded", () => {
    expect(built()).toMatchObject({
      ...{ outages: 4, onPurpose: 1, returned: 3, returnedRatio: 0.75 },
      recoveryUs: { count: 3, min: 1000, max: 9000 },
      retry: { attempts: 4, successes: 2, successRatio: 0.5, givenUp: 0 },
      buffer: { limit: 100, buffered: 150, sentLater: 100, overflowed: 50, highWater: 100 },
      herds: [{ startMs: 10, connections: 3, allBackMs: 500 }],
    });
  });

  it("adds the breakers of all workers, and puts their changes in time order", () => {
    expect(built().breaker).toEqual({
      ...{ ...breaker, opens: 2, halfOpens: 2, closes: 2, openMs: 800, held: 0, rejected: 0, notClosedAtEnd: 1 },
      changes: [
        { tMs: 15, worker: 1, state: "open" },
        { tMs: 20, worker: 0, state: "open" },
      ],
    });
  });

  it("is nothing where connections are not opened again, and has no shares of nothing", () => {
    expect(buildResilience(aPlan().connect, { phases, resilience: null }, true)).toBeUndefined();
    const quiet = buildResilience(connect, { phases: [aCollectedPhase()], resilience: null }, true);
    expect(quiet).toMatchObject({ outages: 0, returnedRatio: null, retry: { successRatio: null }, herds: [] });
  });

  it("tells of sessions where they are asked for, and what has come to no end of those interrupted", () => {
    expect(built().sessions).toBeNull();
    const resume = { session: { kind: "path", keys: ["sid"] }, firstMessages: [], refused: null } as const;
    const asking: ConnectPlan = {
      ...connect,
      reconnect: { ...connect.reconnect!, resume: { ...resume, resumed: { kind: "text", pattern: "ok", flags: "" } } },
    };
    const outageCounts = {
      ...{ ...noOutages, outages: 12, sessionsInterrupted: 10, sessionsResumed: 4, sessionsLost: 3 },
      ...{ sessionsUnknown: 1, sessionsUnnamed: 2, heldAnswered: 20, heldLostResumed: 5, heldLostWithSession: 6 },
    };
    const told = buildResilience(asking, { phases: [aCollectedPhase({ outageCounts })], resilience: null }, true)!;
    expect(told.sessions).toEqual({
      ...{ interrupted: 10, resumed: 4, resumedRatio: 0.4, lost: 3, unknown: 1, undecided: 2, unnamed: 2 },
      inFlight: { messages: 31, answeredLater: 20, lostThoughResumed: 5, lostWithSession: 6 },
    });
    expect(addResilience([told, told])!.sessions).toEqual({
      ...{ interrupted: 20, resumed: 8, resumedRatio: 0.4, lost: 6, unknown: 2, undecided: 4, unnamed: 4 },
      inFlight: { messages: 62, answeredLater: 40, lostThoughResumed: 10, lostWithSession: 12 },
    });
    expect(addResilience([told, built()])!.sessions).toBeNull();
  });

  it("of several generators adds up, and is not told as soon as one does not tell", () => {
    expect(addResilience([built(), built()])).toMatchObject({
      ...{ outages: 8, returned: 6, returnedRatio: 0.75, recoveryUs: { count: 6 } },
      buffer: { buffered: 300, highWater: 100 },
      breaker: { opens: 4, notClosedAtEnd: 2 },
    });
    expect(addResilience([built(), undefined])).toBeUndefined();
  });
});
