import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { counter, histogramStat, intervalCounter } from "../../../src/measure/worker-cells.ts";
import { messageBytes, RecordedWorker, samplesOf } from "../../support/recorded-worker.ts";

describe("the message recorder", () => {
  it("counts a message in the phase it was intended in, and rates in the phase in which things happened", () => {
    const worker = new RecordedWorker();
    const sequence = worker.at(990).send({ phase: 0 });
    worker.at(1010).receive([sequence]);
    expect([worker.count(counter.sent, 0), worker.count(counter.delivered, 0)]).toEqual([1, 1]);
    expect([worker.count(counter.sent, 1), worker.count(counter.delivered, 1)]).toEqual([0, 0]);
    expect([0, 1].map((phase) => worker.count(counter.sentInWindow, phase))).toEqual([1, 0]);
    expect([0, 1].map((phase) => worker.count(counter.deliveredInWindow, phase))).toEqual([0, 1]);
  });

  it("makes latency of slip and service, whatever the message waited for", () => {
    const worker = new RecordedWorker();
    const own = worker.at(100).send({ slipMs: 3 });
    const blocked = worker.send({ slipMs: 40, wasBlocked: true });
    worker.at(110).receive([own, blocked]);
    const { latency, service, ownSlip, blockedSlip } = worker.cells.phases[0]!;
    expect([ownSlip, blockedSlip].map(({ stats }) => stats[histogramStat.sum])).toEqual([3000, 40_000]);
    expect(service.stats[histogramStat.sum]).toBe(20_000);
    expect(latency.stats[histogramStat.sum]).toBe(63_000);
    expect(latency.stats[histogramStat.max]).toBe(50_000);
  });

  it("gives a closed loop no schedule: all sent was offered, and latency is service", () => {
    const worker = new RecordedWorker();
    const sequences = worker.at(2100).sendBurst(3);
    expect(worker.at(2107).receive(sequences.slice(1))).toEqual([true, true]);
    const { latency, service, ownSlip } = worker.cells.phases[2]!;
    expect([counter.offered, counter.sent, counter.delivered].map((which) => worker.count(which, 2))).toEqual([
      3, 3, 2,
    ]);
    expect([latency, ownSlip].map(samplesOf)).toEqual([0, 0]);
    expect(service.stats[histogramStat.sum]).toBe(14_000);
    expect(samplesOf(worker.cells.intervals[2]!.latency)).toBe(2);
    expect(worker.cells.intervals[2]!.counts[intervalCounter.sent]).toBe(3);
    expect(worker.count(counter.bytesSent, 2)).toBe(3 * messageBytes);
  });

  it("frees a place in the window once per message, and none for a scheduled one", () => {
    const worker = new RecordedWorker();
    const scheduled = worker.at(1900).send({ phase: 1 });
    const [held = 0] = worker.at(2100).sendBurst(1);
    expect(worker.receive([scheduled, held, held])).toEqual([false, true, false]);
  });

  it("counts as late what comes back when the load is over, and in no rate", () => {
    const worker = new RecordedWorker();
    const sequence = worker.at(500).send();
    worker.recorder.endWindows();
    worker.at(600).receive([sequence]);
    expect(worker.count(counter.delivered)).toBe(1);
    expect(worker.count(counter.late)).toBe(1);
    expect(worker.total(counter.deliveredInWindow)).toBe(0);
    expect(worker.inIntervals(intervalCounter.delivered)).toBe(0);
    expect(worker.latenciesInIntervals()).toBe(1);
  });

  it("keeps what leaves after the planned end out of the rate, in the last second", () => {
    const worker = new RecordedWorker();
    worker.at(3040).send({ phase: 1, slipMs: 1050 });
    expect(worker.count(counter.sent, 1)).toBe(1);
    expect(worker.total(counter.sentInWindow)).toBe(0);
    expect(worker.cells.intervals[2]!.counts[intervalCounter.sent]).toBe(1);
  });

  it("takes the first copy as delivered, each further one as duplicated, and one never sent as unsolicited", () => {
    const worker = new RecordedWorker();
    const sequence = worker.at(100).send();
    worker.at(200).receive([sequence, sequence]);
    worker.at(1300).receive([sequence, sequence + 1]);
    expect(worker.count(counter.delivered)).toBe(1);
    // Further copies belong to no message any more: they are counted in the phase they come in.
    expect([0, 1].map((phase) => worker.count(counter.duplicated, phase))).toEqual([1, 1]);
    expect(worker.count(counter.unsolicited, 1)).toBe(1);
    expect([0, 1].map((phase) => worker.count(counter.bytesReceived, phase))).toEqual([
      2 * messageBytes,
      2 * messageBytes,
    ]);
    expect(samplesOf(worker.cells.phases[0]!.latency)).toBe(1);
  });

  it("finds a message reordered when a later one of its connection came first", () => {
    const worker = new RecordedWorker();
    const [first, second, third] = [worker.at(100).send(), worker.send(), worker.send()];
    const elsewhere = worker.send({ connection: 1 });
    worker.at(200).receive([second, first, third]);
    worker.receive([elsewhere], 1);
    expect(worker.count(counter.reordered)).toBe(1);
    expect(worker.count(counter.delivered)).toBe(4);
  });

  it("delivers a message whose instants went backwards, but records no time for it", () => {
    const worker = new RecordedWorker();
    const sequence = worker.at(500).send();
    worker.at(490).receive([sequence]);
    const { latency, service } = worker.cells.phases[0]!;
    expect([counter.delivered, counter.clockErrors].map((which) => worker.count(which))).toEqual([1, 1]);
    expect([latency, service].map(samplesOf)).toEqual([0, 0]);
    expect(worker.latenciesInIntervals()).toBe(0);
  });

  it("counts a broken copy in its message's phase, and the message as lost by it when no sound one follows", () => {
    const worker = new RecordedWorker();
    const [broken, mended] = [worker.at(900).send(), worker.send()];
    worker.at(1100);
    for (const sequence of [broken, mended, -1]) worker.recorder.recordCorrupt(0, sequence);
    worker.receive([mended]);
    worker.ledger.finish();
    // The one that nobody can tell from whom it was counts in the phase it came in.
    expect([0, 1].map((phase) => worker.count(counter.corrupted, phase))).toEqual([2, 1]);
    expect(worker.count(counter.lostCorrupt)).toBe(1);
    expect(worker.count(counter.delivered)).toBe(1);
    expect(worker.count(counter.lostMissing)).toBe(0);
  });

  it("counts answers of one read each by its own instants and phase, however many came together", () => {
    const worker = new RecordedWorker();
    const early = worker.at(900).send();
    const overdue = worker.at(910).send({ slipMs: 10 });
    const [next, ofNextPhase] = [worker.at(920).send(), worker.send({ phase: 1 })];
    const burst = worker.at(2100).sendBurst(2);
    worker.at(2200).receive([early, overdue, next, ofNextPhase, ...burst]);
    const [first, second, third] = worker.cells.phases;
    expect(first!.latency.stats[histogramStat.sum]).toBe(1_300_000 + 1_300_000 + 1_280_000);
    expect(first!.service.stats[histogramStat.sum]).toBe(1_300_000 + 1_290_000 + 1_280_000);
    expect(second!.latency.stats[histogramStat.sum]).toBe(1_280_000);
    expect(third!.service.stats[histogramStat.sum]).toBe(200_000);
    expect([0, 1, 2].map((phase) => worker.count(counter.delivered, phase))).toEqual([3, 1, 2]);
    expect([0, 1, 2].map((phase) => worker.count(counter.bytesReceived, phase))).toEqual([192, 64, 128]);
    expect(worker.count(counter.deliveredInWindow, 2)).toBe(6);
  });

  it("tells what was lost with its connection from what never came, in the second it was intended in", () => {
    const worker = new RecordedWorker();
    worker.at(100).send({ connection: 0 });
    worker.at(1100).send({ connection: 1, phase: 1 });
    worker.at(2500);
    worker.ledger.closeConnection(0);
    worker.ledger.finish();
    expect(worker.count(counter.lostClosed, 0)).toBe(1);
    expect(worker.count(counter.lostMissing, 1)).toBe(1);
    expect([...worker.intervals.told.lost]).toEqual([
      [0, 1],
      [1, 1],
    ]);
  });

  it("takes a straggler of a lost message for nothing new", () => {
    const worker = new RecordedWorker();
    const sequence = worker.at(100).send();
    worker.ledger.closeConnection(0);
    worker.at(200).receive([sequence]);
    expect([counter.delivered, counter.duplicated, counter.unsolicited].map((which) => worker.count(which))).toEqual([
      0, 0, 0,
    ]);
    expect(worker.count(counter.bytesReceived)).toBe(messageBytes);
  });

  it("times a message by its own instants after it was overtaken by a whole ring of others", () => {
    const worker = new RecordedWorker({ ringLength: 16 });
    const old = worker.at(100).send({ slipMs: 2 });
    worker.at(150);
    const others = Array.from({ length: 40 }, () => worker.send());
    worker.receive(others);
    worker.at(400).receive([old]);
    const { latency, service } = worker.cells.phases[0]!;
    expect(latency.stats[histogramStat.max]).toBe(302_000);
    expect(service.stats[histogramStat.max]).toBe(300_000);
    expect(worker.count(counter.reordered)).toBe(1);
    expect(worker.ledger.outstanding).toBe(0);
  });

  it("expects no answer oneway: any that comes was not asked for", () => {
    const worker = new RecordedWorker({ isOneway: true });
    const sequences = [worker.at(100).send(), worker.send()];
    worker.receive([sequences[0]!]);
    worker.ledger.finish();
    expect(sequences).toEqual([1, 2]);
    expect(worker.count(counter.sent)).toBe(2);
    expect(worker.count(counter.unsolicited)).toBe(1);
    expect(worker.count(counter.delivered) + worker.lost).toBe(0);
  });

  it("notes how many connections were open at the end of each phase", () => {
    const worker = new RecordedWorker();
    worker.at(999).openConnections = 4;
    worker.at(1000).openConnections = 3;
    worker.at(1500).recorder.endWindows();
    expect([0, 1, 2].map((phase) => worker.count(counter.openAtEnd, phase))).toEqual([4, 3, 0]);
  });

  it("passes through the phases that a frozen process slept over", () => {
    const worker = new RecordedWorker();
    worker.at(2500).send({ phase: 0, slipMs: 2000 });
    expect(worker.recorder.eventPhase).toBe(2);
    expect([0, 1, 2].map((phase) => worker.count(counter.sentInWindow, phase))).toEqual([0, 0, 1]);
    expect([0, 1].map((phase) => worker.count(counter.openAtEnd, phase))).toEqual([5, 5]);
  });
});

