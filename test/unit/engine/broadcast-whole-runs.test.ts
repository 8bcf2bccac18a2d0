import { describe, expect, it } from "vitest";
import type { BroadcastPlan, Plan } from "../../../src/plan/plan.ts";
import type { RunResult } from "../../../src/result/run-result.ts";
import { expectedFanOut } from "../../../src/statistics/fan-out.ts";
import { aPhasePlan, aPlan } from "../../support/a-collected.ts";
import { useFakeTime } from "../../support/fake-time.ts";
import { MemoryRooms } from "../../support/memory-rooms.ts";
import { WholeRun } from "../../support/whole-run.ts";

const guardMs = 200;
const connect = { ...aPlan().connect, url: "ws://memory/?room={{room}}" };

/** Twelve connections in two rooms over two workers, one publisher in each room, 50 messages a second, 3 s after 1 s. */
function aBroadcast(changes: Partial<BroadcastPlan> = {}, plan: Partial<Plan> = {}): WholeRun<MemoryRooms> {
  const load = { kind: "constant", arrival: "constant", ratePerSecond: 50 } as const;
  const phases = [
    aPhasePlan({ name: "warm-up", measured: false, durationMs: 1000, load }),
    aPhasePlan({ name: "steady", startMs: 1000, durationMs: 3000, load }),
  ];
  return new WholeRun(new MemoryRooms(), {
    mode: "broadcast",
    broadcast: { rooms: 2, publishersPerRoom: 1, excludesPublisher: false, guardMs, ...changes },
    connect,
    segments: [{ connections: 12, phases }],
    ...plan,
  });
}

function sumOver({ phases }: RunResult, read: (phase: RunResult["phases"][number]) => number): number {
  return phases.reduce((sum, phase) => sum + read(phase), 0);
}

