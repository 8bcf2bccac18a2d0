import { findText } from "./byte-search.ts";

/** What is looked for in a message: a text, or a regular expression; a plan's `ReadyPlan` is one. */
export interface PatternWords {
  readonly kind: "text" | "regex";
  readonly pattern: string;
  readonly flags: string;
}

/** Tells messages apart by what stands in them. Allocates nothing per message, but for regular expressions. */
export interface TextPattern {
  /** Whether it stands in the message `start` .. `end`. */
  test(view: DataView, start: number, end: number): boolean;
}

export function makeTextPattern(words: PatternWords): TextPattern {
  if (words.kind === "text") {
    const text = Buffer.from(words.pattern);
    return { test: (view, start, end) => findText(view, start, end, text) >= 0 };
  }
  // One that is global or sticky would remember where it last matched, from one message to the next.
  const expression = new RegExp(words.pattern, words.flags.replace(/[gy]/g, ""));
  return {
    test: (view, start, end) =>
      expression.test(Buffer.from(view.buffer, view.byteOffset + start, end - start).toString()),
  };
}
