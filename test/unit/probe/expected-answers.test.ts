import { describe, expect, it } from "vitest";
import { readExpectedAnswer } from "../../../src/plan/expected-answer.ts";
import { allProbes } from "../../../src/probe/all-probes.ts";
import { isExpected, withExpectedAnswers } from "../../../src/probe/expected-answers.ts";
import { judgeAnswer } from "../../../src/probe/judge-answer.ts";
import type { ProbeAnswer } from "../../../src/probe/probe-record.ts";

const read = (text: string) => {
  const reading = readExpectedAnswer(text);
  if (reading.kind === "problem") throw new Error(reading.problem);
  return reading.value;
};
const close = (code: number): ProbeAnswer => ({ kind: "close", code, reason: "" });
const status = (code: number): ProbeAnswer => ({ kind: "status", status: code, reason: "" });
const silence: ProbeAnswer = { kind: "silence" };
const pong: ProbeAnswer = { kind: "pong", payload: "alive" };
const message = (first: string): ProbeAnswer => ({ kind: "messages", count: 1, first });
const upgraded: ProbeAnswer = { kind: "upgraded" };
const flood = (answered: number, others: number): ProbeAnswer => ({
  ...{ kind: "flood", sent: 100, answered, others, firstOther: others === 0 ? "" : "slow down", durationMs: 50 },
});
const connections = (refused: Record<string, number>, failed = 0): ProbeAnswer => ({
  ...{ kind: "connections", upgraded: 10, refused, failed },
});

const fitting: readonly (readonly [expected: string, answers: readonly ProbeAnswer[]])[] = [
  ["close 1008", [close(1008)]],
  ["close", [close(1008), close(1011)]],
  [
    "end",
    [
      { kind: "end", how: "reset" },
      { kind: "end", how: "closed" },
    ],
  ],
  ["HTTP 429", [status(429), connections({ "429": 3 })]],
  ["HTTP", [status(500), connections({ "429": 3, "503": 1 })]],
  ["message /too large/", [message('{"error":"too large"}')]],
  ["message", [message(""), message("x")]],
  ["message slow down", [flood(60, 40), flood(0, 100)]],
  ["nothing", [silence, pong, flood(0, 0)]],
  ["open", [silence, pong, upgraded, message("x"), flood(100, 0), flood(60, 40), flood(0, 0), connections({})]],
];
const unfit: readonly (readonly [expected: string, answers: readonly ProbeAnswer[]])[] = [
  ["close 1008", [close(1009), silence, { kind: "end", how: "closed" }]],
  [
    "HTTP 429",
    [status(503), upgraded, connections({}), connections({ "429": 3, "503": 1 }), connections({ "429": 3 }, 1)],
  ],
  ["message /too large/", [message("done"), close(1009), silence]],
  ["message slow down", [flood(100, 0), flood(60, 30)]],
  ["nothing", [message("x"), close(1000), flood(100, 0)]],
  ["open", [close(1000), status(404), flood(60, 30), connections({ "503": 1 }), connections({}, 1)]],
];

describe("answers that a target's user expects", () => {
  it.each(fitting)("%j fits", (expected, answers) => {
    for (const answer of answers) expect(isExpected([read(expected)], answer), JSON.stringify(answer)).toBe(true);
  });

  it.each(unfit)("%j does not fit what it does not say", (expected, answers) => {
    for (const answer of answers) expect(isExpected([read(expected)], answer), JSON.stringify(answer)).toBe(false);
  });

  it("take the place of the RFC's, any of several, and what is none of them is wrong", () => {
    const answers = [read("close 1008"), read("message /too large/")];
    const judge = (answer: ProbeAnswer) => judgeAnswer({ kind: "agreed", answers }, answer);
    expect(judge(message("too large"))).toEqual({ outcome: "right", note: "as expected of this target" });
    expect(judge(close(1008)).outcome).toBe("right");
    expect(judge(close(1009))).toEqual({ outcome: "wrong", note: "it is not what is expected of this target" });
  });

  it("do not excuse a target that breaks the protocol itself", () => {
    const agreed = { kind: "agreed", answers: [read("open")] } as const;
    expect(judgeAnswer(agreed, { kind: "breach", what: "a masked frame" }).outcome).toBe("wrong");
  });

  it("are asked of the probe of that name alone", () => {
    const scope = { hasCredentials: true, badMessages: [], refusalSign: null, messageLimitBytes: 10 };
    const probes = allProbes({ ...scope, oversizeBytes: 10, floodMessages: 1, floodConnections: 1 });
    const expected = { oversize: { texts: ["close 1008", "open"], answers: [read("close 1008"), read("open")] } };
    const changed = probes.filter((probe) => withExpectedAnswers(probe, expected) !== probe);
    expect(changed.map(({ name }) => name)).toEqual(["oversize"]);
    expect(withExpectedAnswers(changed[0]!, expected)).toMatchObject({
      ...{ wants: "close 1008, or open", expects: { kind: "agreed" } },
    });
  });
});