type Event =
  | { readonly kind: "wait"; readonly ms: number }
  | { readonly kind: "send"; readonly connection: number; readonly count: number }
  | { readonly kind: "answer"; readonly connection: number; readonly sequences: readonly number[] }
  | { readonly kind: "corrupt"; readonly connection: number; readonly sequences: readonly number[] }
  | { readonly kind: "close"; readonly connection: number };

const connection = fc.nat({ max: 1 });
const sequences = fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 6 });
const send = fc.record({ kind: fc.constant("send" as const), connection, count: fc.integer({ min: 1, max: 20 }) });
const event: fc.Arbitrary<Event> = fc.oneof(
  fc.record({ kind: fc.constant("wait" as const), ms: fc.integer({ min: 1, max: 900 }) }),
  send,
  send,
  fc.record({ kind: fc.constant("answer" as const), connection, sequences }),
  fc.record({ kind: fc.constant("corrupt" as const), connection, sequences }),
  fc.record({ kind: fc.constant("close" as const), connection }),
);

/** Lets the worker live through the events; from `endMs` on its load is over and nothing more is sent. */
function play(worker: RecordedWorker, events: readonly Event[], endMs: number): void {
  let nowMs = 0;
  for (const event of events) {
    if (event.kind === "wait") {
      const isEnd = nowMs < endMs && nowMs + event.ms >= endMs;
      nowMs += event.ms;
      worker.at(nowMs);
      if (isEnd) worker.recorder.endWindows();
    } else if (event.kind === "answer") worker.receive(event.sequences, event.connection);
    else if (event.kind === "close") worker.ledger.closeConnection(event.connection);
    else if (event.kind === "corrupt") {
      const sent = worker.ledger.nextSequence(event.connection);
      for (const sequence of event.sequences) {
        worker.recorder.recordCorrupt(event.connection, sequence < sent ? sequence : -1);
      }
    } else if (nowMs < endMs) sendSome(worker, event.connection, event.count, Math.min(2, Math.floor(nowMs / 1000)));
  }
}

