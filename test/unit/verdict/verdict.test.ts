import { describe, expect, it } from "vitest";
import type { ResultThreshold, RunResult } from "../../../src/result/run-result.ts";
import { decideVerdict, type Verdict } from "../../../src/verdict/verdict.ts";
import { sampleBlock, sampleCheck, sampleMessages, sampleResult } from "../../support/sample-result.ts";

const held = sampleCheck();
const failed = sampleCheck({ outcome: "fail", value: 0.0612 });
const noData = sampleCheck({ outcome: "no-data", value: null, detail: "no samples" });
const unresolved = sampleCheck({ outcome: "unresolved", detail: "p99 needs 1,000 samples, there are 5" });
const uncertain = sampleCheck({ outcome: "uncertain", value: 0.048, low: 0.046, high: 0.053 });
const notEvaluated = sampleCheck({ outcome: "not-evaluated" });
const warnOnly = (check: ResultThreshold): ResultThreshold => ({ ...check, warnOnly: true });

const sound = sampleResult();
const inMode = (mode: RunResult["config"]["mode"]) => ({ ...sound.config, mode });
const connections = (changes: Partial<RunResult["totals"]["connections"]>) => ({
  ...sound.totals.connections,
  ...changes,
});
const refused: RunResult["failures"][number] = {
  ...{ code: "connect/refused", phase: "connect", kind: "refused", blame: "target", count: 10, firstMs: 0, lastMs: 9 },
  example: "connect ECONNREFUSED 127.0.0.1:1",
};
const runs = {
  sound,
  limited: sampleResult({ generator: { ...sound.generator, health: "limited", reasons: ["slip p99 was 30 ms"] } }),
  aborted: sampleResult({ end: { kind: "aborted", reason: "latency.p99<50ms: 61.20 ms" } }),
  nothingDelivered: sampleResult({
    totals: sampleBlock(100, 10, { messages: sampleMessages(100, { lostMissing: 100 }) }),
  }),
  nothingSent: sampleResult({ totals: sampleBlock(0, 10) }),
  unreachable: sampleResult({
    totals: sampleBlock(0, 10, { connections: connections({ opened: 0, failed: 10 }) }),
    failures: [refused],
  }),
  workerLost: sampleResult({ generator: { ...sound.generator, lostWorkers: [{ index: 1, reason: "exited with 9" }] } }),
  failed: sampleResult({ end: { kind: "failed", reason: "the mock ended" } }),
  interrupted: sampleResult({ end: { kind: "interrupted", reason: "SIGINT" } }),
  terminated: sampleResult({ end: { kind: "interrupted", reason: "SIGTERM" } }),
  nothingPushed: sampleResult({ config: inMode("push"), totals: sampleBlock(0, 10) }),
  pushed: sampleResult({
    config: inMode("push"),
    totals: sampleBlock(0, 10, { messages: sampleMessages(0, { expected: 100 }) }),
  }),
  onewayUnknown: sampleResult({
    config: inMode("oneway"),
    totals: sampleBlock(100, 10, {
      messages: sampleMessages(100, { expected: 0 }),
      bytes: { sent: 6400, received: 0, accepted: 7200 },
    }),
  }),
  onewayRefused: sampleResult({
    config: inMode("oneway"),
    totals: sampleBlock(100, 10, {
      messages: sampleMessages(100, { expected: 0 }),
      bytes: { sent: 6400, received: 0, accepted: 0 },
    }),
  }),
  onewayLost: sampleResult({
    config: inMode("oneway"),
    totals: sampleBlock(100, 10, {
      messages: sampleMessages(100, { lostMissing: 100 }),
      bytes: { sent: 6400, received: 0, accepted: 7200 },
    }),
  }),
  connectOnly: sampleResult({ config: inMode("connect"), totals: sampleBlock(0, 10) }),
  connectNone: sampleResult({
    config: inMode("connect"),
    totals: sampleBlock(0, 10, { connections: connections({ opened: 0, failed: 10 }) }),
  }),
};

type Row = readonly [
  name: keyof typeof runs,
  checks: readonly ResultThreshold[],
  Verdict["outcome"],
  Verdict["exitCode"],
];

