import { describe, expect, it } from "vitest";
import type { Plan } from "../../../src/plan/plan.ts";
import { aPhasePlan, aPlan } from "../../support/a-collected.ts";
import { useFakeTime } from "../../support/fake-time.ts";
import { MemoryTarget } from "../../support/memory-target.ts";
import { WholeRun as AnyWholeRun } from "../../support/whole-run.ts";

/** Against a target that answers. */
class WholeRun extends AnyWholeRun<MemoryTarget> {
  constructor(changes: Partial<Plan> = {}) {
    super(new MemoryTarget(), changes);
  }
}

function sumOf<T>(all: readonly T[], read: (each: T) => number): number {
  return all.reduce((sum, each) => sum + read(each), 0);
}

const nothing = { sent: 0, delivered: 0, lost: 0 };

const { connect } = aPlan();
const reconnect = { baseMs: 50, maxMs: 100, maxAttempts: null, bufferMessages: null, breaker: null, resume: null };
const twoSegments = {
  segments: [
    { connections: 4, phases: [aPhasePlan({ durationMs: 1000 })] },
    { connections: 8, phases: [aPhasePlan({ durationMs: 2000 })] },
  ],
};
const cutOff = { opened: true, closeCode: 1006, closeReason: "", failure: undefined } as const;

