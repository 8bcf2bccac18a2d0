import { decideProbeVerdict } from "../../src/probe/judge-probes.ts";
import type { NeighbourStretch, ProbeFinding, ProbeRecord } from "../../src/probe/probe-record.ts";

const stretch: NeighbourStretch = {
  ...{ sent: 10, answered: 10, lost: 0, closed: 0, ends: [] },
  ...{ medianLatencyUs: 500, worstLatencyUs: 2000, ownLatenessUs: 0 },
};
const unharmed = { ...stretch, outcome: "unharmed", note: "" } as const;

/** A probe that was answered as it should be, but for what is given. */
export function sampleFinding(name: string, changes: Partial<ProbeFinding> = {}): ProbeFinding {
  return {
    ...{ name, group: "malformed", sent: "a frame without mask", wanted: "close 1002", outcome: "right", note: "" },
    answer: { kind: "close", code: 1002, reason: "" },
    neighbours: unharmed,
    ...changes,
  };
}

/** A record of these probes, with the verdict that follows from them. */
export function sampleProbes(probes: readonly ProbeFinding[], changes: Partial<ProbeRecord> = {}): ProbeRecord {
  const strict = changes.strict ?? false;
  return {
    ...{ schema: "floodgate.probe/1", toolVersion: "0.1.0", startedAt: "2026-01-01T00:00:00.000Z", durationMs: 1000 },
    ...{ target: "ws://127.0.0.1:8080/", strict },
    neighbours: { count: 4, watchedBy: "messages", before: stretch },
    probes,
    verdict: decideProbeVerdict(probes, { strict, interrupted: null }),
    ...changes,
  };
}

const handshake = { group: "handshake", sent: "an upgrade request without a key", wanted: "HTTP 400" } as const;
const unauthorised = {
  group: "unauthorised",
  sent: "an upgrade request without the credentials",
  wanted: "HTTP 401 or 403, or close 1008",
} as const;
const notTested = { outcome: "not-tested", answer: null, neighbours: null } as const;

/** Of every kind of answer and outcome one. */
export const mixedFindings: readonly ProbeFinding[] = [
  sampleFinding("ping", { sent: "a ping", wanted: "a pong", answer: { kind: "pong", payload: "probe" } }),
  sampleFinding("no-key", { ...handshake, answer: { kind: "status", status: 400, reason: "Bad Request" } }),
  sampleFinding("short-key", {
    ...{ ...handshake, outcome: "wrong", note: "it was let in" },
    answer: { kind: "upgraded" },
  }),
  sampleFinding("no-credentials", {
    ...{ ...unauthorised, ...notTested },
    note: "the target was given no credentials that could be left out (--bearer, --header, the URL)",
  }),
  sampleFinding("bad-message-1", {
    ...{ sent: 'the message {"type":"nosuch"}', wanted: '"error", or a close frame' },
    answer: { kind: "messages", count: 1, first: '{"error":"there is no such type"}' },
  }),
  sampleFinding("unmasked", {
    ...{ outcome: "wrong", note: "it was taken in, and the connection stays open", answer: { kind: "silence" } },
  }),
  sampleFinding("long-ping", {
    ...{ outcome: "tolerated", note: "the connection ended without a close frame: nobody is told why" },
    answer: { kind: "end", how: "reset" },
  }),
  sampleFinding("invalid-utf8", {
    ...{ wanted: "close 1007", sent: "a text message that is no UTF-8" },
    answer: { kind: "close", code: 1007, reason: "invalid UTF-8" },
    neighbours: {
      ...{ ...stretch, answered: 9, lost: 1, closed: 2, ends: ["close 1006", "close 1006"], worstLatencyUs: 2100 },
      ...{ outcome: "harmed", note: "2 sessions ended (close 1006), 1 message was never answered" },
    },
  }),
  sampleFinding("message-flood", {
    ...{ group: "too-fast", sent: "2000 messages as fast as they are taken", note: "8333 a second: no limit was seen" },
    wanted: "all of them taken, or close 1008 or 1013",
    answer: { kind: "flood", sent: 2000, answered: 2000, others: 0, firstOther: "", durationMs: 240 },
    neighbours: {
      ...{ ...stretch, worstLatencyUs: 413_000, ownLatenessUs: 3000 },
      ...{ outcome: "slowed", note: "an answer took 413 ms; before the probes at most 2 ms" },
    },
  }),
  sampleFinding("connection-flood", {
    ...{ group: "too-fast", sent: "50 connections at once", wanted: "all of them opened, or HTTP 429 or 503" },
    answer: { kind: "connections", upgraded: 26, refused: { "503": 24 }, failed: 0 },
  }),
  sampleFinding("oversize", {
    ...{ group: "oversize", sent: "a message of 2 GiB by its header, of which a part follows", wanted: "close 1009" },
    answer: { kind: "close", code: 1009, reason: "" },
  }),
];

/** Records of probes, by what they show. */
export const probeCases: Readonly<Record<string, ProbeRecord>> = {
  mixed: sampleProbes(mixedFindings),
  strict: sampleProbes(mixedFindings, { strict: true }),
  right: sampleProbes([
    sampleFinding("unmasked"),
    sampleFinding("ping", { answer: { kind: "pong", payload: "probe" } }),
  ]),
  "nothing-tested": sampleProbes([
    sampleFinding("no-credentials", { ...unauthorised, ...notTested, note: "the target was given no credentials" }),
  ]),
  interrupted: sampleProbes(
    [sampleFinding("unmasked"), sampleFinding("long-ping", { ...notTested, note: "probing was stopped before it" })],
    { verdict: { outcome: "interrupted", exitCode: 130, reasons: [] } },
  ),
  unanswered: sampleProbes([sampleFinding("unmasked")], {
    neighbours: {
      ...{ count: 4, watchedBy: "connections" },
      before: { ...stretch, sent: 0, answered: 0, medianLatencyUs: null, worstLatencyUs: null },
    },
  }),
};
