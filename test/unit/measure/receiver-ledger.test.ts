import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { LossKind } from "../../../src/measure/delivery-ledger.ts";
import { PublicationTable } from "../../../src/measure/publication-table.ts";
import { copyAnswer, ReceiverLedger, type PairListener } from "../../../src/measure/receiver-ledger.ts";
import { expectedFanOut } from "../../../src/statistics/fan-out.ts";
import { expectVector, methodVector } from "../../support/method-vectors.ts";

interface Lost {
  readonly kind: LossKind;
  readonly receiver: number;
  readonly phase: number;
  readonly intendedMs: number;
}

class Listener implements PairListener {
  readonly lost: Lost[] = [];
  indeterminate = 0;
  takenBack = 0;

  onLost(kind: LossKind, receiver: number, phase: number, intendedMs: number): void {
    this.lost.push({ kind, receiver, phase, intendedMs });
  }

  onIndeterminate(_publisher: number, _sequence: number, _phase: number, wasDelivered: boolean): void {
    this.indeterminate += 1;
    if (wasDelivered) this.takenBack += 1;
  }
}

interface Size {
  readonly publishers?: number;
  readonly receivers?: number;
  readonly guardMs?: number;
  readonly ringLength?: number;
  /** Receivers that are publishers do not hear themselves. */
  readonly excludesPublisher?: boolean;
  readonly limit?: number;
}

/** One room: publisher p is receiver p. Messages are due when they are sent. */
class Room {
  readonly listener = new Listener();
  readonly table: PublicationTable;
  readonly ledger: ReceiverLedger;
  readonly publishers: number;
  readonly receivers: number;
  /** First copies, less those that turned out indeterminate. */
  delivered = 0;
  indeterminateDelivered = 0;

  constructor({
    publishers = 1,
    receivers = 2,
    guardMs = 10,
    ringLength = 1024,
    excludesPublisher = false,
    limit,
  }: Size) {
    this.publishers = publishers;
    this.receivers = receivers;
    this.table = new PublicationTable({ publishers, phases: 2, ringLength });
    const map = {
      receivers,
      rows: publishers,
      publisherOf: (receiver: number, row: number) => (excludesPublisher && receiver === row ? -1 : row),
    };
    this.ledger = new ReceiverLedger(this.table, map, guardMs, this.listener, limit);
  }

  /** Enters all receivers long before anything is sent. */
  joinAll(): this {
    for (let receiver = 0; receiver < this.receivers; receiver++) this.ledger.join(receiver, -1000);
    return this;
  }

  send(nowMs: number, publisher = 0, phase = 0): number {
    return this.table.publish(publisher, nowMs, nowMs, phase);
  }

  take(receiver: number, sequence: number, publisher = 0): number {
    const sentMs = this.table.sentMsOf(publisher, sequence);
    const answer = this.ledger.take(receiver, publisher, publisher, sequence);
    if (answer === copyAnswer.first || answer === copyAnswer.reordered) {
      if (sentMs < this.ledger.certainFromMs(receiver)) this.indeterminateDelivered += 1;
      else this.delivered += 1;
    }
    return answer;
  }

  get totals() {
    const { lost, indeterminate, takenBack } = this.listener;
    return {
      delivered: this.delivered - takenBack,
      lost: lost.length,
      expected: this.delivered - takenBack + lost.length,
      indeterminate: indeterminate + this.indeterminateDelivered,
    };
  }
}

const { first, reordered, duplicate, unknown, closed } = copyAnswer;

