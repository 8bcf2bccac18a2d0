import { SequenceRanges } from "./sequence-ranges.ts";

interface Exceptions {
  readonly missing: SequenceRanges;
  /** Missing ones of which a broken copy came. */
  readonly corrupt: Set<number>;
  from: number;
}

/**
 * What is open in the streams between publishers and receivers: sequences that later ones have overtaken, and where a
 * receiver came in after the beginning. Most pairs have none of it and cost nothing.
 */
export class PairExceptions {
  readonly #byPair = new Map<number, Exceptions>();
  readonly #limit: number;
  /** Stretches of missing sequences, and corrupt ones, over all pairs. */
  #size = 0;

  /** `limit`: how much is remembered over all pairs. */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** More is remembered than was agreed. */
  get isOverfull(): boolean {
    return this.#size > this.#limit;
  }

  /** Whether there is anything about a pair. */
  has(pair: number): boolean {
    return this.#byPair.has(pair);
  }

  /** The lowest sequence that may come to a receiver that joined late; 1 when it did not. */
  fromOf(pair: number): number {
    return this.#byPair.get(pair)?.from ?? 1;
  }

  startFrom(pair: number, from: number): void {
    this.#of(pair).from = from;
  }

  isMissing(pair: number, sequence: number): boolean {
    return this.#byPair.get(pair)?.missing.has(sequence) ?? false;
  }

  /** The lowest and highest missing; Infinity and -Infinity when none is. */
  lowestMissing(pair: number): number {
    return this.#byPair.get(pair)?.missing.lowest ?? Infinity;
  }

  highestMissing(pair: number): number {
    return this.#byPair.get(pair)?.missing.highest ?? -Infinity;
  }

  /** `from` .. `to` - 1 are missing, all above those that are already. */
  addMissing(pair: number, from: number, to: number): void {
    if (from >= to) return;
    const { missing } = this.#of(pair);
    this.#size -= missing.stretches;
    missing.append(from, to);
    this.#size += missing.stretches;
  }

  /** A missing one has come. False when it was not missing. */
  removeMissing(pair: number, sequence: number): boolean {
    const exceptions = this.#byPair.get(pair);
    if (exceptions === undefined) return false;
    const { missing, corrupt } = exceptions;
    this.#size -= missing.stretches;
    const wasMissing = missing.remove(sequence);
    this.#size += missing.stretches;
    if (corrupt.delete(sequence)) this.#size -= 1;
    return wasMissing;
  }

  /** A broken copy came of one that is missing, or still to come. Forgotten where too much is remembered. */
  addCorrupt(pair: number, sequence: number): void {
    const { corrupt } = this.#of(pair);
    if (this.isOverfull || corrupt.has(sequence)) return;
    corrupt.add(sequence);
    this.#size += 1;
  }

  /** A sound copy came in its turn of what may have come broken before. */
  forgetCorrupt(pair: number, sequence: number): void {
    if (this.#byPair.get(pair)?.corrupt.delete(sequence) === true) this.#size -= 1;
  }

  /** Takes out all missing ones below `limit`, telling each, lowest first. */
  takeMissing(pair: number, limit: number, told: (sequence: number, wasCorrupt: boolean) => void): void {
    const exceptions = this.#byPair.get(pair);
    if (exceptions === undefined) return;
    const { missing, corrupt } = exceptions;
    this.#size -= missing.stretches;
    missing.removeBelow(limit, (sequence) => {
      const wasCorrupt = corrupt.delete(sequence);
      if (wasCorrupt) this.#size -= 1;
      told(sequence, wasCorrupt);
    });
    this.#size += missing.stretches;
  }

  /** Forgets a pair. */
  clear(pair: number): void {
    const exceptions = this.#byPair.get(pair);
    if (exceptions === undefined) return;
    this.#size -= exceptions.missing.stretches + exceptions.corrupt.size;
    this.#byPair.delete(pair);
  }

  /** Pairs of which there is something. */
  pairs(): Iterable<number> {
    return this.#byPair.keys();
  }

  #of(pair: number): Exceptions {
    let exceptions = this.#byPair.get(pair);
    if (exceptions === undefined) {
      exceptions = { missing: new SequenceRanges(), corrupt: new Set(), from: 1 };
      this.#byPair.set(pair, exceptions);
    }
    return exceptions;
  }
}
