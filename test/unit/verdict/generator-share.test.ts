import { expect, test } from "vitest";
import type { WorkerHealth } from "../../../src/engine/collected-generator.ts";
import type { RunResult } from "../../../src/result/run-result.ts";
import { checkThresholds } from "../../../src/verdict/check-thresholds.ts";
import { parseThreshold } from "../../../src/verdict/threshold.ts";
import { decideVerdict } from "../../../src/verdict/verdict.ts";
import { aCollected, aCollectedPhase, aHistogram, aPhasePlan, aWorker } from "../../support/a-collected.ts";
import { aResult } from "../../support/a-result.ts";

const noStalls = { loadMs: 0, drainMs: 0, longestLoadMs: 0, connectingMs: 0, longestConnectingMs: 0 };

/** 1000 messages in ten seconds: all but the last `slow` took 2 ms, those `slowMs`. */
function latencies(slow: number, slowMs: number) {
  return aHistogram(Array.from({ length: 1000 }, (_, index) => (index < 1000 - slow ? 2000 : slowMs * 1000)));
}

function aRun(worker: Partial<WorkerHealth>, phase: Parameters<typeof aCollectedPhase>[0] = {}): RunResult {
  const generator = { ...aCollected().generator, workers: [aWorker(0, worker)] };
  return aResult({ collected: { generator }, phases: [aCollectedPhase(phase)] });
}

const timesOf = (slow: number, slowMs: number) => ({
  latencyUs: latencies(slow, slowMs),
  serviceUs: latencies(slow, slowMs),
});

const outcome = (result: RunResult, text: string) =>
  checkThresholds(result, [parseThreshold(text, "--threshold")])[0]!.outcome;

test("a failure that a standstill explains is not judged, and its own words say why", () => {
  // 45 ms in ten seconds: at most 9 of 1000 messages, each by at most 45 ms.
  const result = aRun({ stalls: { ...noStalls, loadMs: 45, longestLoadMs: 45 } }, timesOf(8, 80));
  expect(result.generator.health).toBe("ok");
  const checks = checkThresholds(result, [parseThreshold("latency.max<50ms", "--threshold")]);
  expect(checks[0]).toMatchObject({
    outcome: "not-evaluated",
    value: 0.08,
    detail: "the generator stood still for 45 ms in all, 45 ms at a time",
  });
  const verdict = decideVerdict(result, checks, { strict: false });
  expect(verdict).toMatchObject({ outcome: "inconclusive", exitCode: 96 });
  expect(verdict.reasons[0]).toContain("could not be judged: the generator stood still for 45 ms");
});

test("a standstill too short, or too rare, for what was measured leaves the failure to the target", () => {
  const stalled = (ms: number) => ({ stalls: { ...noStalls, loadMs: ms, longestLoadMs: ms } });
  // 80 ms less 25 ms is still too much.
  expect(outcome(aRun(stalled(25), timesOf(9, 80)), "latency.max<50ms")).toBe("fail");
  // 50 messages are late, and 18 at most were touched.
  expect(outcome(aRun(stalled(90), timesOf(50, 80)), "latency.max<50ms")).toBe("fail");
  expect(outcome(aRun(stalled(90), timesOf(50, 80)), "latency.p99<50ms")).toBe("fail");
  expect(outcome(aRun(stalled(90), timesOf(15, 80)), "latency.p99<50ms")).toBe("not-evaluated");
  expect(outcome(aRun({}, timesOf(9, 80)), "latency.max<50ms")).toBe("fail");
});

test("a threshold that holds has held, whatever the generator did", () => {
  const result = aRun({ stalls: { ...noStalls, loadMs: 90, longestLoadMs: 90 } }, timesOf(9, 80));
  expect(outcome(result, "latency.max<100ms")).toBe("pass");
});

test("own slip and lag explain a failure only of a generator that is degraded for them", () => {
  const slipUs = aHistogram(Array.from({ length: 1000 }, () => 4000));
  const phase = {
    latencyUs: aHistogram(Array.from({ length: 1000 }, () => 6000)),
    serviceUs: aHistogram(Array.from({ length: 1000 }, () => 2000)),
    slipUs,
    ownSlipUs: slipUs,
  };
  const result = aRun({}, phase);
  expect(result.generator.health).toBe("degraded");
  expect(outcome(result, "latency.p99<5ms")).toBe("not-evaluated");
  expect(outcome(result, "latency.p99<1ms")).toBe("fail");
  expect(outcome(result, "service.p99<1ms")).toBe("fail");
  const prompt = aHistogram(Array.from({ length: 1000 }, () => 10));
  const sound = aRun({}, { ...phase, slipUs: prompt, ownSlipUs: prompt });
  expect(sound.generator.health).toBe("ok");
  expect(outcome(sound, "latency.p99<5ms")).toBe("fail");
});

test("a standstill while connecting explains slow connecting, and nothing else", () => {
  const connect = {
    ...aCollectedPhase().connectionCounts,
    connectUs: aHistogram([...Array<number>(9).fill(1000), 510_000]),
  };
  const phase = { ...timesOf(9, 80), connectionCounts: connect };
  const result = aRun({ stalls: { ...noStalls, connectingMs: 503, longestConnectingMs: 503 } }, phase);
  expect(outcome(result, "connect.max<250ms")).toBe("not-evaluated");
  expect(outcome(result, "connect.max<5ms")).toBe("fail");
  expect(outcome(result, "latency.max<50ms")).toBe("fail");
  expect(outcome(aRun({}, phase), "connect.max<250ms")).toBe("fail");
});

test("a closed loop that had half a core may have been twice as fast", () => {
  const plan = aPhasePlan({ load: { kind: "max", inFlight: 1 } });
  const starved = { starvedRatio: 0.5, lagUs: { p50: 100, p99: 9000, max: 9500 } };
  const result = aRun(starved, { plan });
  expect(result.generator.health).toBe("degraded");
  // 100 a second were sent.
  expect(outcome(result, "rate.sent>=150/s")).toBe("not-evaluated");
  expect(outcome(result, "rate.sent>=250/s")).toBe("fail");
  expect(outcome(result, "rate.sent<50/s")).toBe("fail");
  expect(outcome(aRun({}, { plan }), "rate.sent>=150/s")).toBe("fail");
});
