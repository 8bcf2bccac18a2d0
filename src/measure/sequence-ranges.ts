/**
 * A set of whole numbers, small as long as they lie in few stretches: what of a stream has not come. Grows at its upper
 * end only.
 */
export class SequenceRanges {
  /** Ends of the stretches: from (included), to (not included), from, to ...; rising, and never touching. */
  readonly #ends: number[] = [];

  /** Stretches, which is what it costs. */
  get stretches(): number {
    return this.#ends.length / 2;
  }

  /** The lowest number; Infinity when empty. */
  get lowest(): number {
    return this.#ends[0] ?? Infinity;
  }

  /** Adds `from` .. `to` - 1, all above what it holds. */
  append(from: number, to: number): void {
    const last = this.#ends.length - 1;
    if (last > 0 && this.#ends[last] === from) this.#ends[last] = to;
    else this.#ends.push(from, to);
  }

  has(number: number): boolean {
    return this.#stretchOf(number) >= 0;
  }

  /** Takes a number out. False when it was not in. */
  remove(number: number): boolean {
    const at = this.#stretchOf(number);
    if (at < 0) return false;
    const from = this.#ends[at]!;
    const to = this.#ends[at + 1]!;
    if (from === number && to === number + 1) this.#ends.splice(at, 2);
    else if (from === number) this.#ends[at] = number + 1;
    else if (to === number + 1) this.#ends[at + 1] = number;
    else this.#ends.splice(at + 1, 0, number, number + 1);
    return true;
  }

  /** Takes out everything below `limit`, telling each, lowest first. */
  removeBelow(limit: number, told: (number: number) => void): void {
    const ends = this.#ends;
    let passed = 0;
    while (passed < ends.length && ends[passed]! < limit) {
      const to = Math.min(ends[passed + 1]!, limit);
      for (let number = ends[passed]!; number < to; number += 1) told(number);
      if (to < ends[passed + 1]!) {
        ends[passed] = to;
        break;
      }
      passed += 2;
    }
    if (passed > 0) ends.splice(0, passed);
  }

  /** The highest number; -Infinity when empty. */
  get highest(): number {
    const { length } = this.#ends;
    return length === 0 ? -Infinity : this.#ends[length - 1]! - 1;
  }

  /** Where in `#ends` the stretch with this number begins; -1 when there is none. */
  #stretchOf(number: number): number {
    let low = 0;
    let high = this.#ends.length / 2 - 1;
    while (low <= high) {
      const middle = (low + high) >>> 1;
      if (this.#ends[2 * middle]! > number) high = middle - 1;
      else if (this.#ends[2 * middle + 1]! <= number) low = middle + 1;
      else return 2 * middle;
    }
    return -1;
  }
}
