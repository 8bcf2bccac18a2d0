import { expect, test } from "vitest";
import { noAnswerFor } from "../../../src/engine/lost-worker.ts";
import { warningCodes } from "../../../src/result/warnings.ts";
import type { CollectedStreams } from "../../../src/engine/collected-streams.ts";
import { aCollected, aCollectedPhase, aHistogram, aPhasePlan, someConnections } from "../../support/a-collected.ts";
import { aResult, aResultInput } from "../../support/a-result.ts";
import { plainStream } from "../../support/streaming-worker.ts";

const { connect } = aResultInput().plan;

type Changes = NonNullable<Parameters<typeof aResult>[0]>;
const textOf = (code: keyof typeof warningCodes, changes: Changes): string | undefined =>
  aResult(changes).warnings.find((warning) => warning.code === warningCodes[code])?.text;

const tenThousand = aCollectedPhase({}, { sent: 10_000 });

test("a sound, long enough run carries no warning", () => {
  expect(aResult({ phases: [tenThousand] }).warnings).toEqual([]);
});

test("the warning of a limited generator comes first and gives the reasons", () => {
  const changes = { phases: [aCollectedPhase({}, { offered: 1500, unsentLate: 500 })] };
  expect(aResult(changes).warnings[0]?.code).toBe(warningCodes.generatorLimited);
  expect(textOf("generatorLimited", changes)).toMatch(/say nothing about the target: .*of the schedule was sent/);
});

test("when nothing comes back the first foreign frame is shown", () => {
  const phases = [aCollectedPhase({}, { delivered: 0, lostMissing: 1000 })];
  const message = { sizeBytes: 100, frameType: "text", templatePrefix: "{", templateSuffix: "}", mix: null } as const;
  expect(
    textOf("nothingAnswered", { phases, plan: { message }, collected: { firstForeignFrame: `{"error":"login"}` } }),
  ).toBe(
    String.raw`nothing the target sent carries the payload of a message; the first frame it sent: "{\"error\":\"login\"}"`,
  );
  expect(textOf("nothingAnswered", { phases })).toBe(
    "nothing came back that carries a marker; the target sent nothing at all",
  );
  expect(textOf("nothingAnswered", { phases: [tenThousand] })).toBeUndefined();
});

test("nothing is said of silence as long as every answer may still come", () => {
  const phases = [aCollectedPhase({}, { delivered: 0, pending: 1000 })];
  expect(textOf("nothingAnswered", { phases, collected: { end: { kind: "running" } } })).toBeUndefined();
});

test("more than 5 % of a segment coming only in the drain is a backlog", () => {
  const phase = (late: number) => [aCollectedPhase({}, { late, deliveredInWindow: 1000 - late })];
  expect(textOf("backlogAtEnd", { phases: phase(50) })).toBeUndefined();
  expect(textOf("backlogAtEnd", { phases: phase(51) })).toMatch(/^backlog at end: 51 messages of 1,000 \(5\.1%\)/);
});

test("a handful coming in the drain is no backlog, whatever its share", () => {
  const phase = (late: number) => [aCollectedPhase({}, { sent: 20, late, deliveredInWindow: 20 - late })];
  expect(textOf("backlogAtEnd", { phases: phase(9) })).toBeUndefined();
  expect(textOf("backlogAtEnd", { phases: phase(10) })).toContain("10 messages of 20");
});

test("full buffers are not put down to the target while the generator was limited", () => {
  const phases = [aCollectedPhase({}, { offered: 1600, unsentLate: 500, unsentBlocked: 100 })];
  expect(textOf("targetNotReading", { phases })).toBe(
    "100 messages could not be sent as the buffers of their connections were full",
  );
});

test("messages that did not leave are told by the reason they did not", () => {
  const unsent = (counts: object) => ({ phases: [aCollectedPhase({}, { offered: 1001, ...counts })] });
  expect(textOf("targetNotReading", unsent({ unsentBlocked: 1 }))).toContain("1 message could not be sent");
  expect(textOf("notOpen", unsent({ unsendable: 1 }))).toContain("connection was not open");
  expect(textOf("skipped", unsent({ skipped: 1 }))).toContain("left out by --on-late skip");
});

test("phases that did not begin are named, but not while the run goes on", () => {
  const plan = { segments: [{ connections: 10, phases: [aPhasePlan(), aPhasePlan({ name: "peak" })] }] };
  const input = { plan, collected: { end: { kind: "interrupted", signal: "SIGINT" } } } as const;
  const result = aResult(input);
  expect(result.warnings.find((warning) => warning.code === warningCodes.phasesNotReached)?.text).toBe(
    "1 of 2 phases did not begin: peak",
  );
  expect(textOf("phasesNotReached", { plan, collected: { end: { kind: "running" } } })).toBeUndefined();
});

test("lost workers, missed intervals, early losses and refused compression are said", () => {
  const generator = {
    ...aCollected().generator,
    lostWorkers: [{ index: 1, reason: "out of memory" }],
    missedByIntervals: { sent: 100, delivered: 100, lost: 0, latencies: 100 },
    ledgerGivenUp: 7,
  };
  const collected = { generator, intervals: aCollected().intervals.slice(1), compressionAgreed: false };
  const changes: Changes = { collected, plan: { connect: { ...connect, compress: true } } };
  expect(textOf("workersLost", changes)).toBe("1 worker lost; worker 2 died: out of memory");
  const silent = { ...aCollected().generator, lostWorkers: [{ index: 1, reason: noAnswerFor(16_000, "drained") }] };
  expect(textOf("workersLost", { collected: { generator: silent } })).toBe(
    "1 worker lost; worker 2 was given up: no answer for 16 s (drained)",
  );
  expect(textOf("intervalsMissed", changes)).toBe(
    "100 messages sent, 100 delivered, 100 latencies: in no interval, as a worker was lost before it could tell their seconds; totals and phases hold them",
  );
  expect(textOf("ledgerGivenUp", changes)).toMatch(/^7 messages counted as lost/);
  expect(textOf("notCompressed", changes)).toMatch(/did not agree/);
  expect(textOf("notCompressed", { collected: { compressionAgreed: false } })).toBeUndefined();
});