describe("decideVerdict", () => {
  it.each<Row>([
    ["sound", [], "pass", 0],
    ["sound", [held, held], "pass", 0],
    ["sound", [held, failed], "fail", 99],
    ["sound", [noData], "fail", 99],
    ["sound", [unresolved], "pass", 0],
    ["sound", [warnOnly(failed), warnOnly(noData)], "pass", 0],
    ["limited", [], "pass", 0],
    ["limited", [warnOnly(notEvaluated)], "pass", 0],
    ["limited", [notEvaluated], "inconclusive", 96],
    ["limited", [held], "pass", 0],
    ["limited", [notEvaluated, failed], "inconclusive", 96],
    ["aborted", [failed], "fail", 99],
    ["aborted", [held], "fail", 99],
    ["nothingDelivered", [], "failed", 97],
    ["nothingDelivered", [failed], "failed", 97],
    ["nothingDelivered", [notEvaluated], "failed", 97],
    ["nothingSent", [], "failed", 97],
    ["unreachable", [], "failed", 97],
    ["workerLost", [held], "failed", 97],
    ["workerLost", [failed, notEvaluated], "failed", 97],
    ["failed", [held], "failed", 97],
    ["interrupted", [], "interrupted", 130],
    ["interrupted", [failed], "interrupted", 130],
    ["interrupted", [notEvaluated], "interrupted", 130],
    ["terminated", [failed], "interrupted", 143],
    ["onewayUnknown", [], "pass", 0],
    ["onewayUnknown", [noData], "fail", 99],
    ["onewayRefused", [], "failed", 97],
    ["onewayLost", [], "failed", 97],
    ["nothingPushed", [], "failed", 97],
    ["pushed", [], "pass", 0],
    ["connectOnly", [], "pass", 0],
    ["connectNone", [], "failed", 97],
  ])("of the run %s with %j is %s", (name, checks, outcome, exitCode) => {
    const verdict = decideVerdict(runs[name], checks, { strict: false });
    expect({ outcome: verdict.outcome, exitCode: verdict.exitCode }).toEqual({ outcome, exitCode });
    expect(verdict.reasons.length).toBeGreaterThan(0);
  });

  it("is inconclusive over an uncertain threshold only when strict, and says what it was unsure of", () => {
    const lax = decideVerdict(sound, [held, uncertain], { strict: false });
    expect(lax).toMatchObject({ outcome: "pass", exitCode: 0 });
    expect(lax.reasons).toEqual([
      "nothing failed, but 1 of 2 thresholds could not be decided (not sure enough)",
      "not decided: latency.p99<50ms: 48.00 ms, uncertain within 46.00 ms .. 53.00 ms",
    ]);
    const strict = decideVerdict(sound, [held, uncertain, failed], { strict: true });
    expect(strict).toMatchObject({ outcome: "inconclusive", exitCode: 96 });
    expect(strict.reasons.at(-1)).toContain("threshold failed: latency.p99<50ms: 61");
    expect(decideVerdict(sound, [uncertain, failed], { strict: false }).exitCode).toBe(99);
    expect(decideVerdict(sound, [warnOnly(uncertain)], { strict: true }).exitCode).toBe(0);
  });

  it("stays interrupted although nothing was delivered", () => {
    const run = { ...runs.unreachable, end: runs.interrupted.end };
    expect(decideVerdict(run, [], { strict: false }).exitCode).toBe(130);
  });

  it("counts unresolved thresholds as failures only when strict", () => {
    expect(decideVerdict(sound, [unresolved], { strict: true }).exitCode).toBe(99);
    expect(decideVerdict(sound, [unresolved], { strict: false }).reasons.join("\n")).toContain(
      "not decided: latency.p99<50ms",
    );
    expect(decideVerdict(sound, [warnOnly(unresolved)], { strict: true }).exitCode).toBe(0);
  });

  it.each<[keyof typeof runs, readonly ResultThreshold[], string]>([
    ["sound", [], "no threshold was asked for"],
    ["sound", [held, held], "2 of 2 thresholds held"],
    ["sound", [unresolved], "nothing failed, but 1 of 1 threshold could not be decided (too few samples)"],
    [
      "sound",
      [held, { ...unresolved, samples: null }],
      "nothing failed, but 1 of 2 thresholds could not be decided (too short a run)",
    ],
    ["sound", [failed], "threshold failed: latency.p99<50ms: 61.20 ms"],
    ["sound", [noData], "threshold failed: latency.p99<50ms: no data (no samples)"],
    ["sound", [warnOnly(failed)], "warning only: latency.p99<50ms: 61.20 ms"],
    ["limited", [notEvaluated], "so 1 threshold could not be judged: slip p99 was 30 ms"],
    [
      "unreachable",
      [],
      "none of 10 connection attempts succeeded: connect ECONNREFUSED 127.0.0.1:1: nothing listens there",
    ],
    ["nothingDelivered", [], "nothing was delivered: none of 100 messages came back"],
    ["nothingSent", [], "no message was sent"],
    ["onewayRefused", [], "the network took none of the messages"],
    ["onewayLost", [], "the target took in none of 100 messages"],
    ["workerLost", [], "worker 2 was lost: exited with 9"],
    ["failed", [], "the mock ended"],
    ["aborted", [], "aborted: latency.p99<50ms: 61.20 ms"],
    ["terminated", [], "interrupted by SIGTERM; the result is partial"],
    ["interrupted", [failed], "threshold failed: latency.p99<50ms: 61.20 ms"],
  ])("of the run %s with %j says %s", (name, checks, words) => {
    expect(decideVerdict(runs[name], checks, { strict: false }).reasons.join("\n")).toContain(words);
  });

  it("names what closed the connections rather than the silence on them", () => {
    const closed: RunResult["failures"][number] = {
      ...{ code: "close/policy-violation", phase: "close", kind: "policy-violation", blame: "target" },
      ...{ count: 10, firstMs: 0, lastMs: 9, example: 'a close frame with code 1008: "no token"' },
    };
    const warnings = [{ code: "nothing-answered", text: "the target sent nothing at all" }];
    const [reason] = decideVerdict({ ...runs.nothingDelivered, failures: [closed], warnings }, [], {
      strict: false,
    }).reasons;
    expect(reason).toBe(
      'nothing was delivered: none of 100 messages came back: a close frame with code 1008: "no token"',
    );
  });

  it("adds no general words to a failure whose own text names the mend", () => {
    const example = "the target does not speak TLS on this port; is the address meant to be ws://?";
    const failures = [{ ...refused, code: "connect/tls", kind: "tls", example }];
    const [reason] = decideVerdict({ ...runs.unreachable, failures }, [], { strict: false }).reasons;
    expect(reason).toBe(`none of 10 connection attempts succeeded: ${example}`);
  });

  it("shows the first foreign frame when nothing that came back was ours", () => {
    const run = {
      ...runs.nothingDelivered,
      warnings: [{ code: "nothing-answered", text: 'the first frame it sent: "hello"' }],
    };
    expect(decideVerdict(run, [], { strict: false }).reasons[0]).toContain(
      'came back; the first frame it sent: "hello"',
    );
  });
});
