import { describe, expect, it } from "vitest";
import { judgeTrial } from "../../../src/capacity/judge-trial.ts";
import { inFlightTrend, isPilingUp } from "../../../src/capacity/in-flight-growth.ts";
import { Xoshiro } from "../../../src/random/xoshiro.ts";
import type { RunResult } from "../../../src/result/run-result.ts";
import {
  noTimes,
  sampleBlock,
  sampleCheck,
  sampleInterval,
  sampleMessages,
  samplePhase,
  sampleResult,
  sampleTimes,
} from "../../support/sample-result.ts";

const held = sampleCheck({ outcome: "pass" });
const sound = sampleResult({ thresholds: [held] });
const judge = (changes: Partial<RunResult>, lossRatio = 0) =>
  judgeTrial(sampleResult({ thresholds: [held], ...changes }), lossRatio);

/** Totals of 10,000 messages in 10 s, with some of them otherwise. */
const messages = (changes: Parameters<typeof sampleMessages>[1]) =>
  sampleBlock(10_000, 10, { messages: sampleMessages(10_000, changes) });

const connections = (changes: Partial<RunResult["totals"]["connections"]>) =>
  sampleBlock(10_000, 10, { connections: { ...sound.totals.connections, ...changes } });

/** Ten seconds of load, of which each leaves so many more messages on their way. */
function withInFlight(growth: readonly number[]): Pick<RunResult, "phases" | "intervals"> {
  return {
    phases: [samplePhase("main", 0, growth.length, 1000 * growth.length)],
    intervals: growth.map((more, second) => sampleInterval(second * 1000, 1000, { delivered: 1000 - more })),
  };
}

describe("judgeTrial", () => {
  it("takes a run for held that did all it should", () => {
    expect(judge({})).toEqual({ outcome: "held", reasons: [], isDead: false });
  });

  it("takes nothing for held or failed where the generator was limited, or lost a worker, or was refused by its own machine", () => {
    const limited = { ...sound.generator, health: "limited" as const, reasons: ["event-loop lag"] };
    const failed = messages({ lostMissing: 5000 });
    expect(judge({ generator: limited, totals: failed })).toEqual({
      outcome: "generator-limited",
      reasons: ["event-loop lag"],
      isDead: false,
    });
    const lost = { ...sound.generator, lostWorkers: [{ index: 0, reason: "out of memory" }] };
    expect(judge({ generator: lost })).toMatchObject({ reasons: ["worker 1 was lost: out of memory"] });
    const failure = { code: "connect/no-files", phase: "connect", kind: "no-files", blame: "generator" as const };
    const failures = [{ ...failure, count: 1, firstMs: 0, lastMs: 0, example: "EMFILE" }];
    expect(judge({ failures })).toMatchObject({
      outcome: "generator-limited",
      reasons: ["connect/no-files: EMFILE"],
    });
  });

  it("fails a load whose condition was not met, or not decided, and says by how much", () => {
    for (const outcome of ["fail", "no-data", "unresolved"] as const) {
      const { outcome: came, reasons } = judge({ thresholds: [sampleCheck({ outcome })] });
      expect(came).toBe("failed");
      expect(reasons[0]).toContain("latency.p99");
    }
  });

  it("holds a failure against the generator when it explains it, but not when the target failed otherwise, too", () => {
    const doubted = sampleCheck({ outcome: "not-evaluated", detail: "the generator stood still" });
    expect(judge({ thresholds: [doubted] }).outcome).toBe("generator-limited");
    expect(judge({ thresholds: [doubted], totals: messages({ lostMissing: 100 }) }).outcome).toBe("failed");
  });

  it("fails a load of which a message was lost or refused, unless so many may be", () => {
    const totals = messages({ lostMissing: 3, refused: 2 });
    expect(judge({ totals })).toMatchObject({ outcome: "failed", reasons: ["3 lost, 2 refused of 10,000"] });
    expect(judge({ totals }, 0.001).outcome).toBe("held");
    expect(judge({ totals }, 0.0001).outcome).toBe("failed");
  });

  it("fails a load that was not sent whole, or did not come back in time", () => {
    expect(judge({ totals: messages({ unsentBlocked: 10 }) }).outcome).toBe("held");
    expect(judge({ totals: messages({ unsentBlocked: 100 }) }).reasons[0]).toMatch(
      /^sent 99\.\d+% of what was offered/,
    );
    expect(judge({ totals: messages({ deliveredInWindow: 9950 }) }).outcome).toBe("held");
    expect(judge({ totals: messages({ deliveredInWindow: 9850 }) }).reasons).toEqual([
      "delivered 98.5% of the offered rate",
    ]);
  });

  it("says when answers that take longer than the warm-up make a load look undelivered", () => {
    const slow = {
      ...sampleBlock(10_000, 10, { messages: sampleMessages(10_000, { deliveredInWindow: 9000 }) }),
      latencyUs: sampleTimes(10_000, 2_000_000),
    };
    const phases = [samplePhase("warmup", 0, 1, 1000, { measured: false }), samplePhase("main", 1000, 10, 10_000)];
    expect(judge({ totals: slow, phases }).reasons).toEqual([
      "delivered 90% of the offered rate, as answers take longer than the warm-up of 1 s: raise --warmup",
    ]);
    const overloaded = { ...slow, messages: sampleMessages(10_000, { deliveredInWindow: 6000 }) };
    const rate = { ...slow.rate, deliveredPerSecond: 600 };
    expect(judge({ totals: { ...overloaded, rate }, phases }).reasons).toEqual(["delivered 60% of the offered rate"]);
  });

  it("fails a load at which connections did not open, or did not stay", () => {
    expect(judge({ totals: connections({ opened: 9 }) }).reasons).toEqual(["9 of 10 connections opened"]);
    expect(judge({ totals: connections({ closed: 1 }) }).reasons).toEqual(["1 connection closed under load"]);
  });

  it("fails a load at which messages pile up", () => {
    const { outcome, reasons } = judge(withInFlight([1, 2, 1, 3, 1, 2, 1, 2, 3, 1]));
    expect([outcome, reasons]).toEqual(["failed", ["messages in flight grew from 1 to 17"]]);
    expect(judge(withInFlight([5, 0, -1, 1, 0, 0, 1, -1, 0, 0])).outcome).toBe("held");
  });

  it("calls a target dead that opened nothing, or gave nothing back", () => {
    expect(judge({ totals: connections({ opened: 0 }) })).toMatchObject({ outcome: "failed", isDead: true });
    const nothing = messages({ lostMissing: 10_000 });
    expect(judge({ totals: nothing })).toMatchObject({ outcome: "failed", isDead: true });
  });

  it("asks nothing of messages where none are sent", () => {
    const { config } = sound;
    const totals = { ...sampleBlock(0, 10, { loop: "none" }), connections: sound.totals.connections };
    expect(judge({ config: { ...config, mode: "connect", model: "none" }, totals }).outcome).toBe("held");
  });
});

