import { isAt } from "./byte-search.ts";

const quote = 0x22;
const backslash = 0x5c;
const colon = 0x3a;
const comma = 0x2c;
const openBrace = 0x7b;
const closeBrace = 0x7d;
const openBracket = 0x5b;
const closeBracket = 0x5d;

/**
 * Walks over the bytes of a JSON object to one of its members, without parsing the rest: strings and nested values are
 * passed over. Allocates nothing. What is no JSON gives -1, or, where only the part behind the member is broken, the member.
 */
export class JsonWalk {
  #at = 0;

  /** Where the value of the member begins whose names, from the outermost object on, are `keys`; -1 when there is none. */
  find(view: DataView, start: number, end: number, keys: readonly Buffer[]): number {
    this.#at = start;
    for (const key of keys) {
      if (this.#next(view, end) !== openBrace || !this.#enterMember(view, end, key)) return -1;
    }
    return this.#at;
  }

  /** From the opening brace to the value of the member `key` of this object. */
  #enterMember(view: DataView, end: number, key: Buffer): boolean {
    this.#at += 1;
    while (this.#next(view, end) === quote) {
      const name = this.#at + 1;
      this.#skipString(view, end);
      const isWanted = this.#at - 1 - name === key.length && isAt(view, name, end, key);
      if (this.#next(view, end) !== colon) return false;
      this.#at += 1;
      if (this.#next(view, end) < 0) return false;
      if (isWanted) return true;
      this.#skipValue(view, end);
      if (this.#next(view, end) !== comma) return false;
      this.#at += 1;
    }
    return false;
  }

  /** The next byte that is no white space; -1 at the end. */
  #next(view: DataView, end: number): number {
    while (this.#at < end) {
      const byte = view.getUint8(this.#at);
      if (byte !== 0x20 && byte !== 0x0a && byte !== 0x0d && byte !== 0x09) return byte;
      this.#at += 1;
    }
    return -1;
  }

  /** From the opening quote to behind the closing one. */
  #skipString(view: DataView, end: number): void {
    this.#at += 1;
    while (this.#at < end) {
      const byte = view.getUint8(this.#at);
      this.#at += byte === backslash ? 2 : 1;
      if (byte === quote) return;
    }
    this.#at = end;
  }

  /** To the comma or the bracket behind a value. */
  #skipValue(view: DataView, end: number): void {
    let depth = 0;
    while (this.#at < end) {
      const byte = view.getUint8(this.#at);
      if (byte === quote) {
        this.#skipString(view, end);
        continue;
      }
      if (depth === 0 && (byte === comma || byte === closeBrace || byte === closeBracket)) return;
      if (byte === openBrace || byte === openBracket) depth += 1;
      else if (byte === closeBrace || byte === closeBracket) depth -= 1;
      this.#at += 1;
    }
  }
}
