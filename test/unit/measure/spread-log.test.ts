import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { SpreadLog, spreadSlots } from "../../../src/measure/spread-log.ts";
import { fanOutSpread } from "../../../src/statistics/fan-out.ts";

const size = { publishers: 2, workers: 3, slots: 8, receivers: 20 };

function logs(): readonly [SpreadLog, SpreadLog, SpreadLog] {
  const first = new SpreadLog(size, 0);
  return [first, new SpreadLog(size, 1, first.memory), new SpreadLog(size, 2, first.memory)];
}

describe("SpreadLog", () => {
  it("finds first, middle, 99 % and last of all workers' receivers, as the method does of the whole list", () => {
    const arrivals = fc.array(fc.record({ worker: fc.nat(2), gapUs: fc.nat(50) }), { minLength: 1, maxLength: 20 });
    fc.assert(
      fc.property(arrivals, (all) => {
        const workers = logs();
        workers[0].open(1, 5, all.length);
        let us = 100;
        const times = all.map(({ gapUs }) => (us += gapUs));
        const last = all.map(({ worker }, index) => workers[worker]!.note(1, 5, times[index]!));
        expect(last.filter((isLast) => isLast)).toHaveLength(1);
        expect(last.at(-1)).toBe(true);
        const log = workers[all.at(-1)!.worker]!;
        expect(log.summarise(1, 5)).toBe(true);
        const whole = fanOutSpread(times, 0)!;
        expect([log.medianUs, log.nearlyAllUs, log.lastUs]).toEqual([whole.half, whole.p99, whole.last]);
        expect(log.lastUs - log.firstUs).toBe(whole.spread);
      }),
    );
  });

  it("says of a message that it had not reached everybody when its slot is needed again", () => {
    const [log, other] = logs();
    expect(log.open(0, 3, 2)).toBe(false);
    other.note(0, 3, 100);
    expect(log.open(0, 11, 1)).toBe(true);
    // Who is late for the old one does not count for the new one.
    expect(other.note(0, 3, 900)).toBe(false);
    expect(other.note(0, 11, 50)).toBe(true);
    expect([other.summarise(0, 11), other.firstUs, other.lastUs]).toEqual([true, 50, 50]);
  });

  it("forgets a message that nobody should wait for", () => {
    const [log] = logs();
    log.open(0, 1, 2);
    log.note(0, 1, 10);
    expect([log.dismiss(0, 1), log.dismiss(0, 1), log.note(0, 1, 20)]).toEqual([true, false, false]);
  });

  it("gives up what is open at the end, once", () => {
    const [log] = logs();
    for (let sequence = 1; sequence <= 6; sequence++) log.open(0, sequence, 1);
    log.note(0, 4, 10);
    const told: number[] = [];
    log.giveUp(0, 6, (sequence) => told.push(sequence));
    log.giveUp(0, 6, (sequence) => told.push(sequence));
    expect(told).toEqual([6, 5, 3, 2, 1]);
  });
});

describe("the slots of a publisher", () => {
  it("are as many as its messages, within bounded memory, or none where that is of no use", () => {
    expect(spreadSlots({ publishers: 1, workers: 2, receivers: 10 }, 100)).toBe(128);
    expect(spreadSlots({ publishers: 1, workers: 2, receivers: 2500 }, 1e6)).toBe(2048);
    expect(spreadSlots({ publishers: 5000, workers: 2, receivers: 2500 }, 100)).toBe(0);
  });
});
