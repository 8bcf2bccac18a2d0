const slabBytes = 1024 * 1024;

/** Memory that is kept for ever and really written to, so that it shows in the resident set. */
export class LeakedMemory {
  readonly #slabs: Buffer[] = [];
  #freeInLast = 0;

  /** Keeps `bytes` more. */
  keep(bytes: number): void {
    let rest = bytes;
    while (rest > 0) {
      if (this.#freeInLast === 0) {
        this.#slabs.push(Buffer.allocUnsafeSlow(slabBytes));
        this.#freeInLast = slabBytes;
      }
      const taken = Math.min(rest, this.#freeInLast);
      const start = slabBytes - this.#freeInLast;
      this.#slabs.at(-1)!.fill(0x5a, start, start + taken);
      this.#freeInLast -= taken;
      rest -= taken;
    }
  }

  /** Bytes kept so far. */
  get keptBytes(): number {
    return this.#slabs.length * slabBytes - this.#freeInLast;
  }
}
