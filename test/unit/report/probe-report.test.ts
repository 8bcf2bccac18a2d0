import { describe, expect, it } from "vitest";
import type { ProbeFinding, ProbeRecord } from "../../../src/probe/probe-record.ts";
import { renderProbeReport } from "../../../src/report/probe-report.ts";

const stretch = {
  ...{ sent: 10, answered: 10, lost: 0, closed: 0, ends: [] },
  ...{ medianLatencyUs: 500, worstLatencyUs: 2000, ownLatenessUs: 0 },
};
const unharmed = { ...stretch, outcome: "unharmed", note: "" } as const;
const base = { group: "malformed", sent: "a frame without mask", wanted: "close 1002", neighbours: unharmed } as const;

const findings: readonly ProbeFinding[] = [
  { ...base, name: "ping", outcome: "right", note: "", answer: { kind: "pong", payload: "probe" } },
  { ...base, name: "unmasked", outcome: "wrong", note: "it stays open", answer: { kind: "silence" } },
  { ...base, name: "long-ping", outcome: "tolerated", note: "no word", answer: { kind: "end", how: "closed" } },
  { ...base, name: "no-credentials", outcome: "not-tested", note: "none given", answer: null, neighbours: null },
  {
    ...{ ...base, name: "empty", outcome: "right", note: "", answer: { kind: "close", code: 1002, reason: "bad" } },
    neighbours: { ...stretch, lost: 1, closed: 2, outcome: "harmed", note: "2 sessions ended (close 1006)" },
  },
];

const record: ProbeRecord = {
  schema: "floodgate.probe/1",
  startedAt: "2026-01-01T00:00:00.000Z",
  durationMs: 1000,
  target: "ws://127.0.0.1:8080/",
  neighbours: { count: 4, watchedBy: "messages", before: stretch },
  probes: findings,
  verdict: { outcome: "fail", exitCode: 99, reasons: ["unmasked: it stays open"] },
};

describe("the report of probes", () => {
  it("tells each answer, why it is not right, and who else was harmed", () => {
    expect(renderProbeReport(record, { columns: 80, colour: false })).toBe(
      [
        "Probes of ws://127.0.0.1:8080/",
        "  [PASS] ping: a pong",
        "  [FAIL] unmasked: nothing",
        "         sent a frame without mask; wanted close 1002",
        "         it stays open",
        "  [WARN] long-ping: the connection ended",
        "         sent a frame without mask; wanted close 1002",
        "         no word",
        "  [INFO] no-credentials: not tested: none given",
        '  [PASS] empty: close 1002 "bad"',
        "  [FAIL] other sessions harmed: 2 sessions ended (close 1006)",
        "",
        "Other sessions",
        "  4 sessions, of which the target ended 2 while it was probed",
        "  40 messages while it was probed, 1 lost",
        "  slowest answer 2.000 ms; before the probes 2.000 ms, median 500 us",
        "",
        "[FAIL] unmasked: it stays open",
        "exit code 99",
        "",
      ].join("\n"),
    );
  });

  it("says what could not be seen of sessions that are not answered", () => {
    const unseen = { ...record, neighbours: { ...record.neighbours, watchedBy: "connections" as const } };
    expect(renderProbeReport(unseen, { columns: 100, colour: false })).toContain("nothing else can be seen");
  });

  it("prints nothing but ASCII, whatever a target has said", () => {
    const [first] = findings;
    const loud = {
      ...record,
      probes: [{ ...first!, answer: { kind: "messages", count: 2, first: "h\u00e9\u0007" } as const }],
    };
    expect(renderProbeReport(loud, { columns: 100, colour: false })).toMatch(/^[ -~\n]*$/);
  });
});