describe("judgeTrial of a broadcast", () => {
  const config = { ...sound.config, mode: "broadcast" as const };
  const fanOut = {
    ...{ reach: 1, receiversPerMessage: 3.5, presentAtSend: 35_000, indeterminate: 0, indeterminateDelivered: 0 },
    ...{ misrouted: 0, timed: 10_000, incomplete: 0, unsettled: 0, joins: 7, leaves: 0 },
    ...{ firstUs: noTimes, medianUs: noTimes, nearlyAllUs: noTimes, lastUs: noTimes, spreadUs: noTimes },
  };
  const broadcast = (changes: Parameters<typeof sampleMessages>[1]) =>
    sampleBlock(10_000, 10, { messages: sampleMessages(10_000, { expected: 35_000, ...changes }), fanOut });
  const even = Array.from({ length: 10 }, () => 0);
  /** Seconds of 1,000 publications, of whose 3,500 deliveries some more are still to come. */
  const seconds = (growth: readonly number[]) => ({
    phases: [samplePhase("main", 0, growth.length, 1000 * growth.length)],
    intervals: growth.map((more, second) => sampleInterval(second * 1000, 1000, { delivered: 3500 - more })),
  });

  it("wants every delivery, and all of them at the rate that publications make", () => {
    const judged = (changes: Parameters<typeof sampleMessages>[1]) =>
      judge({ config, totals: broadcast(changes), ...seconds(even) });
    expect(judged({ deliveredInWindow: 34_800 }).outcome).toBe("held");
    expect(judged({ deliveredInWindow: 34_000 }).reasons[0]).toMatch(/^delivered 97\.14% of the offered rate/);
    expect(judged({ lostMissing: 1 }).reasons).toEqual(["1 lost of 35,000"]);
  });

  it("fails a load at which deliveries pile up", () => {
    const totals = broadcast({});
    const growing = seconds([1, 2, 1, 3, 1, 2, 1, 2, 3, 1].map((more) => 3 * more));
    expect(judge({ config, totals, ...growing }).reasons).toEqual(["messages in flight grew from 3 to 51"]);
    expect(judge({ config, totals, ...seconds(even) }).outcome).toBe("held");
  });

  it("takes less than the deliveries of one message for no growth: their mean number is not exact", () => {
    const totals = { ...broadcast({}), fanOut: { ...fanOut, receiversPerMessage: 3.5003 } };
    const found = inFlightTrend({ ...sound, config, totals, ...seconds(even) });
    expect(found).toMatchObject({ first: 0, last: 3 });
    expect(found?.pValue).toBeLessThan(0.01);
    expect(isPilingUp(found)).toBe(false);
  });
});

