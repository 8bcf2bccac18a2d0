import { crc32 } from "../random/crc32.ts";
import { findText, isAt } from "./byte-search.ts";

/** Digits of a check: CRC-32/ISO-HDLC in lower-case hexadecimal. */
export const checkDigits = 8;

/** Value 0 .. 15 of each byte that is a lower-case hexadecimal digit, -1 for every other byte. */
const hexValues = makeHexValues();

export const checkFound = { holds: 0, broken: 1, missing: 2 } as const;
export type CheckFound = (typeof checkFound)[keyof typeof checkFound];

/**
 * The check that a message carries: the CRC-32 of all its other bytes, as eight digits between two texts. Allocates nothing.
 */
export class MessageCheck {
  readonly #before: Buffer;
  readonly #after: Buffer;
  /** Where the digits were in the message before: most targets write alike. */
  #lastOffset = 0;
  #lastView: DataView | null = null;
  #lastBytes: Buffer = Buffer.alloc(0);

  constructor(before: string, after: string) {
    this.#before = Buffer.from(before);
    this.#after = Buffer.from(after);
  }

  /** Whether the message `start` .. `end` is as it was when its check was made. */
  test(view: DataView, start: number, end: number): CheckFound {
    const at = this.#find(view, start, end);
    if (at < 0) return checkFound.missing;
    let told = 0;
    for (let digit = at; digit < at + checkDigits; digit += 1) told = (told << 4) | hexValues[view.getUint8(digit)]!;
    const bytes = this.#bytesOf(view);
    const head = crc32(bytes, start, at);
    return crc32(bytes, at + checkDigits, end, head) === told >>> 0 ? checkFound.holds : checkFound.broken;
  }

  /** Where the digits begin; -1 when there are none. */
  #find(view: DataView, start: number, end: number): number {
    const before = this.#before;
    const again = start + this.#lastOffset;
    if (
      this.#lastOffset >= before.length &&
      this.#areDigitsAt(view, again, end) &&
      isAt(view, again - before.length, end, before)
    ) {
      return again;
    }
    let at = findText(view, start, end, before);
    while (at >= 0 && !this.#areDigitsAt(view, at, end)) at = findText(view, at - before.length + 1, end, before);
    if (at >= 0) this.#lastOffset = at - start;
    return at;
  }

  #areDigitsAt(view: DataView, at: number, end: number): boolean {
    if (at + checkDigits > end) return false;
    let all = 0;
    for (let digit = at; digit < at + checkDigits; digit += 1) all |= hexValues[view.getUint8(digit)]!;
    return all >= 0 && isAt(view, at + checkDigits, end, this.#after);
  }

  #bytesOf(view: DataView): Buffer {
    if (view !== this.#lastView) {
      this.#lastView = view;
      this.#lastBytes = Buffer.from(view.buffer, view.byteOffset, view.byteLength);
    }
    return this.#lastBytes;
  }
}

function makeHexValues(): Int8Array {
  const values = new Int8Array(256).fill(-1);
  for (let digit = 0; digit < 16; digit += 1) values[digit.toString(16).charCodeAt(0)] = digit;
  return values;
}