describe("a receiver that stays", () => {
  it("has each message once, in order or not, and what never comes is lost", () => {
    const room = new Room({ receivers: 1 }).joinAll();
    for (let at = 1; at <= 6; at++) room.send(at);
    expect([1, 4, 2, 2, 4, 6].map((sequence) => room.take(0, sequence))).toEqual([
      ...[first, first, reordered],
      ...[duplicate, duplicate, first],
    ]);
    expect(room.ledger.hasOutstanding()).toBe(true);
    room.ledger.settle();
    expect(room.listener.lost.map(({ intendedMs }) => intendedMs)).toEqual([3, 5]);
    expect(room.totals).toEqual({ delivered: 4, lost: 2, expected: 6, indeterminate: 0 });
  });

  it("loses the end of a stream as well, in the phase it was due in", () => {
    const room = new Room({ receivers: 1 }).joinAll();
    room.send(1, 0, 0);
    room.send(2, 0, 1);
    room.ledger.settle();
    expect(room.listener.lost.map(({ phase }) => phase)).toEqual([0, 1]);
  });

  it("keeps the streams of its publishers apart", () => {
    const room = new Room({ publishers: 2, receivers: 2 }).joinAll();
    for (const publisher of [0, 1]) for (let at = 1; at <= 3; at++) room.send(at, publisher);
    expect([room.take(0, 3, 1), room.take(0, 1, 0), room.take(0, 2, 0), room.take(0, 1, 1)]).toEqual([
      ...[first, first, first, reordered],
    ]);
  });

  it("is not owed what it published itself where that is excluded", () => {
    const room = new Room({ publishers: 1, receivers: 3, excludesPublisher: true }).joinAll();
    for (let at = 1; at <= 5; at++) room.send(at);
    room.ledger.settle();
    expect(room.totals.expected).toBe(10);
  });

  it("says which were lost to broken copies, unless a sound one came", () => {
    const room = new Room({ receivers: 1 }).joinAll();
    for (let at = 1; at <= 3; at++) room.send(at);
    for (const sequence of [1, 2, 3]) room.ledger.markCorrupt(0, 0, 0, sequence);
    room.take(0, 2);
    room.ledger.settle();
    expect(room.listener.lost.map(({ kind }) => kind)).toEqual(["corrupt", "corrupt"]);
  });

  it("does not know messages that were not sent", () => {
    const room = new Room({ receivers: 1 }).joinAll();
    expect(room.take(0, 1)).toBe(unknown);
  });

  it("does not take stragglers of a drain for duplicates", () => {
    const room = new Room({ receivers: 1 }).joinAll();
    room.send(1);
    room.ledger.settle();
    room.send(2);
    expect([room.take(0, 1), room.take(0, 2)]).toEqual([closed, first]);
    room.ledger.settle();
    expect(room.totals).toMatchObject({ delivered: 1, lost: 1 });
  });
});

describe("a receiver that is far behind", () => {
  it("loses what its publisher's ring is about to forget, while its second is known", () => {
    const room = new Room({ receivers: 1, ringLength: 16 }).joinAll();
    for (let at = 1; at <= 14; at++) room.send(at);
    room.take(0, 4);
    room.ledger.sweep(20);
    expect(room.listener.lost.map(({ intendedMs }) => intendedMs)).toEqual([1]);
    expect(room.ledger.givenUp).toBe(1);
    expect(room.take(0, 2)).toBe(reordered);
  });

  it("loses a copy whose stamps are gone, and says so", () => {
    const room = new Room({ receivers: 1, ringLength: 16 }).joinAll();
    for (let at = 1; at <= 40; at++) room.send(at);
    expect([room.take(0, 2), room.take(0, 40)]).toEqual([closed, first]);
    room.ledger.settle();
    expect(room.totals).toMatchObject({ delivered: 1, lost: 39 });
    expect(room.ledger.givenUp).toBe(2);
  });

  it("remembers no more holes than agreed", () => {
    const room = new Room({ receivers: 1, limit: 3 }).joinAll();
    for (let at = 1; at <= 20; at++) room.send(at);
    for (const sequence of [2, 4, 6, 8, 10]) room.take(0, sequence);
    expect(room.ledger.givenUp).toBe(4);
    room.ledger.settle();
    expect(room.totals).toMatchObject({ delivered: 5, lost: 15 });
  });
});

