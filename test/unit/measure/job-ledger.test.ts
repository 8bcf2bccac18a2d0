import { describe, expect, it } from "vitest";
import { heard, JobLedger, jobMark, jobRingFor, jobSaid } from "../../../src/measure/job-ledger.ts";

function aLedger(connections = 2, ringLength = 4) {
  const lost: string[] = [];
  const ledger = new JobLedger(connections, ringLength, (kind, phase, intendedMs) =>
    lost.push(`${kind} ${phase} ${intendedMs}`),
  );
  return { ledger, lost };
}

describe("the ledger of jobs", () => {
  it("counts jobs of each connection from 1, with their instants", () => {
    const { ledger } = aLedger();
    expect([ledger.enter(0, 10, 11, 0), ledger.enter(0, 20, 21, 1), ledger.enter(1, 30, 31, 1)]).toEqual([1, 2, 1]);
    const slot = ledger.slotOf(0, 2);
    expect([ledger.intendedMs[slot], ledger.sentMs[slot], ledger.phase[slot]]).toEqual([20, 21, 1]);
    expect(ledger.outstanding).toBe(3);
  });

  it("tells what is said for the first time from what is said again", () => {
    const { ledger } = aLedger();
    ledger.enter(0, 10, 11, 0);
    expect(ledger.hear(0, 1, jobSaid.accepted)).toBe(heard.first);
    expect(ledger.hear(0, 1, jobSaid.started)).toBe(heard.first);
    expect(ledger.hear(0, 1, jobSaid.started)).toBe(heard.again);
    expect(ledger.hear(0, 2, jobSaid.started)).toBe(heard.unknown);
    expect(ledger.hear(1, 1, jobSaid.started)).toBe(heard.unknown);
    expect(ledger.wasSaid(ledger.slotOf(0, 1), jobSaid.accepted)).toBe(true);
    expect(ledger.wasSaid(ledger.slotOf(0, 1), jobSaid.completed)).toBe(false);
  });

  it("ends a job once, and knows further words of it all the same", () => {
    const { ledger, lost } = aLedger();
    ledger.enter(0, 10, 11, 0);
    const slot = ledger.slotOf(0, 1);
    expect([ledger.end(slot, "refused"), ledger.end(slot, "completed"), ledger.outstanding]).toEqual([true, false, 0]);
    expect(ledger.hear(0, 1, jobSaid.started)).toBe(heard.first);
    ledger.finish();
    ledger.closeConnection(0);
    expect(lost).toEqual([]);
  });

  it("loses what has not ended: with its connection, at the end, or damaged", () => {
    const { ledger, lost } = aLedger();
    ledger.enter(0, 10, 11, 0);
    ledger.enter(1, 20, 21, 1);
    ledger.enter(1, 30, 31, 1);
    ledger.markCorrupt(1, 2);
    ledger.closeConnection(0);
    ledger.finish();
    expect(lost).toEqual(["closed 0 10", "missing 1 20", "corrupt 1 30"]);
    expect(ledger.outstanding).toBe(0);
    expect(ledger.hear(1, 1, jobSaid.completed)).toBe(heard.lost);
  });

  it("gives up a job whose place is needed, and tells no more of it", () => {
    const { ledger, lost } = aLedger(1, 4);
    for (let job = 1; job <= 5; job += 1) ledger.enter(0, job, job, 0);
    expect([lost, ledger.givenUp, ledger.outstanding]).toEqual([["missing 0 1"], 1, 4]);
    expect(ledger.hear(0, 1, jobSaid.completed)).toBe(heard.unknown);
    expect(ledger.hear(0, 5, jobSaid.completed)).toBe(heard.first);
  });

  it("knows which jobs hold places in a window, until they end or are given up", () => {
    const { ledger } = aLedger(1, 4);
    for (let job = 1; job <= 4; job += 1) ledger.enter(0, job, job, 0, job !== 2);
    const slot = (job: number) => ledger.slotOf(0, job);
    expect(ledger.takeWindow(slot(1))).toBe(false);
    ledger.end(slot(1), "completed");
    ledger.end(slot(2), "completed");
    expect([ledger.takeWindow(slot(1)), ledger.takeWindow(slot(1)), ledger.takeWindow(slot(2))]).toEqual([
      ...[true, false, false],
    ]);
    expect(ledger.releaseOlder(0, 4)).toBe(1);
    expect(ledger.releaseOlder(0, 4)).toBe(0);
    for (let job = 5; job <= 8; job += 1) ledger.enter(0, job, job, 0, true);
    expect([ledger.givenUp, ledger.windowsFreedBySpill]).toEqual([2, 1]);
    ledger.releaseAll();
    ledger.end(slot(8), "completed");
    expect([ledger.takeWindow(slot(8)), ledger.windowsFreedBySpill]).toEqual([false, 0]);
  });

  it("keeps marks, each once", () => {
    const { ledger } = aLedger();
    ledger.enter(0, 10, 11, 0);
    const slot = ledger.slotOf(0, 1);
    expect([ledger.mark(slot, jobMark.misordered), ledger.mark(slot, jobMark.misordered)]).toEqual([true, false]);
    expect(ledger.hasMark(slot, jobMark.ranWrongly)).toBe(false);
  });
});

describe("places for jobs", () => {
  it.each([
    ["few jobs", 1, 10, 16],
    ["as many as are known", 1, 10_000, 16_384],
    ["a window of them where nobody knows", 1, Infinity, 65_536],
    ["less for many connections", 1000, Infinity, 1024],
    ["always some", 1_000_000, Infinity, 4],
  ])("%s", (_, connections, jobs, places) => {
    expect(jobRingFor(connections, jobs)).toBe(places);
  });
});
