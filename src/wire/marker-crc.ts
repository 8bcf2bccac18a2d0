import { crc32, crc32Table } from "../random/crc32.ts";
import { markerDigits } from "./marker-digits.ts";

/** Characters of the marker that name the message: 4 of the connection, 6 of the sequence. */
const identityLength = 10;
/** Digit pairs of the identity, most significant first: two of the connection, three of the sequence. */
const pairs = 5;

/**
 * The CRC-32 of a payload without a pass over its bytes.
 *
 * For messages of one length the CRC is affine over GF(2): changing some bytes changes the CRC by the XOR of one term per
 * byte, and the terms depend only on place and difference. With c0 the CRC of the payload whose ten identity digits
 * are all zero, and t[k][p] the term of writing the digit pair p in place k:
 *
 *   crc = c0[variant] ^ t[0][connection >> 12] ^ t[1][connection & 4095] ^ t[2][..] ^ t[3][..] ^ t[4][sequence & 4095]
 */
export class MarkerCrc {
  private readonly base: Int32Array;
  private readonly terms: Int32Array;

  /** `baseCrcs`: c0 of each variant. `tailBytes`: payload bytes behind the marker, the same in all variants. */
  constructor(baseCrcs: readonly number[], tailBytes: number) {
    this.base = Int32Array.from(baseCrcs);
    this.terms = makeTerms(tailBytes);
  }

  /** As a signed 32-bit number. `connectionId` below 2^24; `sequenceHigh` and `sequenceLow` are the parts above and below 2^24. */
  of(variant: number, connectionId: number, sequenceHigh: number, sequenceLow: number): number {
    return this.whole(variant, this.head(connectionId, sequenceHigh, sequenceLow >>> 12), sequenceLow & 4095);
  }

  /** What 4096 neighbours on one connection have in common: all digit pairs but the last. */
  head(connectionId: number, sequenceHigh: number, sequenceMiddle: number): number {
    const terms = this.terms;
    return (
      terms[connectionId >>> 12]! ^
      terms[4096 + (connectionId & 4095)]! ^
      terms[8192 + sequenceHigh]! ^
      terms[12288 + sequenceMiddle]!
    );
  }

  /** The CRC, from `head` and the sequence's last digit pair. */
  whole(variant: number, head: number, sequenceLast: number): number {
    return this.base[variant]! ^ head ^ this.terms[16384 + sequenceLast]!;
  }
}

/** The CRC a payload must carry: over all of it but the six characters of the CRC itself. */
export function crcOfPayload(payload: Uint8Array): number {
  return crc32(payload, 32, payload.length, crc32(payload, 0, 26));
}

function makeTerms(tailBytes: number): Int32Array {
  const skipTail = zeroBytesOperator(tailBytes);
  const digitTerms = new Int32Array(identityLength * 64);
  const probe = Buffer.alloc(identityLength, markerDigits[0]);
  const zero = crc32(probe);
  for (let place = 0; place < identityLength; place++) {
    for (let digit = 0; digit < 64; digit++) {
      probe[place] = markerDigits.charCodeAt(digit);
      digitTerms[place * 64 + digit] = apply(skipTail, crc32(probe) ^ zero);
    }
    probe[place] = markerDigits.charCodeAt(0);
  }
  const terms = new Int32Array(pairs * 4096);
  for (let index = 0; index < terms.length; index++) {
    const place = (index >>> 12) * 2;
    const pair = index & 4095;
    terms[index] = digitTerms[place * 64 + (pair >>> 6)]! ^ digitTerms[(place + 1) * 64 + (pair & 63)]!;
  }
  return terms;
}

/**
 * What so many zero bytes do to the CRC register, as a matrix over GF(2): element i is the image of bit i. Made by repeated
 * squaring, so that a message of 16 MiB costs no more than one of 64 bytes. (The way of crc32_combine in zlib.)
 */
function zeroBytesOperator(count: number): Int32Array {
  let power: Int32Array = new Int32Array(32);
  for (let bit = 0; bit < 32; bit++) power[bit] = afterZeroByte(1 << bit);
  let result: Int32Array = Int32Array.from({ length: 32 }, (_, bit) => 1 << bit);
  for (let rest = count; rest > 0; rest = Math.floor(rest / 2)) {
    if (rest % 2 === 1) result = compose(power, result);
    power = compose(power, power);
  }
  return result;
}

function afterZeroByte(register: number): number {
  return (register >>> 8) ^ crc32Table[register & 255]!;
}

function compose(second: Int32Array, first: Int32Array): Int32Array {
  return first.map((column) => apply(second, column));
}

function apply(operator: Int32Array, register: number): number {
  let image = 0;
  for (let bit = 0; bit < 32; bit++) if (((register >>> bit) & 1) === 1) image ^= operator[bit]!;
  return image;
}