describe("a whole broadcast in memory", () => {
  useFakeTime();

  it("expects every message at every connection of its room, and times it from first to last", async () => {
    const run = aBroadcast();
    // The last of a room is 30 ms behind.
    run.target.copiesOf = ({ to }) => [to.number >= 10 ? 30 : 0];
    const { totals, phases, faultyReceivers, generator } = await run.result();
    expect(totals.messages).toMatchObject({ sent: 150, expected: 900, delivered: 900, lost: 0 });
    expect(totals.fanOut).toMatchObject({ reach: 1, receiversPerMessage: 6, timed: 150, incomplete: 0, joins: 12 });
    const { firstUs, medianUs, lastUs, spreadUs } = totals.fanOut!;
    expect([spreadUs.min, spreadUs.max]).toEqual([30_000, 30_000]);
    expect(medianUs.max).toBe(firstUs.max);
    expect(lastUs.min! - firstUs.min!).toBe(30_000);
    expect(phases.map(({ messages }) => messages.expected)).toEqual([300, 900]);
    expect(faultyReceivers).toEqual({ count: 0, worst: [] });
    expect(generator.missedIntervalCounts).toEqual({ sent: 0, delivered: 0, lost: 0 });
  });

  it("publishes no sooner than a guard after the last join", async () => {
    const run = aBroadcast();
    await run.result();
    const joinedMs = Math.max(...run.target.guests.map((guest) => guest.joinedMs));
    expect(run.target.published[0]!.atMs).toBeGreaterThan(joinedMs + guardMs);
  });

  it("expects nothing back where it came from, when that is excluded", async () => {
    const run = aBroadcast({ excludesPublisher: true });
    run.target.copiesOf = ({ from, to }) => (from === to ? [] : [0]);
    const { totals } = await run.result();
    expect(totals.messages).toMatchObject({ sent: 150, expected: 750, delivered: 750 });
    expect(totals.fanOut).toMatchObject({ receiversPerMessage: 5, timed: 150, misrouted: 0 });
  });

  it("finds what is lost or repeated at a single receiver, and says which that is", async () => {
    const run = aBroadcast();
    run.target.copiesOf = ({ to, message }) => {
      if (to.number !== 7 || message % 10 !== 0) return [0];
      return message % 20 === 0 ? [] : [0, 10];
    };
    const result = await run.result();
    const { totals, faultyReceivers, intervals } = result;
    // 25 messages a second in each room: 100 in all, the first 25 of them in the warm-up.
    expect(totals.messages).toMatchObject({ expected: 900, lost: 3, lostMissing: 3, reordered: 0 });
    expect(sumOver(result, ({ messages }) => messages.duplicated)).toBe(5);
    expect(faultyReceivers).toMatchObject({ count: 1, worst: [{ lost: 5, duplicated: 5, reordered: 0 }] });
    expect(totals.fanOut).toMatchObject({ timed: 147, incomplete: 3 });
    expect(intervals.reduce((sum, { lost }) => sum + lost, 0)).toBe(5);
  });

  it("orders each publisher's messages by themselves", async () => {
    const run = aBroadcast({ publishersPerRoom: 2 });
    // What some publishers say comes 100 ms late everywhere, and every tenth message of a room 150 ms later.
    run.target.copiesOf = ({ from, message }) => [(from.number % 3 === 0 ? 100 : 0) + (message % 10 === 0 ? 150 : 0)];
    const result = await run.result();
    expect(result.totals.messages).toMatchObject({ lost: 0, delivered: 900 });
    // Each is overtaken by its publisher's next, sent 80 ms later, at six receivers.
    expect(sumOver(result, ({ messages }) => messages.reordered)).toBe(20 * 6);
  });

  it("counts joins and leaves as the method does, for every receiver there was", async () => {
    const reconnect = { baseMs: 50, maxMs: 100, maxAttempts: null, bufferMessages: null, breaker: null, resume: null };
    const run = aBroadcast({}, { connect: { ...connect, reconnect } });
    // Leaves, and so joins, at various times of the load, some soon after each other.
    const dismissals = [
      [900, 5],
      [300, 6],
      [150, 7],
      [700, 12],
      [450, 9],
      [20, 8],
      [600, 14],
    ] as const;
    for (const [afterMs, number] of dismissals) {
      await run.after(afterMs);
      const guest = run.target.guests[number];
      if (guest?.leftMs === null) run.target.dismiss(guest);
    }
    const result = await run.result();
    const { guests, published } = run.target;
    expect(guests.length).toBeGreaterThan(16);
    const counted = ["r1", "r2"].map((name) =>
      expectedFanOut(
        guests
          .filter(({ room }) => room === name)
          .map(({ number, joinedMs, leftMs }) => ({ id: `${number}`, joined: joinedMs, left: leftMs })),
        published.filter(({ room }) => room === name).map(({ atMs }) => atMs),
        null,
        guardMs,
      ),
    );
    const expected = counted.reduce((sum, room) => sum + room.expected, 0);
    expect(sumOver(result, ({ messages }) => messages.expected)).toBe(expected);
    expect(sumOver(result, ({ messages }) => messages.delivered)).toBe(expected);
    expect(sumOver(result, ({ fanOut }) => fanOut!.joins)).toBe(guests.length);
    expect(sumOver(result, ({ fanOut }) => fanOut!.leaves)).toBe(guests.length - 12);
    expect(sumOver(result, ({ fanOut }) => fanOut!.indeterminate)).toBeGreaterThan(20);
    expect(sumOver(result, ({ fanOut }) => fanOut!.timed + fanOut!.unsettled)).toBe(published.length);
  });

  it("loses with a connection what it was surely owed", async () => {
    const run = aBroadcast();
    run.target.copiesOf = ({ to }) => [to.number === 4 ? 500 : 0];
    await run.after(2500);
    const guest = run.target.guests[4]!;
    run.target.dismiss(guest);
    const result = await run.result();
    // It was half a second behind, and what was sent within the guard of its leaving counts neither way.
    const leftMs = guest.leftMs!;
    const lost = run.target.published.filter(
      ({ room, atMs }) => room === guest.room && atMs + 505 > leftMs && atMs <= leftMs - guardMs,
    );
    expect(lost.length).toBeGreaterThan(5);
    expect(sumOver(result, ({ messages }) => messages.lostClosed)).toBe(lost.length);
    expect(sumOver(result, ({ messages }) => messages.lostMissing)).toBe(0);
    expect(result.totals.fanOut!.leaves).toBe(1);
  });

  it("adds up over connections that come and go from segment to segment", async () => {
    const segment = (name: string, connections: number) => ({
      connections,
      phases: [aPhasePlan({ name, durationMs: 1000 })],
    });
    const run = aBroadcast({}, { segments: [segment("a", 4), segment("b", 8), segment("c", 6)] });
    const { phases } = await run.result();
    expect(phases.map(({ messages }) => messages.expected)).toEqual([200, 400, 300]);
    expect(phases.map(({ fanOut }) => [fanOut!.joins, fanOut!.leaves])).toEqual([
      [4, 0],
      [4, 0],
      [0, 0],
    ]);
  });

  it("adds up when it is cut short", async () => {
    const run = aBroadcast();
    await run.after(2345);
    run.run.stop({ kind: "interrupted", signal: "SIGINT" });
    const { totals, end } = await run.result();
    expect(end.kind).toBe("interrupted");
    expect(totals.messages.expected).toBe(totals.messages.sent * 6);
  });
});
