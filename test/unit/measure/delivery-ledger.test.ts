import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { DeliveryLedger, ledgerAnswer, ringLengthFor } from "../../../src/measure/delivery-ledger.ts";

interface Lost {
  readonly kind: string;
  readonly phase: number;
  readonly intendedMs: number;
}

function ledgerWith(connections: number, ringLength: number, maxSpilled?: number): [DeliveryLedger, Lost[]] {
  const lost: Lost[] = [];
  const told = (kind: string, phase: number, intendedMs: number): void => void lost.push({ kind, phase, intendedMs });
  return [new DeliveryLedger(connections, ringLength, told, maxSpilled), lost];
}

describe("the delivery ledger", () => {
  it("gives a first copy its own stamps, and calls the second a duplicate", () => {
    const [ledger] = ledgerWith(1, 16);
    const sequence = ledger.send(0, 10, 10.5, 3, false);
    const slot = ledger.take(0, sequence);
    expect([ledger.intendedMs[slot], ledger.sentMs[slot], ledger.phase[slot]]).toEqual([10, 10.5, 3]);
    expect(ledger.take(0, sequence)).toBe(ledgerAnswer.duplicate);
  });

  it("does not know a sequence that was never sent", () => {
    const [ledger] = ledgerWith(1, 16);
    expect(ledger.take(0, 1)).toBe(ledgerAnswer.unknown);
  });

  it("still knows a message answered after any number of others", () => {
    const [ledger, lost] = ledgerWith(1, 16);
    const old = ledger.send(0, 1, 1.25, 2, false);
    for (let index = 0; index < 1000; index += 1) ledger.take(0, ledger.send(0, index, index, 0, false));
    expect(ledger.take(0, old)).toBe(ledgerAnswer.spilled);
    expect([ledger.spilledIntendedMs, ledger.spilledSentMs, ledger.spilledPhase]).toEqual([1, 1.25, 2]);
    expect(ledger.take(0, old)).toBe(ledgerAnswer.duplicate);
    ledger.finish();
    expect(lost).toEqual([]);
  });

  it("tells corrupt from missing, and closed from both", () => {
    const [ledger, lost] = ledgerWith(2, 16);
    const broken = ledger.send(0, 1, 1, 0, false);
    ledger.send(0, 2, 2, 0, false);
    ledger.send(1, 3, 3, 0, false);
    expect(ledger.markCorrupt(0, broken)).toBe(true);
    ledger.closeConnection(1);
    ledger.finish();
    expect(lost.map(({ kind }) => kind)).toEqual(["closed", "corrupt", "missing"]);
  });

  it("loses with their connection those up to a sequence, in the ring and out of it, and leaves the others pending", () => {
    const [ledger, lost] = ledgerWith(2, 4);
    for (let sequence = 1; sequence <= 10; sequence += 1) ledger.send(0, sequence, sequence, 0, false);
    ledger.send(1, 99, 99, 0, false);
    ledger.take(0, 2);
    ledger.take(0, 8);
    expect([ledger.pendingUpTo(0, 7), ledger.pendingUpTo(0, 10), ledger.pendingUpTo(1, 1)]).toEqual([6, 8, 1]);
    expect(ledger.loseUpTo(0, 7)).toBe(6);
    expect(lost.map(({ kind, intendedMs }) => [kind, intendedMs]).sort()).toEqual(
      [1, 3, 4, 5, 6, 7].map((intendedMs) => ["closed", intendedMs]),
    );
    expect([ledger.outstandingOf(0), ledger.outstandingOf(1), ledger.pendingUpTo(0, 7)]).toEqual([2, 1, 0]);
    expect(ledger.take(0, 3)).toBe(ledgerAnswer.lost);
    expect(ledger.take(0, 9)).toBeGreaterThanOrEqual(0);
    expect(ledger.take(0, 9)).toBe(ledgerAnswer.duplicate);
    ledger.finish();
    expect(lost.slice(6).map(({ kind, intendedMs }) => [kind, intendedMs])).toEqual([
      ["missing", 10],
      ["missing", 99],
    ]);
  });

  it("counts a message as delivered when a good copy follows a broken one", () => {
    const [ledger, lost] = ledgerWith(1, 16);
    const sequence = ledger.send(0, 1, 1, 0, false);
    ledger.markCorrupt(0, sequence);
    expect(ledger.take(0, sequence)).toBeGreaterThanOrEqual(0);
    ledger.finish();
    expect(lost).toEqual([]);
  });

  it("finds a first copy reordered only when a later one came before it", () => {
    const [ledger] = ledgerWith(1, 16);
    expect([1, 2, 5, 3, 4, 6].map((sequence) => ledger.isReordered(0, sequence))).toEqual([
      false,
      false,
      false,
      true,
      true,
      false,
    ]);
  });

  it("does not take a straggler for a duplicate when its message has been settled as lost", () => {
    const [ledger] = ledgerWith(1, 16);
    const old = ledger.send(0, 0, 0, 0, false);
    for (let index = 0; index < 100; index += 1) ledger.take(0, ledger.send(0, index, index, 0, false));
    const recent = ledger.send(0, 0, 0, 0, false);
    ledger.finish();
    expect(ledger.take(0, old)).toBe(ledgerAnswer.lost);
    expect(ledger.take(0, recent)).toBe(ledgerAnswer.lost);
    expect(ledger.markCorrupt(0, recent)).toBe(false);
  });

  it("says how many it gave up when more are outstanding than it may keep", () => {
    const [ledger, lost] = ledgerWith(1, 16, 100);
    for (let index = 0; index < 1000; index += 1) ledger.send(0, index, index, 0, false);
    expect(ledger.givenUp).toBe(1000 - 16 - 100);
    ledger.finish();
    expect(lost).toHaveLength(1000);
    expect(ledger.outstanding).toBe(0);
  });

  it("frees a place in the window for messages unanswered too long, once", () => {
    const [ledger] = ledgerWith(1, 16);
    const first = ledger.send(0, 0, 0, 0, true);
    ledger.send(0, 100, 100, 0, true);
    expect(ledger.releaseOlder(0, 50)).toBe(1);
    expect(ledger.releaseOlder(0, 50)).toBe(0);
    ledger.take(0, first);
    expect(ledger.takenHeldWindow).toBe(false);
  });

  it("agrees with a plain model that remembers everything, whatever happens", () => {
    const step = fc.record({
      kind: fc.constantFrom("send", "take", "takeOld", "corrupt", "close"),
      connection: fc.integer({ min: 0, max: 2 }),
      pick: fc.nat(),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const [ledger, lost] = ledgerWith(3, 4);
        const state = new Map<string, "pending" | "corrupt" | "settled" | "lost">();
        const sent = [0, 0, 0];
        const expected: Record<string, number> = { missing: 0, closed: 0, corrupt: 0 };
        for (const { kind, connection, pick } of steps) {
          const highest = sent[connection]!;
          const span = kind === "takeOld" ? highest : Math.min(highest, 6);
          const sequence = highest === 0 ? 1 : highest - (pick % Math.max(1, span));
          const key = `${connection}:${sequence}`;
          const known = state.get(key);
          if (kind === "send") {
            expect(ledger.send(connection, 0, 0, 0, false)).toBe(highest + 1);
            sent[connection] = highest + 1;
            state.set(`${connection}:${highest + 1}`, "pending");
          } else if (kind === "corrupt") {
            expect(ledger.markCorrupt(connection, sequence)).toBe(known === "pending" || known === "corrupt");
            if (known === "pending") state.set(key, "corrupt");
          } else if (kind === "close") {
            ledger.closeConnection(connection);
            for (const [each, was] of state) {
              if (!each.startsWith(`${connection}:`) || was === "settled" || was === "lost") continue;
              expected[was === "corrupt" ? "corrupt" : "closed"]! += 1;
              state.set(each, "lost");
            }
          } else {
            const answer = ledger.take(connection, sequence);
            if (known === undefined) expect(answer).toBe(ledgerAnswer.unknown);
            else if (known === "settled") expect(answer).toBe(ledgerAnswer.duplicate);
            else if (known === "lost") expect([ledgerAnswer.lost, ledgerAnswer.duplicate]).toContain(answer);
            else expect(answer >= 0 || answer === ledgerAnswer.spilled).toBe(true);
            if (known !== undefined && known !== "lost") state.set(key, "settled");
          }
        }
        ledger.finish();
        for (const was of state.values()) {
          if (was === "pending" || was === "corrupt") expected[was === "corrupt" ? "corrupt" : "missing"]! += 1;
        }
        for (const kind of Object.keys(expected)) {
          expect(lost.filter((loss) => loss.kind === kind)).toHaveLength(expected[kind]!);
        }
        expect(ledger.outstanding).toBe(0);
      }),
      { numRuns: 300 },
    );
  });
});

describe("the ring length", () => {
  it("holds two seconds of a connection's messages and stays within its share of memory", () => {
    expect(ringLengthFor(1, 10_000, 0)).toBe(32_768);
    expect(ringLengthFor(10, 100, 0)).toBe(256);
    expect(ringLengthFor(50_000, 0.1, 0)).toBe(4);
    expect(ringLengthFor(50_000, 3, 0)).toBe(8);
    expect(ringLengthFor(50, 0, 1)).toBe(4);
    expect(ringLengthFor(50, 0, 64)).toBe(256);
    expect(ringLengthFor(100_000, 1000, 0)).toBe(16);
  });
});
