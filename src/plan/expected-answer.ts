import type { ReadyPlan } from "./plan.ts";
import { readReady } from "./ready-pattern.ts";
import { readProblem, readValue, type Reading } from "./reading.ts";

/** What a target's user says that it answers to a probe. */
export type ExpectedAnswer =
  /** Null for any code. */
  | { readonly kind: "close"; readonly code: number | null }
  /** The connection ends without a close frame. */
  | { readonly kind: "end" }
  /** An HTTP answer in place of an upgrade; null for any status. */
  | { readonly kind: "status"; readonly status: number | null }
  /** A message, and the connection stays open; null for any message. */
  | { readonly kind: "message"; readonly sign: ReadyPlan | null }
  /** Nothing is said, and the connection stays open. */
  | { readonly kind: "nothing" }
  /** It is let in, or the connection stays open, whatever is said. */
  | { readonly kind: "open" };

const hint = "write close 1008, end, HTTP 401, message /too large/, nothing or open";

/** Reads an answer as it is written: `close 1009`, `HTTP 429`, `message /too large/`, `end`, `nothing`, `open`. */
export function readExpectedAnswer(text: string): Reading<ExpectedAnswer> {
  const [, word = "", rest = ""] = /^\s*(\S+)\s*(.*?)\s*$/s.exec(text) ?? [];
  switch (word.toLowerCase()) {
    case "close":
      return readNumber(rest, [1000, 4999], "close code", (code) => ({ kind: "close", code }));
    case "http":
      return readNumber(rest, [100, 599], "HTTP status", (status) => ({ kind: "status", status }));
    case "message":
      return readMessage(rest);
    case "end":
    case "nothing":
    case "open":
      if (rest !== "") return readProblem(`has "${rest}" behind ${word.toLowerCase()}`, hint);
      return readValue({ kind: word.toLowerCase() as "end" | "nothing" | "open" });
    default:
      return readProblem("is no answer of a target", hint);
  }
}

function readNumber(
  text: string,
  [least, most]: readonly [least: number, most: number],
  what: string,
  answerOf: (number: number | null) => ExpectedAnswer,
): Reading<ExpectedAnswer> {
  if (text === "") return readValue(answerOf(null));
  const number = /^\d+$/.test(text) ? Number(text) : NaN;
  return number >= least && number <= most
    ? readValue(answerOf(number))
    : readProblem(`has no ${what}`, `a ${what} is a number from ${least} to ${most}; leave it out for any`);
}

function readMessage(text: string): Reading<ExpectedAnswer> {
  if (text === "") return readValue({ kind: "message", sign: null });
  const sign = readReady(text);
  return sign.kind === "value" ? readValue({ kind: "message", sign: sign.value }) : sign;
}
