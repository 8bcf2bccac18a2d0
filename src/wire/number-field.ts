import { findText, isAt } from "./byte-search.ts";
import { JsonWalk } from "./json-walk.ts";

/** Where a number stands in a message; a plan's `FieldPattern` is one. */
export type NumberPlace =
  | { readonly kind: "text"; readonly before: string; readonly after: string }
  | { readonly kind: "path"; readonly keys: readonly string[] }
  | { readonly kind: "regex"; readonly source: string; readonly flags: string; readonly name: string };

/** What `NumberField.read` gives for a number of 2^53 or more, which cannot be told from its neighbours. */
export const tooLarge = -2;

/** Finds a number in messages. Allocates nothing per message, but for those that take a regular expression. */
export interface NumberField {
  /** The number in the message `start` .. `end`, 0 or more; -1 when there is none, `tooLarge` when it is. */
  read(view: DataView, start: number, end: number): number;
}

const zero = 0x30;
const quote = 0x22;
const dot = 0x2e;

/** `hasFraction`: a decimal point and digits may follow, as in seconds since the epoch. */
export function makeNumberField(place: NumberPlace, hasFraction = false): NumberField {
  switch (place.kind) {
    case "text":
      return new TextField(place.before, place.after, hasFraction);
    case "path":
      return new PathField(place.keys, hasFraction);
    case "regex":
      return new RegexField(place.source, place.flags, place.name);
  }
}

/** A number between two texts. */
class TextField implements NumberField {
  readonly #before: Buffer;
  readonly #after: Buffer;
  readonly #digits: DigitReader;

  constructor(before: string, after: string, hasFraction: boolean) {
    this.#before = Buffer.from(before);
    this.#after = Buffer.from(after);
    this.#digits = new DigitReader(hasFraction);
  }

  read(view: DataView, start: number, end: number): number {
    const before = this.#before;
    let at = findText(view, start, end, before);
    while (at >= 0) {
      const value = this.#digits.read(view, at, end);
      if (value !== -1 && isAt(view, this.#digits.end, end, this.#after)) return value;
      at = findText(view, at - before.length + 1, end, before);
    }
    return -1;
  }
}

/** A member of a JSON object, as a number or as digits in quotes. */
class PathField implements NumberField {
  readonly #keys: readonly Buffer[];
  readonly #walk = new JsonWalk();
  readonly #digits: DigitReader;

  constructor(keys: readonly string[], hasFraction: boolean) {
    this.#keys = keys.map((key) => Buffer.from(key));
    this.#digits = new DigitReader(hasFraction);
  }

  read(view: DataView, start: number, end: number): number {
    const at = this.#walk.find(view, start, end, this.#keys);
    if (at < 0) return -1;
    const isQuoted = view.getUint8(at) === quote;
    const value = this.#digits.read(view, isQuoted ? at + 1 : at, end);
    const after = this.#digits.end;
    if (value === -1 || after >= end) return -1;
    const next = view.getUint8(after);
    // 12 of 12.5, of 12e3 and of "12a" would be other numbers.
    return isQuoted === (next === quote) && next !== dot && (next | 0x20) !== 0x65 ? value : -1;
  }
}

class RegexField implements NumberField {
  readonly #expression: RegExp;
  readonly #name: string;

  constructor(source: string, flags: string, name: string) {
    this.#expression = new RegExp(source, flags);
    this.#name = name;
  }

  read(view: DataView, start: number, end: number): number {
    const text = Buffer.from(view.buffer, view.byteOffset + start, end - start).toString();
    const found = this.#expression.exec(text)?.groups?.[this.#name];
    if (found === undefined || !/^\d+(\.\d+)?$/.test(found)) return -1;
    const value = Number(found);
    return value <= Number.MAX_SAFE_INTEGER ? value : tooLarge;
  }
}

/** Reads decimal digits. */
class DigitReader {
  /** Behind the number read last. */
  end = 0;
  readonly #hasFraction: boolean;

  constructor(hasFraction: boolean) {
    this.#hasFraction = hasFraction;
  }

  /** The number whose digits begin at `at`; -1 for none, `tooLarge` for one that is. */
  read(view: DataView, at: number, end: number): number {
    let value = 0;
    let next = at;
    for (; next < end; next += 1) {
      const digit = view.getUint8(next) - zero;
      if (digit < 0 || digit > 9) break;
      value = value * 10 + digit;
    }
    this.end = next;
    if (next === at) return -1;
    if (value > Number.MAX_SAFE_INTEGER) return tooLarge;
    if (!this.#hasFraction || next >= end || view.getUint8(next) !== dot) return value;
    return value + this.#readFraction(view, next + 1, end);
  }

  #readFraction(view: DataView, at: number, end: number): number {
    let value = 0;
    let scale = 1;
    let next = at;
    for (; next < end; next += 1) {
      const digit = view.getUint8(next) - zero;
      if (digit < 0 || digit > 9) break;
      scale /= 10;
      value += digit * scale;
    }
    this.end = next;
    return value;
  }
}
