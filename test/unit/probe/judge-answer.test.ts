import { describe, expect, it } from "vitest";
import { judgeAnswer } from "../../../src/probe/judge-answer.ts";
import type { ProbeAnswer } from "../../../src/probe/probe-record.ts";
import type { Expectation } from "../../../src/probe/probe.ts";

const close = (code: number): ProbeAnswer => ({ kind: "close", code, reason: "" });
const status = (code: number): ProbeAnswer => ({ kind: "status", status: code, reason: "" });
const ended: ProbeAnswer = { kind: "end", how: "closed" };
const silence: ProbeAnswer = { kind: "silence" };
const upgraded: ProbeAnswer = { kind: "upgraded" };
const message: ProbeAnswer = { kind: "messages", count: 1, first: '{"error":"no such type"}' };
const flood = (answered: number, others = 0): ProbeAnswer => ({
  ...{ kind: "flood", sent: 100, answered, others, firstOther: others === 0 ? "" : "slow down", durationMs: 50 },
});
const connections = (refused: Record<string, number>, failed = 0): ProbeAnswer => ({
  ...{ kind: "connections", upgraded: 10, refused, failed },
});

const expectClose: Expectation = { kind: "close", codes: [1002] };
const refusal: Expectation = { kind: "refusal", statuses: [401, 403] };
const anyPath: Expectation = { kind: "refusal-if-it-cares", statuses: [404] };
const limit: Expectation = { kind: "limit" };
const objection: Expectation = { kind: "objection", sign: "/error/" };

const cases: readonly (readonly [Expectation, ProbeAnswer, string])[] = [
  [expectClose, close(1002), "right"],
  [expectClose, close(1007), "tolerated"],
  [expectClose, close(1011), "wrong"],
  [expectClose, ended, "tolerated"],
  [expectClose, silence, "wrong"],
  [expectClose, message, "wrong"],
  [{ kind: "closing-handshake" }, close(1000), "right"],
  [{ kind: "closing-handshake" }, close(1005), "right"],
  [{ kind: "closing-handshake" }, close(1001), "tolerated"],
  [{ kind: "closing-handshake" }, ended, "tolerated"],
  [{ kind: "closing-handshake" }, silence, "wrong"],
  [{ kind: "pong", payload: "probe" }, { kind: "pong", payload: "probe" }, "right"],
  [{ kind: "pong", payload: "probe" }, { kind: "pong", payload: "" }, "wrong"],
  [{ kind: "pong", payload: "probe" }, silence, "wrong"],
  [refusal, status(403), "right"],
  [refusal, status(404), "tolerated"],
  [refusal, status(500), "wrong"],
  [refusal, close(1008), "right"],
  [refusal, close(4001), "right"],
  [refusal, close(1000), "tolerated"],
  [refusal, ended, "tolerated"],
  [refusal, silence, "wrong"],
  [refusal, upgraded, "wrong"],
  [anyPath, upgraded, "tolerated"],
  [anyPath, status(404), "right"],
  [{ kind: "any" }, message, "right"],
  [{ kind: "any" }, { kind: "pong", payload: "alive" }, "right"],
  [{ kind: "any" }, close(1003), "right"],
  [{ kind: "any" }, close(1011), "wrong"],
  [{ kind: "any" }, ended, "tolerated"],
  [{ kind: "any" }, silence, "tolerated"],
  [objection, message, "right"],
  [objection, { kind: "messages", count: 1, first: "done" }, "wrong"],
  [{ kind: "objection", sign: null }, message, "right"],
  [objection, close(1003), "right"],
  [objection, silence, "wrong"],
  [{ kind: "taken" }, silence, "right"],
  [{ kind: "taken" }, close(1009), "wrong"],
  [limit, close(1008), "right"],
  [limit, close(1013), "right"],
  [limit, close(1000), "tolerated"],
  [limit, status(429), "right"],
  [limit, status(400), "tolerated"],
  [limit, flood(100), "right"],
  [limit, flood(60, 40), "right"],
  [limit, flood(60), "wrong"],
  [limit, flood(0), "right"],
  [limit, connections({ "503": 5 }), "right"],
  [limit, connections({ "400": 5 }), "tolerated"],
  [limit, connections({}, 1), "tolerated"],
  [limit, connections({}), "right"],
];

describe("judging an answer", () => {
  it.each(cases)("%j answered with %j is %s", (expected, answer, outcome) => {
    const verdict = judgeAnswer(expected, answer);
    expect(verdict.outcome).toBe(outcome);
    if (outcome !== "right") expect(verdict.note).not.toBe("");
  });

  it("calls no connection wrong, and a breach of the target's own, whatever was expected", () => {
    for (const [expected] of cases) {
      expect(judgeAnswer(expected, { kind: "unreachable", why: "ECONNREFUSED" })).toEqual({
        outcome: "wrong",
        note: "no connection could be made: ECONNREFUSED",
      });
      expect(judgeAnswer(expected, { kind: "breach", what: "a masked frame" }).outcome).toBe("wrong");
    }
  });

  it("counts the messages that a flood has lost", () => {
    expect(judgeAnswer(limit, flood(60, 10)).note).toBe("30 of 100 messages were neither answered nor refused");
  });
});
