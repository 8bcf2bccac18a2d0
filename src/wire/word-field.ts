import { findText, isAt } from "./byte-search.ts";
import { JsonWalk } from "./json-walk.ts";
import type { NumberPlace } from "./number-field.ts";

/** Finds in messages which of some known words stands at a place. Allocates nothing per message, but for regular expressions. */
export interface WordField {
  /** Which of the words, as its place in their list; -1 when none of them is there. */
  read(view: DataView, start: number, end: number): number;
}

const quote = 0x22;

export function makeWordField(place: NumberPlace, words: readonly string[]): WordField {
  switch (place.kind) {
    case "text":
      return new TextWord(place.before, place.after, words);
    case "path":
      return new PathWord(place.keys, words);
    case "regex":
      return new RegexWord(place.source, place.flags, place.name, words);
  }
}

/** A word between two texts. */
class TextWord implements WordField {
  readonly #before: Buffer;
  /** Each word with the text behind it, so that none is taken for the beginning of a longer one. */
  readonly #words: readonly Buffer[];

  constructor(before: string, after: string, words: readonly string[]) {
    this.#before = Buffer.from(before);
    this.#words = words.map((word) => Buffer.from(word + after));
  }

  read(view: DataView, start: number, end: number): number {
    const before = this.#before;
    const words = this.#words;
    let at = findText(view, start, end, before);
    while (at >= 0) {
      for (let index = 0; index < words.length; index += 1) if (isAt(view, at, end, words[index]!)) return index;
      at = findText(view, at - before.length + 1, end, before);
    }
    return -1;
  }
}

/** A member of a JSON object: a text or a number. */
class PathWord implements WordField {
  readonly #keys: readonly Buffer[];
  readonly #quoted: readonly Buffer[];
  readonly #bare: readonly Buffer[];
  readonly #walk = new JsonWalk();

  constructor(keys: readonly string[], words: readonly string[]) {
    this.#keys = keys.map((key) => Buffer.from(key));
    this.#quoted = words.map((word) => Buffer.from(JSON.stringify(word)));
    this.#bare = words.map((word) => Buffer.from(word));
  }

  read(view: DataView, start: number, end: number): number {
    const at = this.#walk.find(view, start, end, this.#keys);
    if (at < 0) return -1;
    const isQuoted = view.getUint8(at) === quote;
    const words = isQuoted ? this.#quoted : this.#bare;
    for (let index = 0; index < words.length; index += 1) {
      const word = words[index]!;
      if (isAt(view, at, end, word) && (isQuoted || !isWordByte(view, at + word.length, end))) return index;
    }
    return -1;
  }
}

class RegexWord implements WordField {
  readonly #expression: RegExp;
  readonly #name: string;
  readonly #words: readonly string[];

  constructor(source: string, flags: string, name: string, words: readonly string[]) {
    this.#expression = new RegExp(source, flags);
    this.#name = name;
    this.#words = words;
  }

  read(view: DataView, start: number, end: number): number {
    const text = Buffer.from(view.buffer, view.byteOffset + start, end - start).toString();
    return this.#words.indexOf(this.#expression.exec(text)?.groups?.[this.#name] ?? "");
  }
}

/** Whether a number or a bare word goes on at `at`. */
function isWordByte(view: DataView, at: number, end: number): boolean {
  return at < end && /[\w.+-]/.test(String.fromCharCode(view.getUint8(at)));
}
