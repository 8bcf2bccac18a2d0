import type { ExpectedAnswer } from "../plan/expected-answer.ts";
import type { ReadyPlan } from "../plan/plan.ts";
import type { ProbeAnswer } from "./probe-record.ts";
import type { Probe } from "./probe.ts";

/** Answers in place of those that the RFC asks for, by the name of the probe, with the words they were written in. */
export type ExpectedAnswers = Readonly<
  Record<string, { readonly texts: readonly string[]; readonly answers: readonly ExpectedAnswer[] }>
>;

/** The probe with the answers that are right in its user's eyes, where there are any. */
export function withExpectedAnswers(probe: Probe, expected: ExpectedAnswers): Probe {
  const own = Object.hasOwn(expected, probe.name) ? expected[probe.name] : undefined;
  if (own === undefined) return probe;
  return { ...probe, wants: own.texts.join(", or "), expects: { kind: "agreed", answers: own.answers } };
}

/** Whether an answer is one of those. */
export function isExpected(expected: readonly ExpectedAnswer[], answer: ProbeAnswer): boolean {
  return expected.some((each) => fits(each, answer));
}

function fits(expected: ExpectedAnswer, answer: ProbeAnswer): boolean {
  switch (expected.kind) {
    case "close":
      return answer.kind === "close" && (expected.code === null || answer.code === expected.code);
    case "end":
      return answer.kind === "end";
    case "status":
      return fitsStatus(expected.status, answer);
    case "message":
      return fitsMessage(expected.sign, answer);
    case "nothing":
      // A pong answers the ping that asks for a sign of life, not the probe.
      return answer.kind === "silence" || answer.kind === "pong" || (isFlood(answer) && answer.answered === 0);
    case "open":
      return isOpen(answer);
  }
}

/** Of connections at once: those that were not let in were all refused so. */
function fitsStatus(status: number | null, answer: ProbeAnswer): boolean {
  if (answer.kind === "status") return status === null || answer.status === status;
  if (answer.kind !== "connections" || answer.failed > 0) return false;
  const refused = Object.keys(answer.refused);
  return refused.length > 0 && refused.every((each) => status === null || each === String(status));
}

/** Of a flood: what was not answered as usual was answered so, and nothing is missing. */
function fitsMessage(sign: ReadyPlan | null, answer: ProbeAnswer): boolean {
  if (answer.kind === "messages") return sign === null || isSign(sign, answer.first);
  if (!isFlood(answer) || answer.others === 0) return false;
  return answer.answered + answer.others >= answer.sent && (sign === null || isSign(sign, answer.firstOther));
}

function isOpen(answer: ProbeAnswer): boolean {
  if (answer.kind === "connections") return answer.failed === 0 && Object.keys(answer.refused).length === 0;
  // Nothing is missing, or it answers nothing anyway.
  if (isFlood(answer)) return [0, answer.sent].includes(Math.min(answer.answered + answer.others, answer.sent));
  return ["upgraded", "messages", "silence", "pong"].includes(answer.kind);
}

function isFlood(answer: ProbeAnswer): answer is Extract<ProbeAnswer, { kind: "flood" }> {
  return answer.kind === "flood";
}

/** Whether a text is a sign that the target was to give. */
export function isSign({ kind, pattern, flags }: ReadyPlan, text: string): boolean {
  return kind === "text" ? text.includes(pattern) : new RegExp(pattern, flags).test(text);
}
