import type { ReadyPlan } from "./plan.ts";
import { readProblem, readValue, type Reading } from "./reading.ts";

/** Reads `text` or `/regex/flags`; the expression is compiled once to see that it can be. */
export function readReady(text: string): Reading<ReadyPlan> {
  if (text === "") return readProblem("is empty", "write a text that the target sends, or /a regular expression/");
  const regex = /^\/(.+)\/([a-z]*)$/s.exec(text);
  if (regex === null) return readValue({ kind: "text", pattern: text, flags: "" });
  const [, pattern = "", flags = ""] = regex;
  if (/[gy]/.test(flags)) return readProblem("has the flag g or y", "leave it out: each frame is looked at as a whole");
  try {
    new RegExp(pattern, flags);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message.replace(/^Invalid regular expression: /, "") : String(cause);
    return readProblem("is not a regular expression", reason);
  }
  return readValue({ kind: "regex", pattern, flags });
}
