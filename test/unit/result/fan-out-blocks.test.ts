import { describe, expect, it } from "vitest";
import type { CollectedPhase, FanOutCounts } from "../../../src/engine/collected-phase.ts";
import { addResults } from "../../../src/result/add-results.ts";
import { brokenIdentities } from "../../../src/result/check-identities.ts";
import type { RunResult } from "../../../src/result/run-result.ts";
import { aCollected, aCollectedPhase, aHistogram, aPhasePlan, plausibleTimes } from "../../support/a-collected.ts";
import { aResult } from "../../support/a-result.ts";

const timed = 90;

function aFanOut(changes: Partial<FanOutCounts> = {}): FanOutCounts {
  return {
    ...{ presentAtSend: 1000, indeterminate: 0, indeterminateDelivered: 0, misrouted: 0, joins: 10, leaves: 0 },
    ...{ timed, incomplete: 10, unsettled: 0 },
    firstUs: aHistogram(plausibleTimes(timed, 300)),
    medianUs: aHistogram(plausibleTimes(timed, 500)),
    nearlyAllUs: aHistogram(plausibleTimes(timed, 700)),
    lastUs: aHistogram(plausibleTimes(timed, 800)),
    spreadUs: aHistogram(plausibleTimes(timed, 400)),
    ...changes,
  };
}

/** 100 messages to 10 receivers each, of which 20 pairs did not meet. */
function aBroadcastPhase(fanOut: Partial<FanOutCounts> = {}, changes: Partial<CollectedPhase> = {}): CollectedPhase {
  const counts = { sent: 100, expected: 1000, delivered: 980, lostMissing: 20, deliveredInWindow: 980 };
  return aCollectedPhase({ fanOut: aFanOut(fanOut), ...changes }, counts);
}

function aBroadcast(phases: readonly CollectedPhase[], changes: Parameters<typeof aResult>[0] = {}): RunResult {
  const broadcast = { rooms: 2, publishersPerRoom: 1, excludesPublisher: false, guardMs: 200 };
  return aResult({ ...changes, plan: { mode: "broadcast", broadcast, ...changes.plan }, phases });
}

/** As a bug would leave it. */
function brokenIn(phases: readonly CollectedPhase[], changes: Parameters<typeof aResult>[0] = {}): string {
  return brokenIdentities(aBroadcast(phases, { ...changes, isUnchecked: true })).join("; ");
}

describe("the result of a broadcast", () => {
  it("has reach, receivers and times of whole messages", () => {
    const { totals, config } = aBroadcast([aBroadcastPhase()]);
    expect(totals.messages).toMatchObject({ sent: 100, expected: 1000, delivered: 980, lost: 20 });
    expect(totals.fanOut).toMatchObject({ reach: 0.98, receiversPerMessage: 10, timed, joins: 10 });
    expect(totals.fanOut!.lastUs.count).toBe(timed);
    expect(config.broadcast).toEqual({ rooms: 2, publishersPerRoom: 1, excludesPublisher: false, guardMs: 200 });
  });

  it("takes messages of the measured phases, but joins and leaves of all", () => {
    const warmup = aPhasePlan({ name: "warmup", measured: false });
    const later = aPhasePlan({ startMs: 10_000 });
    const phases = [aBroadcastPhase({ leaves: 1 }, { plan: warmup }), aBroadcastPhase({ joins: 1 }, { plan: later })];
    expect(aBroadcast(phases).totals.fanOut).toMatchObject({ presentAtSend: 1000, timed, joins: 11, leaves: 1 });
  });

  it("is added to others count by count, its times as histograms", () => {
    const one = aBroadcast([aBroadcastPhase()]);
    const other = aBroadcast([aBroadcastPhase()], { plan: { runId: "aRunId-0002" } });
    const { totals } = addResults([one, other], { name: "floodgate", version: "0.1.0", wsVersion: "8" });
    expect(totals.fanOut).toMatchObject({
      reach: 0.98,
      receiversPerMessage: 10,
      presentAtSend: 2000,
      timed: 2 * timed,
    });
    expect(totals.fanOut!.firstUs.count).toBe(2 * timed);
    expect(totals.fanOut!.firstUs.max).toBe(one.totals.fanOut!.firstUs.max);
  });

  it("names the rooms of receivers that had faults", () => {
    const worst = [{ connection: 3, room: 1, lost: 20, duplicated: 0, reordered: 0, misrouted: 0 }];
    const result = aBroadcast([aBroadcastPhase()], { collected: { faultyReceivers: { count: 1, worst } } });
    expect(result.faultyReceivers).toEqual({ count: 1, worst: [{ ...worst[0]!, room: "r2" }] });
  });

  it("has nothing of it in other modes", () => {
    expect(aResult().totals.fanOut).toBeUndefined();
    expect(aResult().faultyReceivers).toBeUndefined();
  });
});

describe("the two accounts of a broadcast", () => {
  it("agree, but for what nobody can say", () => {
    expect(brokenIn([aBroadcastPhase()])).toBe("");
    expect(brokenIn([aBroadcastPhase({ presentAtSend: 1003, indeterminate: 3 })])).toBe("");
  });

  it.each([
    [{ presentAtSend: 999 }, "receivers were owed 1000 and perhaps 0 more, but 999 were there"],
    [{ presentAtSend: 1004, indeterminate: 3 }, "receivers were owed 1000 and perhaps 3 more, but 1004 were there"],
    [{ indeterminate: 1, indeterminateDelivered: 2 }, "more of the indeterminate 1 met than there are, 2"],
    [{ incomplete: 11 }, "101 messages were followed, but 100 sent"],
    [{ timed: 89 }, "90 times of 89 messages"],
  ])("are found out when they do not: %j", (changes, sentence) => {
    expect(brokenIn([aBroadcastPhase(changes)])).toContain(sentence);
  });

  it("count the times of deliveries that were taken back", () => {
    const latencyUs = aHistogram(plausibleTimes(982, 500));
    const taken = { indeterminate: 5, indeterminateDelivered: 2, presentAtSend: 1004 };
    const times = { latencyUs, serviceUs: latencyUs };
    expect(brokenIn([aBroadcastPhase(taken, times)])).not.toContain("latencyUs.count");
    expect(brokenIn([aBroadcastPhase({}, times)])).toContain(
      "latencyUs.count 982 is not the number of its messages, 980",
    );
  });

  it("need not agree where a worker was lost with the word of its receivers", () => {
    const lostWorkers = [{ index: 1, reason: "killed" }];
    const generator = { ...aCollected().generator, lostWorkers };
    expect(brokenIn([aBroadcastPhase({ presentAtSend: 900 })], { collected: { generator } })).not.toContain(
      "were owed",
    );
  });
});
