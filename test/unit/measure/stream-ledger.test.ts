import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { streamAnswer, StreamLedger } from "../../../src/measure/stream-ledger.ts";

interface Told {
  readonly kind: string;
  readonly phase: number;
  readonly count: number;
}

function ledgerWith(first: number | null, mostGaps?: number): [StreamLedger, Told[]] {
  const told: Told[] = [];
  const ledger = new StreamLedger(
    2,
    first,
    (kind, phase, _, count) => void told.push({ kind, phase, count }),
    mostGaps,
  );
  ledger.startCounting(0);
  return [ledger, told];
}

function lostOf(told: readonly Told[], kind?: string): number {
  return told.reduce((sum, each) => sum + (kind === undefined || each.kind === kind ? each.count : 0), 0);
}

describe("the ledger of streams", () => {
  it("counts from the first message seen, where nobody knows where a stream begins", () => {
    const [ledger, told] = ledgerWith(null);
    expect([500, 501, 503].map((sequence) => ledger.take(0, sequence))).toEqual([1, 1, 2]);
    expect(ledger.take(0, 499)).toBe(streamAnswer.outside);
    ledger.finish();
    expect(told).toEqual([{ kind: "missing", phase: 0, count: 1 }]);
  });

  it("misses what comes before the first message seen, where a stream is known to begin at 1", () => {
    const [ledger, told] = ledgerWith(1);
    ledger.subscribed(0);
    expect(ledger.take(0, 3)).toBe(3);
    ledger.finish();
    expect(lostOf(told)).toBe(2);
  });

  it("counts on from where a stream is that runs before the load", () => {
    const [ledger] = ledgerWith(1);
    for (const sequence of [1, 2, 4]) ledger.follow(0, sequence);
    ledger.startCounting(0);
    ledger.subscribed(0);
    expect(ledger.take(0, 6)).toBe(2);
    expect(ledger.take(0, 3)).toBe(streamAnswer.outside);
  });

  it("takes what the target said it gave up off what is lost, the first runs first, but not what came broken", () => {
    const [ledger, told] = ledgerWith(1);
    ledger.phase = 1;
    ledger.take(0, 1);
    ledger.markCorrupt(0);
    ledger.take(0, 5);
    ledger.phase = 2;
    expect(ledger.end(0, 9)).toBe(4);
    ledger.tellGivenUp(0, 4);
    ledger.finish();
    expect(told).toEqual([
      { kind: "corrupt", phase: 1, count: 1 },
      { kind: "refused", phase: 1, count: 2 },
      { kind: "refused", phase: 2, count: 2 },
      { kind: "missing", phase: 2, count: 2 },
    ]);
    expect([ledger.lostOf[0], ledger.overtold]).toEqual([3, 0]);
  });

  it("counts what the target said it gave up although it came, and only on the stream of which it was said", () => {
    const [ledger, told] = ledgerWith(1);
    ledger.startCounting(1);
    for (const sequence of [1, 2, 4]) ledger.take(0, sequence);
    ledger.take(1, 1);
    ledger.take(1, 3);
    ledger.tellGivenUp(0, 3);
    ledger.finish();
    expect(ledger.overtold).toBe(2);
    expect(told).toEqual([
      { kind: "refused", phase: 0, count: 1 },
      { kind: "missing", phase: 0, count: 1 },
    ]);
    expect([...ledger.lostOf]).toEqual([0, 1]);
  });

  it("tells a late first copy from a further one, and in which phase it was missed", () => {
    const [ledger, told] = ledgerWith(1);
    ledger.phase = 4;
    ledger.take(0, 1);
    ledger.take(0, 3);
    ledger.phase = 5;
    expect(ledger.take(0, 2)).toBe(streamAnswer.filled);
    expect(ledger.filledPhase).toBe(4);
    expect(ledger.take(0, 2)).toBe(streamAnswer.duplicate);
    ledger.finish();
    expect(told).toEqual([]);
  });

  it("loses as corrupt what is missing where broken messages came", () => {
    const [ledger, told] = ledgerWith(1);
    ledger.take(0, 1);
    ledger.markCorrupt(0);
    ledger.take(0, 4);
    ledger.take(0, 6);
    ledger.finish();
    expect([lostOf(told, "corrupt"), lostOf(told, "missing")]).toEqual([1, 2]);
    expect([ledger.gaps, ledger.longestGap]).toEqual([2, 2]);
  });

  it("forgets a broken message where nothing turns out to be missing", () => {
    const [ledger, told] = ledgerWith(1);
    ledger.take(0, 1);
    ledger.markCorrupt(0);
    ledger.take(0, 2);
    ledger.take(0, 4);
    ledger.finish();
    expect(told).toEqual([{ kind: "missing", phase: 0, count: 1 }]);
  });

  it("misses the end that the target tells, and nothing when it tells less than was seen", () => {
    const [ledger, told] = ledgerWith(1);
    ledger.take(0, 1);
    expect(ledger.end(0, 4)).toBe(3);
    expect(ledger.hasEnded(0)).toBe(true);
    expect(ledger.end(0, 2)).toBe(0);
    ledger.finish();
    expect(lostOf(told)).toBe(3);
  });

  it("misses a whole stream of which nothing came but its end", () => {
    const [ledger, told] = ledgerWith(1);
    expect(ledger.end(0, 3)).toBe(3);
    ledger.finish();
    expect(lostOf(told)).toBe(3);
  });

  it("takes lower numbers after a reconnect for a new incarnation", () => {
    const [ledger, told] = ledgerWith(null);
    ledger.take(0, 10);
    ledger.connectionEnded(0);
    expect(ledger.take(0, 1)).toBe(1);
    expect(ledger.take(0, 2)).toBe(1);
    expect([ledger.restarts, told]).toEqual([1, []]);
  });

  it("takes higher numbers after a reconnect for the same stream, and misses what was sent meanwhile", () => {
    const [ledger, told] = ledgerWith(null);
    ledger.take(0, 10);
    ledger.connectionEnded(0);
    expect(ledger.take(0, 14)).toBe(4);
    ledger.finish();
    expect(ledger.restarts).toBe(0);
    expect(told).toEqual([{ kind: "closed", phase: 0, count: 3 }]);
  });

  it("begins anew with each connection where every subscription is known to begin at 1", () => {
    const [ledger, told] = ledgerWith(1);
    ledger.subscribed(0);
    for (let sequence = 1; sequence <= 3; sequence += 1) ledger.take(0, sequence);
    ledger.connectionEnded(0);
    ledger.subscribed(0);
    expect(ledger.take(0, 5)).toBe(5);
    ledger.finish();
    expect([ledger.restarts, lostOf(told)]).toEqual([1, 4]);
  });

  it("counts no incarnation of which nothing was seen", () => {
    const [ledger] = ledgerWith(1);
    ledger.subscribed(0);
    ledger.take(0, 1);
    for (let attempt = 0; attempt < 3; attempt += 1) {
      ledger.connectionEnded(0);
      ledger.subscribed(0);
    }
    expect(ledger.restarts).toBe(1);
  });

  it("sees a stream begin again in the middle of a connection", () => {
    const [ledger, told] = ledgerWith(null);
    for (let sequence = 1; sequence <= 100; sequence += 1) ledger.take(0, sequence);
    const answers = [1, 2, 3, 4].map((sequence) => ledger.take(0, sequence));
    expect(answers).toEqual([streamAnswer.duplicate, streamAnswer.duplicate, streamAnswer.restarted, 1]);
    expect([ledger.restarts, ledger.wasOutside, told]).toEqual([1, false, []]);
  });

  it("loses nothing where a stream repeats the first part of its past, and goes on where it was", () => {
    const [ledger, told] = ledgerWith(null);
    for (let sequence = 1; sequence <= 100; sequence += 1) ledger.take(0, sequence);
    const answers = [1, 2, 3, 4, 6, 101, 102, 5].map((sequence) => ledger.take(0, sequence));
    expect(answers).toEqual([
      ...[streamAnswer.duplicate, streamAnswer.duplicate, streamAnswer.restarted, 1, 2],
      ...[streamAnswer.resumed, 1, streamAnswer.duplicate],
    ]);
    expect(ledger.repeated).toBe(5);
    // One of the past is missing, of the present none.
    expect(lostOf(told)).toBe(1);
    ledger.finish();
    expect(lostOf(told)).toBe(1);
  });

  it("takes copies of the first messages for what they are while the stream is still there, or goes on between them", () => {
    const [ledger] = ledgerWith(1);
    for (const sequence of [1, 2, 3]) ledger.take(0, sequence);
    expect([1, 2, 3].map((sequence) => ledger.take(0, sequence))).toEqual([-1, -1, -1]);
    for (let sequence = 4; sequence <= 100; sequence += 1) ledger.take(0, sequence);
    expect([1, 101, 2, 102, 3].map((sequence) => ledger.take(0, sequence))).toEqual([-1, 1, -1, 1, -1]);
    expect(ledger.restarts).toBe(0);
  });

  it("asked for again by us, begins anew without a word", () => {
    const [ledger] = ledgerWith(1);
    ledger.take(0, 1);
    ledger.end(0, 1);
    ledger.startCounting(0);
    ledger.subscribed(0);
    expect(ledger.take(0, 1)).toBe(1);
    expect(ledger.restarts).toBe(0);
  });

  it("gives up the oldest run of a stream when too many are missing, and says so", () => {
    const [ledger, told] = ledgerWith(1, 3);
    for (const sequence of [1, 4, 6, 8, 10]) ledger.take(0, sequence);
    expect(ledger.givenUp).toBe(2);
    expect(ledger.openGaps).toBe(3);
    expect(ledger.take(0, 2)).toBe(streamAnswer.duplicate);
    ledger.finish();
    expect(lostOf(told)).toBe(5);
  });

  it("adds up against a list of all that was sent and came, whatever was lost, repeated or out of order", () => {
    const fate = fc.constantFrom("in order", "lost", "twice", "late", "corrupt");
    fc.assert(
      fc.property(fc.array(fate, { minLength: 1, maxLength: 200 }), (fates) => {
        const [ledger, told] = ledgerWith(1);
        ledger.subscribed(0);
        const tally = { expected: 0, delivered: 0, duplicated: 0, reordered: 0 };
        const take = (sequence: number): void => {
          const answer = ledger.take(0, sequence);
          if (answer > 0) {
            tally.expected += answer;
            tally.delivered += 1;
          } else if (answer === streamAnswer.filled) {
            tally.delivered += 1;
            tally.reordered += 1;
          } else tally.duplicated += 1;
        };
        const held: number[] = [];
        for (const [index, each] of fates.entries()) {
          if (each === "corrupt") ledger.markCorrupt(0);
          if (each === "late") held.push(index + 1);
          if (each !== "in order" && each !== "twice") continue;
          take(index + 1);
          if (each === "twice") take(index + 1);
          for (const sequence of held.splice(0)) take(sequence);
        }
        tally.expected += ledger.end(0, fates.length);
        ledger.finish();
        const count = (which: string): number => fates.filter((each) => each === which).length;
        const reordered = count("late") - held.length;
        expect(tally).toEqual({
          expected: fates.length,
          delivered: count("in order") + count("twice") + reordered,
          duplicated: count("twice"),
          reordered,
        });
        expect(lostOf(told)).toBe(count("lost") + count("corrupt") + held.length);
        expect(lostOf(told, "corrupt")).toBe(count("corrupt"));
        expect(ledger.openGaps).toBe(0);
      }),
    );
  });
});
