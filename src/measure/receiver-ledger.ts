import type { LossKind } from "./delivery-ledger.ts";
import { PairExceptions } from "./pair-exceptions.ts";
import type { PublicationTable } from "./publication-table.ts";

/** What `ReceiverLedger.take` makes of a copy. */
export const copyAnswer = {
  /** A first copy, in order. */
  first: 0,
  /** A first copy that came after one with a higher sequence of the same publisher. */
  reordered: 1,
  /** A further copy. */
  duplicate: 2,
  /** Of a message that this publisher has not sent, or had sent well before the receiver joined. */
  unknown: 3,
  /** Of a message whose account is closed: it was settled as lost, or perhaps was, or its receiver has left. */
  closed: 4,
} as const;
export type CopyAnswer = (typeof copyAnswer)[keyof typeof copyAnswer];

/** Who receives from whom. */
export interface ReceiverMap {
  readonly receivers: number;
  /** Publishers of each receiver: those of its room, numbered as rows from 0. */
  readonly rows: number;
  /** The publisher of the receiver's room in that row; -1 when it is not to be heard. */
  publisherOf(receiver: number, row: number): number;
}

/** Told what becomes of pairs of message and receiver that did not simply meet. */
export interface PairListener {
  /** `intendedMs` is NaN when the message is too old to tell. */
  onLost(kind: LossKind, receiver: number, phase: number, intendedMs: number): void;
  /** Sent too near to a join or leave of the receiver. `wasDelivered`: and yet it came, and was taken for a delivery. */
  onIndeterminate(publisher: number, sequence: number, phase: number, wasDelivered: boolean, receiver: number): void;
}

/** Stretches of missing messages that one worker remembers, over all pairs: about 100 MB. */
const mostStretches = 1_000_000;
/** Missing for so large a part of the publisher's ring, a message is settled while its instants can still be told. */
const sweepShare = 0.75;

/**
 * What each receiver of one worker is owed by each publisher of its room, and has had: exactly, in memory that does not
 * grow with the messages. Of a pair one number is kept, the sequence that comes next; only where messages are missing,
 * their sequences too. A receiver is owed what was sent from `guardMs` after it joined until `guardMs` before it left;
 * what was sent nearer than that to one of the two is indeterminate.
 *
 * Each first copy is told by `take` when it comes, everything else by the listener when it is settled: as the receiver
 * leaves, and at the end of a drain. So first copies, less those that turn out indeterminate, and lost ones are together
 * all pairs that were owed; statistics/fan-out.ts counts the same from the times of joins, leaves and sends.
 */
export class ReceiverLedger {
  /** Pairs settled as lost before the end of a drain: too much was missing, or for too long. */
  givenUp = 0;
  readonly #table: PublicationTable;
  readonly #map: ReceiverMap;
  readonly #guardMs: number;
  readonly #listener: PairListener;
  /** By pair, receiver * rows + row: the sequence above all that came. */
  readonly #next: Float64Array;
  readonly #exceptions: PairExceptions;
  readonly #isPresent: Uint8Array;
  readonly #certainFromMs: Float64Array;
  /** NaN but for receivers that have left a short while ago. */
  readonly #leftMs: Float64Array;
  readonly #leftLately = new Set<number>();
  /** By publisher: everything up to this sequence was settled at the end of a drain. */
  readonly #settledUpTo: Float64Array;

  constructor(
    table: PublicationTable,
    map: ReceiverMap,
    guardMs: number,
    listener: PairListener,
    limit: number = mostStretches,
  ) {
    this.#table = table;
    this.#map = map;
    this.#guardMs = guardMs;
    this.#listener = listener;
    this.#next = new Float64Array(map.receivers * map.rows).fill(1);
    this.#exceptions = new PairExceptions(limit);
    this.#isPresent = new Uint8Array(map.receivers);
    this.#certainFromMs = new Float64Array(map.receivers).fill(Infinity);
    this.#leftMs = new Float64Array(map.receivers).fill(NaN);
    this.#settledUpTo = new Float64Array(table.size.publishers);
  }

  isPresent(receiver: number): boolean {
    return this.#isPresent[receiver] === 1;
  }

  /** What was sent before is not surely owed to the receiver; Infinity while it is not there. */
  certainFromMs(receiver: number): number {
    return this.#certainFromMs[receiver]!;
  }

  /** The receiver's subscription was confirmed at `joinedMs`. */
  join(receiver: number, joinedMs: number): void {
    const leftMs = this.#leftMs[receiver]!;
    const nearFromMs = joinedMs - this.#guardMs;
    this.#isPresent[receiver] = 1;
    this.#certainFromMs[receiver] = joinedMs + this.#guardMs;
    this.#forEachPair(receiver, (pair, publisher, published) => {
      // What was sent just before may come too: the target may know of the receiver before the receiver knows.
      let from = published + 1;
      while (from > this.#next[pair]! && this.#table.sentMsOf(publisher, from - 1) > nearFromMs) from -= 1;
      this.#countAfterLeave(pair, publisher, leftMs, from);
      this.#next[pair] = from;
      if (from > this.#settledUpTo[publisher]! + 1) this.#exceptions.startFrom(pair, from);
    });
    this.#forgetLeave(receiver);
  }

