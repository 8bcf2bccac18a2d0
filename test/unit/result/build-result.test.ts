import { expect, test } from "vitest";
import { buildResult } from "../../../src/result/build-result.ts";
import { percentileOfTimes } from "../../../src/result/times-of-histogram.ts";
import { warningCodes } from "../../../src/result/warnings.ts";
import { aCollectedPhase, aHistogram, aPhasePlan, plausibleTimes, someConnections } from "../../support/a-collected.ts";
import { aResult, aResultInput } from "../../support/a-result.ts";

const warmup = aPhasePlan({ name: "warm-up", measured: false, durationMs: 2000 });
const load = aPhasePlan({ name: "load", startMs: 2000 });

test("totals add up the measured phases; connections and errors of a warm-up are not forgotten", () => {
  const phases = [
    aCollectedPhase({ plan: warmup, errors: { "connect/refused": 3 } }, { sent: 200 }),
    aCollectedPhase({
      plan: load,
      connectionCounts: someConnections({ attempted: 0, opened: 0, connectUs: aHistogram([]) }),
    }),
  ];
  const { totals } = aResult({ phases });
  expect(totals.messages).toMatchObject({ offered: 1000, sent: 1000, delivered: 1000 });
  expect(totals.latencyUs.count).toBe(1000);
  expect(totals.rate).toEqual({
    offeredPerSecond: 100,
    sentPerSecond: 100,
    deliveredPerSecond: 100,
    achievedRatio: 1,
    windowMs: 10_000,
  });
  expect(totals.connections).toMatchObject({ planned: 10, attempted: 10, opened: 10, openAtEnd: 10 });
  expect(totals.errors).toEqual({ "connect/refused": 3 });
});

test("rates are over the window alone: what came in the drain is delivered but no part of the delivered rate", () => {
  const { totals } = aResult({
    phases: [aCollectedPhase({}, { late: 100, deliveredInWindow: 900, sentInWindow: 990 })],
  });
  expect(totals.rate).toMatchObject({ offeredPerSecond: 100, sentPerSecond: 99, deliveredPerSecond: 90 });
  expect(totals.deliveryRatio).toBe(1);
});

test("with no sample every time is null, never 0, and the ratio is unknown when nothing is expected", () => {
  const { totals } = aResult({ phases: [aCollectedPhase({}, { sent: 0 })] });
  expect(totals.latencyUs).toMatchObject({
    count: 0,
    min: null,
    mean: null,
    stdev: null,
    p50: null,
    p999: null,
    max: null,
    hdr: null,
  });
  expect(totals.latencyUs.unresolved).toEqual([]);
  expect(totals.deliveryRatio).toBeNull();
  expect(totals.rate.achievedRatio).toBeNull();
});

test("a percentile with fewer than ten samples beyond it is given and marked", () => {
  expect(aResult().totals.latencyUs.unresolved).toEqual(["p999"]);
  expect(aResult().totals.latencyUs.p999).not.toBeNull();
  expect(aResult({ phases: [aCollectedPhase({}, { sent: 10_000 })] }).totals.latencyUs.unresolved).toEqual([]);
});

test("counts that do not add up are a bug, named with its numbers", () => {
  expect(() => aResult({ phases: [aCollectedPhase({}, { delivered: 990, lostMissing: 9 })] })).toThrow(
    /totals: expected 1000 is not delivered 990 \+ lost 9 \+ refused 0 = 999.*This is a bug in floodgate/,
  );
  expect(() => aResult({ phases: [aCollectedPhase({}, { offered: 1001 })] })).toThrow(
    /offered 1001 is not sent 1000 \+/,
  );
  expect(() => aResult({ phases: [aCollectedPhase({ latencyUs: aHistogram([1, 2, 3]) })] })).toThrow(
    /latencyUs.count 3 is not/,
  );
  expect(() => aResult({ collected: { intervals: [] } })).toThrow(/intervals: their latencyUs.count adds up to 0/);
});

test("a message whose clock went backwards has no time; the counts hold and the generator is limited", () => {
  const phase = aCollectedPhase({ latencyUs: aHistogram(plausibleTimes(999, 500)) }, { clockErrors: 1 });
  const result = aResult({ phases: [phase] });
  expect(result.generator.health).toBe("limited");
  expect(result.warnings.map((warning) => warning.code)).toContain(warningCodes.clockErrors);
});

test("a live result is made of unfinished counts, without encoded histograms but with any percentile", () => {
  const phase = aCollectedPhase({}, { delivered: 700, pending: 280, lostMissing: 20 });
  const result = buildResult({
    ...aResultInput({ phases: [phase], collected: { end: { kind: "running" } } }),
    includeEncodedHistograms: false,
  });
  expect(result.totals.latencyUs.hdr).toBeNull();
  expect(percentileOfTimes(result.totals.latencyUs, 99.99)).toBe(result.totals.latencyUs.max);
  expect(result.totals.deliveryRatio).toBe(700 / 720);
  expect(result.end).toEqual({ kind: "running", reason: null });
});

test("a live result looks again at a second that still grows", () => {
  const input = {
    ...aResultInput({ collected: { end: { kind: "running" as const } } }),
    includeEncodedHistograms: false,
  };
  const before = buildResult(input).intervals[0]!;
  input.collected.intervals[0]!.latencyUs.record(9_000_000);
  const after = buildResult(input).intervals[0]!;
  expect(after.latencyUs.count).toBe(before.latencyUs.count + 1);
  expect(after.latencyUs.max).toBe(9_000_000);
});

