import { randomFillSync } from "node:crypto";

const keysPerFill = 2048;

/**
 * Masking keys from the operating system's random source, drawn 2048 at a time (about 5 ns per key).
 * RFC 6455 section 5.3: a fresh, unpredictable key for each frame.
 */
export class MaskKeys {
  readonly #keys = new Int32Array(keysPerFill);
  #used = keysPerFill;

  /** 32 random bits as a signed integer. */
  next(): number {
    if (this.#used === keysPerFill) {
      randomFillSync(this.#keys);
      this.#used = 0;
    }
    return this.#keys[this.#used++]!;
  }
}