  /** The receiver's connection ended at `leftMs`: what it was surely owed and has not had is lost with it. */
  leave(receiver: number, leftMs: number): void {
    if (this.#isPresent[receiver] === 0) return;
    const certainUntilMs = leftMs - this.#guardMs;
    this.#forEachPair(receiver, (pair, publisher, published) => {
      this.#takeBackLatest(pair, receiver, publisher, certainUntilMs);
      this.#settlePair(pair, receiver, publisher, published, "closed", certainUntilMs);
    });
    this.#isPresent[receiver] = 0;
    this.#certainFromMs[receiver] = Infinity;
    this.#leftMs[receiver] = leftMs;
    this.#leftLately.add(receiver);
  }

  /** Takes a sound copy. The hot path: a copy that comes in its turn costs a few loads. */
  take(receiver: number, row: number, publisher: number, sequence: number): CopyAnswer {
    const sentAfter = this.#table.sentAfter(publisher, sequence);
    if (sentAfter < 0) return copyAnswer.unknown;
    const pair = receiver * this.#map.rows + row;
    const isKept = sentAfter <= this.#table.size.ringLength - 2;
    if (sequence !== this.#next[pair] || this.#isPresent[receiver] === 0 || !isKept) {
      return this.#takeOutOfTurn(pair, receiver, publisher, sequence, isKept);
    }
    this.#next[pair] = sequence + 1;
    return copyAnswer.first;
  }

  /** A broken copy came of a message that the receiver may still be waiting for. */
  markCorrupt(receiver: number, row: number, publisher: number, sequence: number): void {
    if (this.#isPresent[receiver] === 0 || this.#table.sentAfter(publisher, sequence) < 0) return;
    const pair = receiver * this.#map.rows + row;
    const isOpen = sequence >= this.#next[pair]! || this.#exceptions.isMissing(pair, sequence);
    if (isOpen) this.#exceptions.addCorrupt(pair, sequence);
  }

  /** Whether some receiver waits for what it is surely owed. Looks at pairs until it finds one. */
  hasOutstanding(): boolean {
    const { receivers, rows } = this.#map;
    for (let receiver = 0; receiver < receivers; receiver += 1) {
      if (this.#isPresent[receiver] === 0) continue;
      const fromMs = this.#certainFromMs[receiver]!;
      for (let row = 0; row < rows; row += 1) {
        const publisher = this.#map.publisherOf(receiver, row);
        if (publisher < 0) continue;
        const pair = receiver * rows + row;
        const published = this.#table.publishedNear(publisher, this.#next[pair]!);
        const latest = published >= this.#next[pair]! ? published : this.#exceptions.highestMissing(pair);
        // When the latest that is missing is not owed for sure, none is.
        if (latest > 0 && !(this.#table.sentMsOf(publisher, latest) < fromMs)) return true;
      }
    }
    return false;
  }

  /** To be called about once a second: closes what can be closed while its instants are known. */
  sweep(nowMs: number): void {
    for (const receiver of this.#leftLately) {
      if (nowMs >= this.#leftMs[receiver]! + this.#guardMs) this.#closeLeft(receiver);
    }
    const reach = this.#table.size.ringLength * sweepShare;
    const { rows } = this.#map;
    for (const pair of this.#exceptions.pairs()) {
      const receiver = Math.floor(pair / rows);
      const publisher = this.#map.publisherOf(receiver, pair % rows);
      const limit = this.#table.publishedNear(publisher, this.#next[pair]!) - reach;
      if (this.#exceptions.lowestMissing(pair) < limit) this.#giveUpMissing(pair, receiver, publisher, limit);
    }
  }

  /** The drain has ended: what is owed and has not come is lost. Later copies of what was sent until now do not count. */
  settle(): void {
    const { receivers } = this.#map;
    for (let receiver = 0; receiver < receivers; receiver += 1) {
      if (this.#leftLately.has(receiver)) this.#closeLeft(receiver);
      const isPresent = this.#isPresent[receiver] === 1;
      this.#forEachPair(receiver, (pair, publisher, published) => {
        if (isPresent) this.#settlePair(pair, receiver, publisher, published, "missing", Infinity);
        this.#next[pair] = published + 1;
        this.#settledUpTo[publisher] = published;
      });
    }
  }

  #takeOutOfTurn(pair: number, receiver: number, publisher: number, sequence: number, isKept: boolean): CopyAnswer {
    if (sequence <= this.#settledUpTo[publisher]! || this.#isPresent[receiver] === 0) return copyAnswer.closed;
    if (sequence < this.#exceptions.fromOf(pair)) return copyAnswer.unknown;
    const next = this.#next[pair]!;
    if (sequence < next && !this.#exceptions.isMissing(pair, sequence)) return copyAnswer.duplicate;
    if (!isKept) {
      // So late that nobody can tell how late. It counts as lost, as everything older does.
      this.#exceptions.addMissing(pair, next, sequence + 1);
      this.#next[pair] = Math.max(next, sequence + 1);
      this.#giveUpMissing(pair, receiver, publisher, sequence + 1);
      return copyAnswer.closed;
    }
    if (sequence < next) {
      this.#exceptions.removeMissing(pair, sequence);
      return copyAnswer.reordered;
    }
    this.#exceptions.addMissing(pair, next, sequence);
    this.#exceptions.forgetCorrupt(pair, sequence);
    this.#next[pair] = sequence + 1;
    if (this.#exceptions.isOverfull) this.#giveUpMissing(pair, receiver, publisher, sequence);
    return copyAnswer.first;
  }

  #giveUpMissing(pair: number, receiver: number, publisher: number, limit: number): void {
    this.givenUp += this.#settleMissing(pair, receiver, publisher, limit, "missing", Infinity);
  }

  /** Closes the account of a pair with everything that was published until now. */
  #settlePair(
    pair: number,
    receiver: number,
    publisher: number,
    published: number,
    kind: "missing" | "closed",
    certainUntilMs: number,
  ): void {
    const next = this.#next[pair]!;
    if (next > published && !this.#exceptions.has(pair)) return;
    this.#exceptions.addMissing(pair, next, published + 1);
    this.#next[pair] = published + 1;
    this.#settleMissing(pair, receiver, publisher, Infinity, kind, certainUntilMs);
    this.#exceptions.clear(pair);
  }

  /** Tells what became of all that is missing below `limit`; how many of them were lost. */
  #settleMissing(
    pair: number,
    receiver: number,
    publisher: number,
    limit: number,
    kind: "missing" | "closed",
    certainUntilMs: number,
  ): number {
    const certainFromMs = this.#certainFromMs[receiver]!;
    let lost = 0;
    this.#exceptions.takeMissing(pair, limit, (sequence, wasCorrupt) => {
      const sentMs = this.#table.sentMsOf(publisher, sequence);
      const phase = this.#table.phaseOf(publisher, sequence);
      if (sentMs < certainFromMs || sentMs > certainUntilMs) {
        this.#listener.onIndeterminate(publisher, sequence, phase, false, receiver);
        return;
      }
      lost += 1;
      const intendedMs = this.#table.intendedMsOf(publisher, sequence);
      this.#listener.onLost(wasCorrupt ? "corrupt" : kind, receiver, phase, intendedMs);
    });
    return lost;
  }

  /** What came of the sends too near to a leave was taken for deliveries. */
  #takeBackLatest(pair: number, receiver: number, publisher: number, certainUntilMs: number): void {
    const lowest = Math.max(this.#settledUpTo[publisher]! + 1, this.#exceptions.fromOf(pair));
    for (let sequence = this.#next[pair]! - 1; sequence >= lowest; sequence -= 1) {
      const sentMs = this.#table.sentMsOf(publisher, sequence);
      if (!(sentMs > certainUntilMs)) return;
      // One near to the join too was told as indeterminate when it came.
      if (sentMs < this.#certainFromMs[receiver]! || this.#exceptions.isMissing(pair, sequence)) continue;
      this.#listener.onIndeterminate(publisher, sequence, this.#table.phaseOf(publisher, sequence), true, receiver);
    }
  }

  /** Counts what was sent soon after a leave, from where the account was closed up to `end`. */
  #countAfterLeave(pair: number, publisher: number, leftMs: number, end: number): void {
    const receiver = Math.floor(pair / this.#map.rows);
    for (let sequence = this.#next[pair]!; sequence < end; sequence += 1) {
      if (!(this.#table.sentMsOf(publisher, sequence) < leftMs + this.#guardMs)) return;
      this.#listener.onIndeterminate(publisher, sequence, this.#table.phaseOf(publisher, sequence), false, receiver);
    }
  }

  #closeLeft(receiver: number): void {
    const leftMs = this.#leftMs[receiver]!;
    this.#forEachPair(receiver, (pair, publisher, published) => {
      this.#countAfterLeave(pair, publisher, leftMs, published + 1);
      this.#next[pair] = published + 1;
    });
    this.#forgetLeave(receiver);
  }

  #forgetLeave(receiver: number): void {
    this.#leftMs[receiver] = NaN;
    this.#leftLately.delete(receiver);
  }

  #forEachPair(receiver: number, told: (pair: number, publisher: number, published: number) => void): void {
    const { rows } = this.#map;
    for (let row = 0; row < rows; row += 1) {
      const publisher = this.#map.publisherOf(receiver, row);
      if (publisher < 0) continue;
      const pair = receiver * rows + row;
      told(pair, publisher, this.#table.publishedNear(publisher, this.#next[pair]!));
    }
  }
}