test("in a closed loop there is no slip, and the result says that latency is service", () => {
  const plan = aPhasePlan({ load: { kind: "max", inFlight: 4 } });
  const result = aResult({ phases: [aCollectedPhase({ plan })] });
  expect(result.totals.loop).toBe("closed");
  expect(result.config.model).toBe("closed");
  expect(result.totals.slipUs.count).toBe(0);
  expect(result.warnings.map((warning) => warning.code)).toContain(warningCodes.closedLoop);
});

test("in mode connect there are no messages and no ratio", () => {
  const plan = aPhasePlan({ load: { kind: "idle" } });
  const result = aResult({ plan: { mode: "connect" }, phases: [aCollectedPhase({ plan }, { sent: 0 })] });
  expect(result.totals.loop).toBe("none");
  expect(result.config.model).toBe("none");
  expect(result.totals.deliveryRatio).toBeNull();
});

test("oneway: without the mock's books delivery is unknown, and said to be", () => {
  const phases = [aCollectedPhase({ latencyUs: aHistogram([]), serviceUs: aHistogram([]) })];
  const target = { ...aResultInput({}).collected.target, mockBooks: null };
  const result = aResult({ plan: { mode: "oneway" }, targetKind: "url", phases, collected: { target } });
  expect(result.totals.messages).toMatchObject({ sent: 1000, expected: 0, delivered: 0, lost: 0 });
  expect(result.totals.deliveryRatio).toBeNull();
  expect(result.target.deliveredFromBooks).toBe(false);
  expect(result.warnings.map((warning) => warning.code)).toContain(warningCodes.deliveryUnknown);
});

test("oneway against the mock: what its books miss is lost, first messages aside", () => {
  const phases = [aCollectedPhase({ latencyUs: aHistogram([]), serviceUs: aHistogram([]) })];
  const target = { ...aResultInput({}).collected.target, mockBooks: { messagesIn: 998 + 10 } };
  const connect = { ...aResultInput({}).plan.connect, firstMessages: ["login"] };
  const result = aResult({ plan: { mode: "oneway", connect }, phases, collected: { target } });
  expect(result.totals.messages).toMatchObject({ expected: 1000, delivered: 998, lost: 2, lostMissing: 2 });
  expect(result.totals.deliveryRatio).toBe(0.998);
  expect(result.target.deliveredFromBooks).toBe(true);
});

test("oneway: books that lack messages of one of two phases cannot say of which", () => {
  const silent = { latencyUs: aHistogram([]), serviceUs: aHistogram([]) };
  const phases = [
    aCollectedPhase({ plan: warmup, ...silent }, { sent: 200 }),
    aCollectedPhase({ plan: load, ...silent }),
  ];
  const books = (messagesIn: number) => ({
    target: { ...aResultInput({}).collected.target, mockBooks: { messagesIn } },
  });
  const all = aResult({ plan: { mode: "oneway" }, phases, collected: books(1200) });
  expect(all.totals.messages).toMatchObject({ expected: 1000, delivered: 1000 });
  const some = aResult({ plan: { mode: "oneway" }, phases, collected: books(1199) });
  expect(some.totals.deliveryRatio).toBeNull();
  expect(some.warnings.map((warning) => warning.code)).toContain(warningCodes.deliveryUnknown);
});

test("scaling over rates is delivered by offered, over connections against the first measured phase", () => {
  const step = (name: string, connections: number, delivered: number) =>
    aCollectedPhase(
      { plan: aPhasePlan({ name }), connections },
      { delivered, lostMissing: 1000 - delivered, deliveredInWindow: delivered },
    );
  const phases = [aCollectedPhase({ plan: warmup }, { sent: 200 }), step("a", 10, 400), step("b", 20, 780)];
  const efficiency = (scaling: "rate" | "connections" | null) =>
    aResult({ plan: { scaling }, phases }).phases.map((phase) => phase.scalingEfficiency);
  expect(efficiency("rate")).toEqual([null, 0.4, 0.78]);
  expect(efficiency("connections")).toEqual([null, 1, 0.975]);
  expect(efficiency(null)).toEqual([undefined, undefined, undefined]);
});

test("how the run ended is the verdict as long as no gate was asked", () => {
  const verdict = (end: Parameters<typeof aResult>[0] & object) => aResult(end).verdict;
  expect(verdict({})).toEqual({ outcome: "pass", exitCode: 0, reasons: [] });
  expect(verdict({ collected: { end: { kind: "interrupted", signal: "SIGTERM" } } })).toMatchObject({
    outcome: "interrupted",
    exitCode: 143,
  });
  expect(verdict({ collected: { end: { kind: "failed", reason: "no connection" } } })).toMatchObject({
    outcome: "failed",
    exitCode: 97,
  });
});

test("no secret of the request reaches the file", () => {
  const connect = {
    ...aResultInput({}).plan.connect,
    url: "wss://user:s3cret@host/path?token=s3cret&room=1",
    headers: [
      ["Authorization", "Bearer s3cret"],
      ["X-Trace", "on"],
    ] as const,
    firstMessages: ["login s3cret"],
    tls: { insecure: false, caPem: null, certPem: null, keyPem: "s3cret" },
  };
  const failures = [
    {
      code: "connect/refused",
      phase: "connect",
      kind: "refused",
      blame: "target" as const,
      count: 1,
      firstMs: 0,
      lastMs: 0,
      example: "ws://u:s3cret@h/",
    },
  ];
  const text = JSON.stringify(
    aResult({ plan: { connect }, settings: { bearer: "s3cret", header: "Cookie: s3cret" }, collected: { failures } }),
  );
  expect(text).not.toContain("s3cret");
  expect(text).toContain("wss://host/path?token=hidden&room=1");
  expect(text).toContain("X-Trace");
});