test("connections that were begun late are said when they are more than one in a hundred", () => {
  const begunLate = (attemptedLate: number): Changes => {
    const connectionCounts = someConnections({ attempted: 200, opened: 200, attemptedLate });
    return { phases: [aCollectedPhase({ connectionCounts })] };
  };
  expect(textOf("connectsLate", begunLate(2))).toBeUndefined();
  expect(textOf("connectsLate", begunLate(3))).toBe(
    "3 of 200 attempts to connect (1.5%) began more than 20 ms after their turn: this generator could not keep --connect-rate, and connect times leave that wait out",
  );
});

test("an unresolved percentile and an unknown memory of the target are said", () => {
  expect(textOf("percentileUnresolved", {})).toBe(
    "latency p99.9: fewer than 10 of 1,000 samples lie beyond; take it as a hint",
  );
  const memory = { source: "", samples: [], peakBytes: null, unavailable: "name it with --target-pid" };
  const collected = { target: { ...aCollected().target, memory } };
  expect(textOf("targetMemoryUnknown", { collected })).toBe(
    "the target's memory is unknown: name it with --target-pid",
  );
});

const pushPlan = { mode: "push", stream: { ...plainStream, promisedPerSecond: 1000 } } as const;
const pushedPhase = aCollectedPhase(
  {
    plan: aPhasePlan({ load: { kind: "idle" } }),
    serviceUs: aHistogram([]),
    slipUs: aHistogram([]),
    ownSlipUs: aHistogram([]),
  },
  { sent: 0, expected: 10_000, delivered: 10_000, deliveredInWindow: 10_000 },
);
const oneStream: CollectedStreams = {
  ...{ streams: [3], seen: [7000], windowMs: [10_000], longestSilenceMs: [1] },
  ...{
    gaps: 0,
    longestGap: 0,
    restarts: 0,
    repeated: 0,
    tooLarge: 0,
    outside: 0,
    endsTold: 1,
    overtold: 0,
    faulty: [],
    slow: null,
  },
};

test("streams that do not keep their promise are counted, and the slowest named", () => {
  const changes = { plan: pushPlan, phases: [pushedPhase], collected: { streams: oneStream } };
  expect(textOf("belowPromise", changes)).toBe(
    "1 of 1 stream gave less than 95 % of the promised 1,000 msg/s; the least, stream 3: 700 msg/s",
  );
  const kept = { ...oneStream, seen: [9600] };
  expect(textOf("belowPromise", { ...changes, collected: { streams: kept } })).toBeUndefined();
});

test("stamps that are ahead are laid at the clocks' door, not at the generator's", () => {
  const phase = aCollectedPhase(
    { plan: aPhasePlan({ load: { kind: "idle" } }), latencyUs: aHistogram([]), serviceUs: aHistogram([]) },
    { sent: 0, offered: 0, expected: 10, delivered: 10, deliveredInWindow: 10, clockErrors: 7 },
  );
  const changes = { plan: pushPlan, phases: [{ ...pushedPhase, ...phase }], collected: { streams: oneStream } };
  expect(textOf("clockErrors", changes)).toMatch(/^stamps of the target were ahead .* in 7 of 10 messages/);
  expect(textOf("generatorLimited", changes)).toBeUndefined();
});

test("a stream that begins its numbers anew is said to", () => {
  const collected = { streams: { ...oneStream, restarts: 1 } };
  expect(textOf("restarted", { plan: pushPlan, phases: [pushedPhase], collected })).toMatch(
    /^a stream began its numbers anew.*is not known$/,
  );
  const repeating = { streams: { ...oneStream, restarts: 1, repeated: 4 } };
  expect(textOf("restarted", { plan: pushPlan, phases: [pushedPhase], collected: repeating })).toContain(
    "after 4 messages of that a stream went on where it was: its past once more",
  );
});

test("numbers that are too large to be followed are said, and are no lack of numbers", () => {
  const collected = { streams: { ...oneStream, tooLarge: 3 } };
  expect(textOf("numbersTooLarge", { plan: pushPlan, phases: [pushedPhase], collected })).toMatch(
    /^3 messages had a number of 2\^53 or more/,
  );
});

test("where nothing with a number is pushed the first frame is shown", () => {
  const none = aCollectedPhase(
    { plan: aPhasePlan({ load: { kind: "idle" } }), connectionCounts: someConnections() },
    { sent: 0, expected: 0, delivered: 0 },
  );
  const changes = { plan: pushPlan, phases: [none], collected: { streams: { ...oneStream, seen: [0] } } };
  const unasked = { ...changes, plan: { ...pushPlan, stream: { ...pushPlan.stream, subscribe: null } } };
  expect(textOf("nothingAnswered", unasked)).toBe(
    "the target sent nothing at all; where it waits to be asked, --stream-subscribe asks",
  );
  const asked = { ...changes, plan: { ...pushPlan, stream: { ...pushPlan.stream, subscribe: "SUB" } } };
  expect(textOf("nothingAnswered", asked)).toBe("the target sent nothing at all");
  const frame = { ...changes.collected, firstForeignFrame: "hello" };
  expect(textOf("nothingAnswered", { ...changes, collected: frame })).toBe(
    'no number was found where it was looked for; the first frame: "hello"',
  );
});