describe("judgeTrial of pushed streams", () => {
  const config = { ...sound.config, mode: "push" as const, model: "none" as const };
  const pushed = (changes: Parameters<typeof sampleMessages>[1], rate: Partial<RunResult["totals"]["rate"]> = {}) => {
    const block = sampleBlock(0, 10, { loop: "none", messages: sampleMessages(0, { expected: 10_000, ...changes }) });
    return { ...block, connections: sound.totals.connections, rate: { ...block.rate, ...rate } };
  };

  it("fails a load of which the target's own numbers say that something is missing, unless so much may be", () => {
    expect(judge({ config, totals: pushed({}) }).outcome).toBe("held");
    const totals = pushed({ lostMissing: 3 });
    expect(judge({ config, totals })).toMatchObject({ outcome: "failed", reasons: ["3 lost of 10,000"] });
    expect(judge({ config, totals }, 0.001).outcome).toBe("held");
  });

  it("fails a load at which streams stay behind what they promise", () => {
    const promised = (achievedRatio: number | null) =>
      judge({ config, totals: pushed({}, { promisedPerSecond: 1000, achievedRatio }) });
    expect(promised(0.995).outcome).toBe("held");
    expect(promised(0.8).reasons).toEqual(["delivered 80% of the promised rate"]);
    expect(promised(null).outcome).toBe("failed");
  });

  it("calls a target dead that pushed nothing", () => {
    expect(judge({ config, totals: pushed({ expected: 0 }) })).toMatchObject({ outcome: "failed", isDead: true });
  });
});

describe("inFlightTrend", () => {
  it("looks at the whole seconds of measured load only, but counts from the start", () => {
    const found = inFlightTrend({
      ...sound,
      phases: [samplePhase("warmup", 0, 1, 1000, { measured: false }), samplePhase("main", 1000, 2.5, 2500)],
      intervals: [0, 1000, 2000, 3000].map((tMs) =>
        sampleInterval(tMs, 1000, { delivered: 990, lengthMs: tMs === 3000 ? 500 : 1000 }),
      ),
    });
    expect(found).toMatchObject({ first: 20, last: 30 });
  });

  it("takes what was lost for gone, not for on its way", () => {
    const intervals = [0, 1, 2, 3, 4, 5].map((second) =>
      sampleInterval(second * 1000, 1000, { delivered: 900, lost: 100 }),
    );
    const found = inFlightTrend({ ...sound, phases: [samplePhase("main", 0, 6, 6000)], intervals });
    expect(found).toMatchObject({ first: 0, last: 0 });
    expect(isPilingUp(found)).toBe(false);
  });

  it("takes what comes and goes for no growth, nor a handful more, but what grows on and on", () => {
    const trendOf = (levels: readonly number[]) =>
      inFlightTrend({ ...sound, ...withInFlight(levels.map((level, i) => level - (levels[i - 1] ?? 0))) });
    const random = new Xoshiro(3);
    let alarms = 0;
    for (let run = 0; run < 200; run++) {
      let wander = 0;
      const levels = Array.from({ length: 30 }, () => {
        wander = 0.6 * wander + (random.f53() - 0.5);
        return Math.round(30 + 14 * wander);
      });
      alarms += isPilingUp(trendOf(levels)) ? 1 : 0;
    }
    expect(alarms).toBeLessThanOrEqual(8);
    expect(isPilingUp(trendOf([20, 21, 22, 23, 24, 25, 26, 27, 28, 29]))).toBe(false);
    expect(isPilingUp(trendOf([20, 23, 24, 28, 30, 33, 36, 38, 42, 45]))).toBe(true);
  });

  it("says nothing of counts that reached no second, or of a single one", () => {
    const missed = { ...sound.generator, missedIntervalCounts: { sent: 0, delivered: 7, lost: 0 } };
    expect(inFlightTrend({ ...sound, ...withInFlight([1, 1, 1]), generator: missed })).toBeNull();
    expect(inFlightTrend({ ...sound, ...withInFlight([1]) })).toBeNull();
    expect(isPilingUp(null)).toBe(false);
  });
});