describe("a whole run in memory", () => {
  useFakeTime();

  it("sends its schedule, finds every answer, and has all of it in its seconds", async () => {
    const run = new WholeRun();
    const { totals, phases: measured, intervals, generator } = await run.result();
    expect(totals.messages).toMatchObject({ offered: 400, sent: 400, delivered: 400, lost: 0 });
    expect(measured.map(({ messages }) => messages.sent)).toEqual([150, 400]);
    expect(intervals.map(({ sent }) => sent)).toEqual([100, 100, 100, 100, 100, 50]);
    expect(sumOf(intervals, ({ latencyUs }) => latencyUs.count)).toBe(550);
    expect(generator).toMatchObject({ missedIntervalSamples: 0, missedIntervalCounts: nothing });
  });

  it("has every loss in the second the message was due in", async () => {
    const run = new WholeRun();
    run.target.copiesOf = (number) => (number % 5 === 0 ? 0 : 1);
    const { phases: all, intervals, generator } = await run.result();
    expect(sumOf(all, ({ messages }) => messages.lost)).toBe(110);
    expect(intervals.map(({ lost }) => lost)).toEqual([20, 20, 20, 20, 20, 10]);
    expect(generator.missedIntervalCounts).toEqual(nothing);
  });

  it("adds up over a run longer than the ring of seconds, with answers later than the ring reaches", async () => {
    const load = { kind: "constant", arrival: "constant", ratePerSecond: 4 } as const;
    const long = [aPhasePlan({ durationMs: 40_000, load })];
    const run = new WholeRun({
      segments: [{ connections: 6, phases: long }],
      drain: { kind: "fixed", durationMs: 25_000 },
    });
    run.target.answerAfterMs = 20_000;
    const { totals, intervals, generator } = await run.result();
    expect(totals.messages).toMatchObject({ sent: 160, delivered: 160, late: 80 });
    expect(intervals.map(({ latencyUs }) => latencyUs.count)).toEqual(Array(40).fill(4));
    expect(generator).toMatchObject({ missedIntervalSamples: 0, missedIntervalCounts: nothing });
  });

  it("adds up over segments that follow each other", async () => {
    const short = [aPhasePlan({ durationMs: 2500 })];
    const run = new WholeRun({
      segments: [
        { connections: 4, phases: short },
        { connections: 6, phases: [aPhasePlan({ durationMs: 1500, load: { kind: "max", inFlight: 2 } })] },
      ],
    });
    const { totals, intervals, generator } = await run.result();
    expect(intervals.map(({ segment }) => segment)).toEqual([0, 0, 0, 1, 1]);
    expect(sumOf(intervals, ({ sent }) => sent)).toBe(totals.messages.sent);
    expect(generator.missedIntervalCounts).toEqual(nothing);
  });

  it("goes on trying through a segment that begins while the target is away, where connections are opened again", async () => {
    const run = new WholeRun({ ...twoSegments, connect: { ...connect, reconnect } });
    await run.after(1200);
    run.target.takesConnections = false;
    for (const transport of run.target.transports.slice()) transport.end(cutOff);
    await run.after(1800);
    expect(run.collected).toBeNull();
    run.target.takesConnections = true;
    const { end, phases: all, totals } = await run.result();
    expect(end.kind).toBe("completed");
    const [before, after] = all.map(({ messages }) => messages);
    expect(before).toMatchObject({ offered: 100, sent: 100 });
    expect(after!.unsendable).toBeGreaterThan(0);
    expect(after!.sent).toBeGreaterThan(0);
    expect(after!.sent + after!.unsendable).toBe(200);
    expect(totals.connections).toMatchObject({ openAtEnd: 8, reconnects: 4 });
  });

  it("fails where a segment begins while the target is away, and connections are not opened again", async () => {
    const run = new WholeRun(twoSegments);
    await run.after(1200);
    run.target.takesConnections = false;
    for (const transport of run.target.transports.slice()) transport.end(cutOff);
    const { end, phases: all } = await run.result();
    expect(end).toMatchObject({ kind: "failed", reason: "no connection could be opened" });
    expect(all.map(({ messages }) => messages.offered)).toEqual([100, 0]);
  });

  it("fails where nothing ever opened, although connections are opened again", async () => {
    const run = new WholeRun({ ...twoSegments, connect: { ...connect, reconnect } });
    run.target.takesConnections = false;
    const { end } = await run.result();
    expect(end).toMatchObject({ kind: "failed", reason: "no connection could be opened" });
  });

  it("adds up when it is cut short", async () => {
    const run = new WholeRun();
    await run.after(2345);
    run.run.stop({ kind: "interrupted", signal: "SIGINT" });
    const { totals, phases: all, intervals, generator, end } = await run.result();
    expect(end.kind).toBe("interrupted");
    expect(totals.messages.sent).toBeLessThan(100);
    expect(sumOf(intervals, ({ sent }) => sent)).toBe(sumOf(all, ({ messages }) => messages.sent));
    expect(generator.missedIntervalCounts).toEqual(nothing);
  });

  it("adds up when a worker dies: what it had in flight is lost, and said to be in no second", async () => {
    const run = new WholeRun();
    run.target.copiesOf = (number) => (number % 7 === 0 ? 0 : 1);
    await run.after(3333);
    run.pool.workers[1]!.kill("out of memory");
    const { phases: all, intervals, generator, warnings, end } = await run.result();
    expect(end).toMatchObject({ kind: "failed", reason: "worker 2 of 2 died: out of memory" });
    const lost = sumOf(all, ({ messages }) => messages.lost);
    const inSeconds = sumOf(intervals, (interval) => interval.lost);
    expect(lost).toBeGreaterThan(inSeconds);
    expect(generator.missedIntervalCounts).toEqual({ ...nothing, lost: lost - inSeconds });
    expect(warnings.map(({ code }) => code)).toContain("intervals-missed");
  });

  describe("of a minute of one load", () => {
    const minute = { segments: [{ connections: 6, phases: [aPhasePlan({ name: "main", durationMs: 70_000 })] }] };
    const steadyOf = async (run: WholeRun) => (await run.result()).phases[0]!.steady!;

    it("is steady when all is answered alike", async () => {
      const steady = await steadyOf(new WholeRun(minute));
      expect(steady).toMatchObject({
        outcome: "steady",
        stability: { delivered: { class: "flat" }, latencyP50: { class: "flat" } },
        sustained: { outcome: "pass" },
      });
      expect(steady.sustained.ratio!).toBeGreaterThan(0.99);
    });

    it("is not steady when the target is silent for a while", async () => {
      const run = new WholeRun(minute);
      await run.after(30_000);
      run.target.copiesOf = () => 0;
      await run.after(8000);
      run.target.copiesOf = () => 1;
      const steady = await steadyOf(run);
      expect(steady).toMatchObject({ outcome: "not-steady", stability: { delivered: { class: "no steady state" } } });
      expect(steady.sustained).toMatchObject({ outcome: "fail", peakPerSecond: 100 });
      expect(steady.sustained.sustainedPerSecond!).toBeLessThan(40);
    });

    it("is not steady when answers come a little later all the time", async () => {
      const run = new WholeRun(minute);
      for (let second = 0; second < 70; second++) {
        await run.after(1000);
        run.target.answerAfterMs += 20;
      }
      const steady = await steadyOf(run);
      expect(steady).toMatchObject({
        outcome: "not-steady",
        reason: expect.stringMatching(/^its backlog grew by \d+ messages/),
      });
    });
  });
});