describe("joins and leaves", () => {
  it("count as the method says", () => {
    const { subscribers, publisher, sentAt, guardSec } = methodVector("fanout.expected").input as {
      subscribers: Record<string, { joined: number; left: number | null }>;
      publisher: string;
      sentAt: readonly number[];
      guardSec: number;
    };
    const names = Object.keys(subscribers);
    expect(names[0]).toBe(publisher);
    const count = (excludesPublisher: boolean) => {
      const room = new Room({ receivers: names.length, guardMs: guardSec * 1000, excludesPublisher });
      const perMessage: number[] = [];
      const events = [
        ...names.map((name, receiver) => ({
          atMs: subscribers[name]!.joined * 1000,
          happen: () => room.ledger.join(receiver, subscribers[name]!.joined * 1000),
        })),
        ...names.flatMap((name, receiver) => {
          const { left } = subscribers[name]!;
          return left === null ? [] : [{ atMs: left * 1000, happen: () => room.ledger.leave(receiver, left * 1000) }];
        }),
        ...sentAt.map((at) => ({
          atMs: at * 1000,
          happen: () => {
            const before = room.totals.expected;
            const sequence = room.send(at * 1000);
            for (let receiver = 0; receiver < names.length; receiver++) {
              if (room.ledger.isPresent(receiver) && !(excludesPublisher && receiver === 0)) {
                room.take(receiver, sequence);
              }
            }
            perMessage.push(room.totals.expected - before);
          },
        })),
      ].sort((a, b) => a.atMs - b.atMs);
      for (const { happen } of events) happen();
      room.ledger.settle();
      const { expected, indeterminate } = room.totals;
      return { expected, indeterminate, perMessage };
    };
    const excluding = count(true);
    const including = count(false);
    // What came at 4 s to the one that left at 3.9 s is known only afterwards: it was not there any more.
    expectVector("fanout.expected", { excludingPublisher: excluding, includingPublisher: including });
  });

  it("add up to every pair of message and receiver, whatever comes when", () => {
    fc.assert(
      fc.property(history, fc.integer({ min: 1, max: 15 }), (events, guardMs) => {
        const room = new Room({ publishers: 2, receivers: 3, guardMs });
        const simulated = simulate(room, events, guardMs);
        room.ledger.settle();
        expect(room.totals).toEqual(simulated);
      }),
      { numRuns: 400 },
    );
  });

  it("is the same as the method's count where each receiver joins once and leaves once", () => {
    const times = fc.record({ joined: fc.integer({ min: 0, max: 60 }), stays: fc.integer({ min: 1, max: 60 }) });
    const sends = fc.array(fc.integer({ min: 1, max: 9 }), { maxLength: 20 });
    fc.assert(
      fc.property(fc.array(times, { minLength: 1, maxLength: 4 }), sends, (members, gaps) => {
        let at = 0;
        const sentAt = gaps.map((gap) => (at += gap) + 0.5);
        const subscribers = members.map(({ joined, stays }, id) => ({ id: `${id}`, joined, left: joined + stays }));
        const room = new Room({ receivers: members.length, guardMs: 5 });
        const events = [
          ...subscribers.map(({ joined }, receiver) => ({
            at: joined,
            happen: () => room.ledger.join(receiver, joined),
          })),
          ...subscribers.map(({ left }, receiver) => ({ at: left, happen: () => room.ledger.leave(receiver, left) })),
          ...sentAt.map((sent) => ({ at: sent, happen: () => room.send(sent) })),
        ].sort((a, b) => a.at - b.at);
        for (const { happen } of events) happen();
        room.ledger.settle();
        const { expected, indeterminate } = expectedFanOut(subscribers, sentAt, null, 5);
        expect(room.totals).toMatchObject({ expected, indeterminate });
      }),
    );
  });

  it("lose with the connection what was surely owed, and nothing else", () => {
    const room = new Room({ receivers: 1 }).joinAll();
    for (const at of [1, 2, 30]) room.send(at);
    room.take(0, 1);
    room.ledger.leave(0, 35);
    expect(room.listener.lost.map(({ kind, intendedMs }) => [kind, intendedMs])).toEqual([["closed", 2]]);
    expect(room.totals).toEqual({ delivered: 1, lost: 1, expected: 2, indeterminate: 1 });
  });

  it("do not take what a server repeats from before a join for messages of now", () => {
    const room = new Room({ receivers: 1 });
    for (const at of [1, 2, 95]) room.send(at);
    room.ledger.join(0, 100);
    room.send(120);
    expect([1, 2, 3, 4].map((sequence) => room.take(0, sequence))).toEqual([unknown, unknown, first, first]);
    expect(room.totals).toMatchObject({ delivered: 1, indeterminate: 1 });
  });

  it("do not keep a drain waiting for what is not surely owed", () => {
    const room = new Room({ receivers: 1 });
    room.send(95);
    room.ledger.join(0, 100);
    expect(room.ledger.hasOutstanding()).toBe(false);
    room.send(120);
    expect(room.ledger.hasOutstanding()).toBe(true);
  });
});

