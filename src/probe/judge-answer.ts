import { readReady } from "../plan/ready-pattern.ts";
import { isExpected, isSign } from "./expected-answers.ts";
import type { ProbeAnswer } from "./probe-record.ts";
import type { Expectation } from "./probe.ts";

/** `tolerated`: not what was wanted, but nobody is harmed by it. */
export type AnswerOutcome = "right" | "tolerated" | "wrong";

/** What an answer is, and why where that is not plain. */
export interface AnswerVerdict {
  readonly outcome: AnswerOutcome;
  /** For people; empty when the answer is what was wanted. */
  readonly note: string;
}

const right: AnswerVerdict = { outcome: "right", note: "" };
const rightBut = (note: string): AnswerVerdict => ({ outcome: "right", note });
const tolerated = (note: string): AnswerVerdict => ({ outcome: "tolerated", note });
const wrong = (note: string): AnswerVerdict => ({ outcome: "wrong", note });
const withoutWord = "the connection ended without a close frame: nobody is told why";
const staysOpen = "it was taken in, and the connection stays open";

/**
 * Judges an answer by RFC 6455: a "MUST" that is not kept is wrong, a "SHOULD" is tolerated. Where the target's user says
 * what it answers, that alone is right.
 */
export function judgeAnswer(expected: Expectation, answer: ProbeAnswer): AnswerVerdict {
  if (answer.kind === "unreachable") return wrong(`no connection could be made: ${answer.why}`);
  if (answer.kind === "breach") return wrong(`the target broke the protocol itself: ${answer.what}`);
  switch (expected.kind) {
    case "close":
      return judgeClose(expected.codes, answer);
    case "closing-handshake":
      return judgeClosingHandshake(answer);
    case "pong":
      return judgePong(expected.payload, answer);
    case "refusal":
      return judgeRefusal(expected.statuses, answer);
    case "refusal-if-it-cares":
      return answer.kind === "upgraded"
        ? tolerated("it was let in: the path does not count")
        : judgeRefusal(expected.statuses, answer);
    case "any":
      return judgeAny(answer);
    case "objection":
      return judgeObjection(expected.sign, answer);
    case "taken":
      return judgeTaken(answer);
    case "limit":
      return judgeLimit(answer);
    case "agreed":
      return isExpected(expected.answers, answer)
        ? rightBut("as expected of this target")
        : wrong("it is not what is expected of this target");
  }
}

/** A connection that must be failed (section 7.1.7): the close code before that should be sent, but need not. */
function judgeClose(codes: readonly number[], answer: ProbeAnswer): AnswerVerdict {
  if (answer.kind === "end") return tolerated(withoutWord);
  if (answer.kind !== "close") return wrong(staysOpen);
  if (codes.includes(answer.code)) return right;
  if (answer.code === 1011) return wrong("close 1011 says that the fault is the target's own");
  return tolerated(`closed, but with ${answer.code} in place of ${codes.join(" or ")}`);
}

function judgeClosingHandshake(answer: ProbeAnswer): AnswerVerdict {
  if (answer.kind === "close") {
    // 1005 stands for a close frame without a code.
    return answer.code === 1000 || answer.code === 1005 ? right : tolerated(`answered with ${answer.code}`);
  }
  return answer.kind === "end" ? tolerated(withoutWord) : wrong("the close frame was not answered");
}

function judgePong(payload: string, answer: ProbeAnswer): AnswerVerdict {
  if (answer.kind !== "pong") return wrong("the ping was not answered");
  return answer.payload === payload ? right : wrong("the pong has another payload than the ping");
}

function judgeRefusal(statuses: readonly number[], answer: ProbeAnswer): AnswerVerdict {
  if (answer.kind === "silence") return wrong("no answer came");
  if (answer.kind === "end") return tolerated("the connection ended without an answer: nobody is told why");
  if (answer.kind === "close") {
    return isPolicyCode(answer.code) ? right : tolerated(`let in, then closed with ${answer.code}`);
  }
  if (answer.kind !== "status") return wrong("it was let in");
  if (statuses.includes(answer.status)) return right;
  return answer.status >= 500
    ? wrong(`HTTP ${answer.status} says that the fault is the target's own`)
    : tolerated(`refused, but with ${answer.status} in place of ${statuses.join(" or ")}`);
}

function judgeAny(answer: ProbeAnswer): AnswerVerdict {
  if (answer.kind === "end") return tolerated(withoutWord);
  if (answer.kind === "close" && answer.code === 1011)
    return wrong("close 1011 says that the fault is the target's own");
  return answer.kind === "silence" ? tolerated("the connection answers no ping any more") : right;
}

function judgeObjection(sign: string | null, answer: ProbeAnswer): AnswerVerdict {
  if (answer.kind === "close" || answer.kind === "end") return judgeAny(answer);
  if (answer.kind !== "messages") return wrong("nothing was said against it");
  if (sign === null) return rightBut("what it says is not looked at (--refusal)");
  return matches(sign, answer.first) ? right : wrong(`what came does not match ${sign}`);
}

function judgeTaken(answer: ProbeAnswer): AnswerVerdict {
  if (answer.kind === "close") return wrong(`closed with ${answer.code}, though it is allowed`);
  return answer.kind === "end" ? wrong("the connection ended, though it is allowed") : right;
}

function judgeLimit(answer: ProbeAnswer): AnswerVerdict {
  if (answer.kind === "end") return tolerated(withoutWord);
  if (answer.kind === "close") {
    return isPolicyCode(answer.code) || answer.code === 1013 ? right : tolerated(`closed with ${answer.code}`);
  }
  if (answer.kind === "status") {
    return answer.status === 429 || answer.status === 503 ? right : tolerated(`refused with HTTP ${answer.status}`);
  }
  if (answer.kind === "connections") return judgeConnections(answer);
  return answer.kind === "flood" ? judgeFlood(answer) : right;
}

/** A target that answers nothing has taken all; one that answers some and neither refuses nor answers the others lost them. */
function judgeFlood({ sent, answered, others, durationMs }: Extract<ProbeAnswer, { kind: "flood" }>): AnswerVerdict {
  if (answered === 0 && others === 0) return rightBut("it answers no messages, so that losses cannot be seen");
  const unanswered = sent - answered - others;
  if (unanswered > 0) return wrong(`${unanswered} of ${sent} messages were neither answered nor refused`);
  if (answered < sent) return rightBut(`${sent - answered} of ${sent} messages got another answer than the others`);
  return rightBut(`${Math.round((sent * 1000) / Math.max(1, durationMs))} a second: no limit was seen`);
}

function judgeConnections({ refused, failed }: Extract<ProbeAnswer, { kind: "connections" }>): AnswerVerdict {
  const others = Object.keys(refused).filter((status) => status !== "429" && status !== "503");
  if (failed > 0) return tolerated(`${failed} came to nothing, without an HTTP answer`);
  if (others.length > 0) return tolerated(`refused with HTTP ${others.join(", ")}`);
  return Object.keys(refused).length === 0 ? rightBut("no limit was seen") : right;
}

/** 1008, or a code of the application's own (section 7.4.2). */
function isPolicyCode(code: number): boolean {
  return code === 1008 || (code >= 3000 && code <= 4999);
}

function matches(sign: string, text: string): boolean {
  const reading = readReady(sign);
  return reading.kind === "value" && isSign(reading.value, text);
}