function sendSome(worker: RecordedWorker, connection: number, count: number, phase: number): void {
  if (phase === 2) worker.sendBurst(count, connection);
  else for (let i = 0; i < count; i += 1) worker.send({ connection, phase });
}

describe("the books of the message recorder", () => {
  it("add up whatever happens: over messages, over phases, over seconds", () => {
    const lives = fc.array(event, { maxLength: 120, size: "max" });
    const ends = fc.constantFrom(700, 1700, 2700, Infinity);
    fc.assert(
      fc.property(lives, ends, (events, endMs) => {
        const worker = new RecordedWorker({ ringLength: 16 });
        play(worker, events, endMs);
        const sent = worker.total(counter.sent);
        expect(sent).toBe(worker.total(counter.delivered) + worker.lost + worker.ledger.outstanding);
        worker.recorder.endWindows();
        worker.ledger.finish();
        expect(sent).toBe(worker.total(counter.delivered) + worker.lost);
        expect(worker.latenciesInPhases()).toBe(worker.total(counter.delivered) - worker.total(counter.clockErrors));
        expect(worker.inIntervals(intervalCounter.sent)).toBe(sent);
        expect(worker.inIntervals(intervalCounter.delivered)).toBe(worker.total(counter.deliveredInWindow));
        expect(worker.latenciesInIntervals()).toBe(worker.latenciesInPhases());
        expect(worker.lostInIntervals()).toBe(worker.lost);
      }),
      { numRuns: 200 },
    );
  });
});
