import { describe, expect, it } from "vitest";
import { decideProbeVerdict, judgeNeighbours } from "../../../src/probe/judge-probes.ts";
import type { NeighbourStretch, ProbeFinding } from "../../../src/probe/probe-record.ts";

const quiet: NeighbourStretch = {
  ...{ sent: 100, answered: 100, lost: 0, closed: 0, ends: [] },
  ...{ medianLatencyUs: 500, worstLatencyUs: 10_000, ownLatenessUs: 0 },
};
const later = (changes: Partial<NeighbourStretch>) => judgeNeighbours({ ...quiet, ...changes }, quiet);

function finding(outcome: ProbeFinding["outcome"], changes: Partial<NeighbourStretch> = {}): ProbeFinding {
  const tested = outcome !== "not-tested";
  return {
    ...{ name: "unmasked", group: "malformed", sent: "a frame without mask", wanted: "close 1002", outcome },
    note: outcome === "right" ? "" : "for a reason",
    answer: tested ? { kind: "silence" } : null,
    neighbours: tested ? later(changes) : null,
  };
}

const lenient = { strict: false, interrupted: null };
const strict = { strict: true, interrupted: null };

describe("judging neighbours", () => {
  it("finds them unharmed when nothing was lost or ended, and no answer was slow", () => {
    expect(later({})).toMatchObject({ outcome: "unharmed", note: "" });
  });

  it("finds them harmed by a lost message or an ended session, and names both", () => {
    expect(later({ lost: 2 })).toMatchObject({ outcome: "harmed", note: "2 messages were never answered" });
    const both = later({ lost: 1, closed: 3, ends: ["close 1006", "close 1006", "close 1001"] });
    expect(both.note).toBe("3 sessions ended (close 1006, close 1001), 1 message was never answered");
  });

  it("finds them slowed by an answer far slower than any before", () => {
    expect(later({ worstLatencyUs: 259_000 }).outcome).toBe("unharmed");
    expect(later({ worstLatencyUs: 261_000 })).toMatchObject({
      outcome: "slowed",
      note: "an answer took 261 ms; before the probes at most 10 ms",
    });
  });

  it("does not blame the target for what this process itself was late", () => {
    expect(later({ worstLatencyUs: 300_000, ownLatenessUs: 50_000 }).outcome).toBe("unharmed");
  });

  it("says nothing of times where there was no answer", () => {
    expect(later({ worstLatencyUs: null }).outcome).toBe("unharmed");
  });
});

describe("the verdict of probes", () => {
  it("passes what is right, tolerated or not tested", () => {
    const verdict = decideProbeVerdict([finding("right"), finding("tolerated"), finding("not-tested")], lenient);
    expect(verdict).toMatchObject({ outcome: "pass", exitCode: 0 });
    expect(verdict.reasons[0]).toContain("2 probes");
  });

  it("fails with 99 for a wrong answer and for harm, and names the probe", () => {
    expect(decideProbeVerdict([finding("wrong")], lenient)).toEqual({
      ...{ outcome: "fail", exitCode: 99, reasons: ["unmasked: for a reason"] },
    });
    expect(decideProbeVerdict([finding("right", { lost: 1 })], lenient)).toEqual({
      ...{ outcome: "fail", exitCode: 99 },
      reasons: ["unmasked harmed other sessions: 1 message was never answered"],
    });
  });

  it("holds what is tolerated, and slow answers, against the target only when it is to be strict", () => {
    const slow = finding("right", { worstLatencyUs: 1e6 });
    expect(decideProbeVerdict([slow], lenient)).toEqual({
      ...{ outcome: "pass", exitCode: 0 },
      reasons: [
        "1 probe was answered as it should be or without harm; other sessions were slowed during 1 probe, and lost nothing",
      ],
    });
    expect(decideProbeVerdict([slow], strict).exitCode).toBe(99);
    expect(decideProbeVerdict([finding("tolerated")], strict).exitCode).toBe(99);
  });

  it("does not pass where nothing was tested, and says why", () => {
    expect(decideProbeVerdict([finding("not-tested"), finding("not-tested")], lenient)).toEqual({
      ...{ outcome: "inconclusive", exitCode: 96, reasons: ["nothing was tested: for a reason"] },
    });
  });

  it("is interrupted whatever was found before", () => {
    const verdict = decideProbeVerdict([finding("wrong")], { strict: false, interrupted: 130 });
    expect(verdict).toMatchObject({ outcome: "interrupted", exitCode: 130, reasons: ["unmasked: for a reason"] });
  });
});
