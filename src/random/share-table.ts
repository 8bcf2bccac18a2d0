/** Chooses among a few kinds by their shares of the whole. */
export class ShareTable {
  /** The draw below which kind i or one before it is meant. */
  readonly #bounds: readonly number[];

  /** `shares` are 0 or more and add up to 1, but for rounding. */
  constructor(shares: readonly number[]) {
    let bound = 0;
    this.#bounds = shares.map((share) => (bound += share));
  }

  /** The kind that a draw from 0 .. 1 (1 excluded) falls on, as its place in the list. Allocates nothing. */
  indexOf(draw: number): number {
    const bounds = this.#bounds;
    const last = bounds.length - 1;
    for (let index = 0; index < last; index += 1) if (draw < bounds[index]!) return index;
    return last;
  }
}
