const golden = 0x9e3779b9;

/** The finalizer of splitmix32: 32 bits in, 32 well-mixed bits out (as int32). A bijection. */
function mix32(value: number): number {
  let z = value;
  z = Math.imul(z ^ (z >>> 16), 0x21f0aaad);
  z = Math.imul(z ^ (z >>> 15), 0x735a2d97);
  return z ^ (z >>> 15);
}

/** The first `count` outputs of splitmix32, 0 .. 2^32 - 1: turns one 32-bit seed into a generator's state. */
export function splitmix32(seed: number, count: number): readonly number[] {
  return Array.from({ length: count }, (_, i) => mix32((seed + Math.imul(golden, i + 1)) | 0) >>> 0);
}

/**
 * A seed (0 .. 2^32 - 1) of its own for each part of a run: deriveSeed(seed, worker, connection). Different lists of
 * stream numbers give unrelated streams; the same list always gives the same one. Stream numbers are 0 .. 2^32 - 1.
 */
export function deriveSeed(seed: number, ...streamNumbers: readonly number[]): number {
  let hash = mix32((seed + golden) | 0) >>> 0;
  for (const stream of streamNumbers) hash = deriveFrom(hash, stream);
  return hash;
}

/** One stream number more: deriveFrom(deriveSeed(seed, a), b) is deriveSeed(seed, a, b). Allocates nothing. */
export function deriveFrom(derived: number, streamNumber: number): number {
  return mix32((Math.imul(derived, 5) + mix32((streamNumber + golden) | 0)) | 0) >>> 0;
}

/**
 * xoshiro128** 1.1 (Blackman and Vigna): the only source of chance in a run, so that a seed repeats it.
 * Draws allocate nothing. Not for secrets.
 */
export class Xoshiro {
  // Kept as int32: larger values would be boxed on every store.
  #s0: number;
  #s1: number;
  #s2: number;
  #s3: number;
  #spareNormal = 0;
  #hasSpareNormal = false;

  /** `seed` is 0 .. 2^32 - 1; the state is four outputs of splitmix32. */
  constructor(seed: number) {
    const [s0, s1, s2, s3] = splitmix32(seed, 4);
    this.#s0 = s0! | 0;
    this.#s1 = s1! | 0;
    this.#s2 = s2! | 0;
    this.#s3 = s3! | 0;
  }

  /** A generator in a given state of four 32-bit numbers, not all 0. */
  static fromState(state: readonly [number, number, number, number]): Xoshiro {
    const made = new Xoshiro(0);
    made.#s0 = state[0] | 0;
    made.#s1 = state[1] | 0;
    made.#s2 = state[2] | 0;
    made.#s3 = state[3] | 0;
    return made;
  }

  #next(): number {
    const s1 = this.#s1;
    const product = Math.imul(s1, 5);
    const result = Math.imul((product << 7) | (product >>> 25), 9);
    const s2 = this.#s2 ^ this.#s0;
    const s3 = this.#s3 ^ s1;
    this.#s1 = s1 ^ s2;
    this.#s0 = this.#s0 ^ s3;
    this.#s2 = s2 ^ (s1 << 9);
    this.#s3 = (s3 << 11) | (s3 >>> 21);
    return result;
  }

  /** 0 .. 2^32 - 1, uniform. */
  u32(): number {
    return this.#next() >>> 0;
  }

  /** 0 <= x < 1 with 53 random bits; takes two draws of 32 bits, the first gives the high ones. */
  f53(): number {
    const high = this.#next() >>> 5;
    const low = this.#next() >>> 6;
    return (high * 0x4000000 + low) / 0x20000000000000;
  }

  /** 0 .. n - 1 for n up to 2^32, as floor(u32 * n / 2^32): off from uniform by less than n / 2^32. */
  below(n: number): number {
    return Math.floor((this.u32() * n) / 0x100000000);
  }

  /** Standard normal (mean 0, standard deviation 1) by Marsaglia's polar method; every second call uses the spare value. */
  normal(): number {
    if (this.#hasSpareNormal) {
      this.#hasSpareNormal = false;
      return this.#spareNormal;
    }
    for (;;) {
      const x = 2 * this.f53() - 1;
      const y = 2 * this.f53() - 1;
      const square = x * x + y * y;
      if (square >= 1 || square === 0) continue;
      const scale = Math.sqrt((-2 * Math.log(square)) / square);
      this.#spareNormal = y * scale;
      this.#hasSpareNormal = true;
      return x * scale;
    }
  }
}