type Happening =
  | { readonly kind: "send"; readonly publisher: number; readonly fates: readonly Fate[] }
  | { readonly kind: "toggle"; readonly receiver: number }
  | { readonly kind: "sweep" };
/** What becomes of a message on its way to one receiver: steps until it comes (null: never), and how often. */
interface Fate {
  readonly delay: number | null;
  readonly copies: number;
}

const fate = fc.record({ delay: fc.option(fc.nat(4), { freq: 5 }), copies: fc.integer({ min: 1, max: 2 }) });
const happening: fc.Arbitrary<Happening> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("send" as const),
      publisher: fc.nat(1),
      fates: fc.array(fate, { minLength: 3, maxLength: 3 }),
    }),
  },
  { weight: 2, arbitrary: fc.record({ kind: fc.constant("toggle" as const), receiver: fc.nat(2) }) },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("sweep" as const) }) },
);
const history = fc.array(fc.record({ gapMs: fc.integer({ min: 1, max: 6 }), happening }), { maxLength: 60 });

/** Lets all of it happen, and counts pairs from the times alone. */
function simulate(room: Room, events: readonly { gapMs: number; happening: Happening }[], guardMs: number) {
  const changes: number[][] = [[], [], []];
  const sends: { sentMs: number; cameTo: Set<number> }[] = [];
  const underWay: { step: number; receiver: number; publisher: number; sequence: number; send: number }[] = [];
  let nowMs = 0;
  events.forEach(({ gapMs, happening: event }, step) => {
    nowMs += gapMs;
    for (const copy of underWay.filter((each) => each.step === step)) {
      if (!room.ledger.isPresent(copy.receiver)) continue;
      const answer = room.take(copy.receiver, copy.sequence, copy.publisher);
      if (answer === first || answer === reordered) sends[copy.send]!.cameTo.add(copy.receiver);
    }
    if (event.kind === "sweep") room.ledger.sweep(nowMs);
    else if (event.kind === "toggle") {
      if (room.ledger.isPresent(event.receiver)) room.ledger.leave(event.receiver, nowMs);
      else room.ledger.join(event.receiver, nowMs);
      changes[event.receiver]!.push(nowMs);
    } else {
      const sequence = room.send(nowMs, event.publisher);
      sends.push({ sentMs: nowMs, cameTo: new Set() });
      event.fates.forEach(({ delay, copies }, receiver) => {
        if (delay === null) return;
        for (let copy = 0; copy < copies; copy++) {
          const arrival = { step: step + 1 + delay + copy, receiver, publisher: event.publisher, sequence };
          underWay.push({ ...arrival, send: sends.length - 1 });
        }
      });
    }
  });
  const counted = { delivered: 0, lost: 0, expected: 0, indeterminate: 0 };
  for (const { sentMs, cameTo } of sends) {
    changes.forEach((of, receiver) => {
      if (of.some((at) => Math.abs(sentMs - at) < guardMs)) counted.indeterminate += 1;
      else if (of.filter((at) => at <= sentMs).length % 2 === 1) {
        counted.expected += 1;
        if (cameTo.has(receiver)) counted.delivered += 1;
        else counted.lost += 1;
      }
    });
  }
  return counted;
}
