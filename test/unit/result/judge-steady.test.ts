import { describe, expect, it } from "vitest";
import { Xoshiro } from "../../../src/random/xoshiro.ts";
import { judgeSteady, type SteadyInput } from "../../../src/result/judge-steady.ts";
import type { ResultInterval } from "../../../src/result/run-result.ts";
import { sampleInterval } from "../../support/sample-result.ts";

interface Second {
  readonly sent?: number;
  readonly delivered?: number;
  readonly lost?: number;
  readonly p50?: number | null;
}

/** So many seconds of 1000 messages at 20 ms, with a little noise that is always the same, but for what `at` says. */
function secondsOf(count: number, at: (second: number) => Second = () => ({}), fromMs = 100): ResultInterval[] {
  const random = new Xoshiro(7);
  return Array.from({ length: count }, (_, second) => {
    const { sent = 1000, delivered = sent, lost = 0, p50 = 20_000 } = at(second);
    const noise = 1 + 0.02 * (random.f53() - 0.5);
    const latencyUs = {
      count: sent - lost,
      p50: p50 === null ? null : p50 * noise,
      p95: null,
      p99: null,
      max: null,
      hdr: null,
    };
    return sampleInterval(fromMs + second * 1000, sent, { delivered, lost, latencyUs });
  });
}

function judged(
  seconds: readonly ResultInterval[],
  changes: Partial<SteadyInput> = {},
): ReturnType<typeof judgeSteady> {
  return judgeSteady({
    startMs: 100,
    endMs: 100 + seconds.length * 1000,
    isOpen: true,
    isAllSent: true,
    seconds,
    warmup: { explicitMs: 0, seconds: [] },
    areSecondsComplete: true,
    ...changes,
  });
}

describe("a phase that holds one level", () => {
  it("is steady from its first second on", () => {
    const steady = judged(secondsOf(90));
    expect(steady).toMatchObject({
      outcome: "steady",
      reason: "one level throughout",
      fromMs: 100,
      toMs: 90_100,
      warmup: { mserCutMs: 0, mserIsValid: true, explicitMs: 0, cutMs: 0 },
      stability: {
        delivered: { class: "flat", changePointsMs: [] },
        latencyP50: { class: "flat", changePointsMs: [] },
      },
      sustained: { peakPerSecond: 1000, sustainedPerSecond: 1000, ratio: 1, longestRunSeconds: 90, outcome: "pass" },
      delivered: { meanPerSecond: 1000, minPerSecond: 1000, maxPerSecond: 1000, variationRatio: 0 },
    });
    expect(steady.backlog!.growthMessages).toBe(0);
  });

  it("is not told to be so from fewer than fifty seconds, nor to hold its rate from fewer than sixty", () => {
    expect(judged(secondsOf(49))).toMatchObject({
      outcome: "unresolved",
      reason: "49 whole seconds; it takes 50 to tell",
      warmup: { mserCutMs: null, mserIsValid: null },
      sustained: { ratio: 1, outcome: "unresolved" },
    });
    expect(judged(secondsOf(59)).sustained.outcome).toBe("unresolved");
    expect(judged(secondsOf(60)).sustained.outcome).toBe("pass");
    expect(judged(secondsOf(3))).toMatchObject({
      outcome: "unresolved",
      stability: null,
      backlog: null,
      delivered: { meanPerSecond: 1000, lowPerSecond: null },
      sustained: { peakPerSecond: null, ratio: null, outcome: "unresolved" },
    });
  });

  it("is not judged without whole seconds, or when some of them are not known in full", () => {
    const reasons = [judged([]), judged(secondsOf(90), { areSecondsComplete: false })].map(
      ({ outcome, reason, sustained }) => [outcome, reason, sustained.outcome],
    );
    expect(reasons).toEqual([
      ["unresolved", "it has no whole second", "unresolved"],
      ["unresolved", "some of what happened is in none of its seconds", "unresolved"],
    ]);
  });
});

describe("a warm-up", () => {
  const slowStart = (second: number): Second =>
    second < 15
      ? { p50: 60_000 - second * 2500, delivered: 700 + second * 20, sent: 1000, lost: 300 - second * 20 }
      : {};

  it("is cut off where nobody asked for another one", () => {
    const steady = judged(secondsOf(90, slowStart));
    expect(steady).toMatchObject({ outcome: "steady", stability: { latencyP50: { class: "warm-up" } } });
    expect(steady.warmup.cutMs).toBeGreaterThanOrEqual(10_000);
    expect(steady.warmup.cutMs).toBeLessThanOrEqual(20_000);
    expect(steady.fromMs).toBe(100 + steady.warmup.cutMs);
    expect(steady.reason).toBe(`one level after ${steady.warmup.cutMs / 1000} s of warm-up`);
    expect(steady.sustained).toMatchObject({ ratio: 1, outcome: "pass" });
  });

  it("that the plan asked for stands, and was too short when the load after it still settles", () => {
    const all = secondsOf(95, slowStart);
    const steady = judged(all.slice(5), {
      warmup: { explicitMs: 5000, seconds: all.slice(0, 5) },
      startMs: 5100,
      endMs: 95_100,
    });
    expect(steady).toMatchObject({ outcome: "not-steady", fromMs: 5100, warmup: { explicitMs: 5000, cutMs: 0 } });
    expect(steady.warmup.mserCutMs).toBeGreaterThanOrEqual(10_000);
    expect(steady.reason).toMatch(/^it was still warming up: (deliveries|median latency) went from .* until \d+ s$/);
  });

  it("that was long enough leaves nothing to cut", () => {
    const all = secondsOf(110, slowStart);
    const steady = judged(all.slice(20), {
      warmup: { explicitMs: 20_000, seconds: all.slice(0, 20) },
      startMs: 20_100,
      endMs: 110_100,
    });
    expect(steady).toMatchObject({ outcome: "steady", warmup: { explicitMs: 20_000, cutMs: 0 } });
    expect(steady.warmup.mserCutMs).toBeLessThanOrEqual(20_000);
    expect(steady.warmup.mserCutMs).toBeGreaterThan(0);
  });

  it("is one where the rest is noisy, and its end is where the level is reached", () => {
    const random = new Xoshiro(11);
    let unsettled = 0;
    for (let run = 0; run < 300; run++) {
      const noisy = secondsOf(60, (second) => ({
        p50: 20_000 * (1 + Math.exp(-second / 5)) * (1 + 0.1 * (random.f53() - 0.5)),
      }));
      unsettled += judged(noisy).outcome === "steady" ? 0 : 1;
    }
    expect(unsettled).toBeLessThanOrEqual(18);
  });

  it("without an end is none", () => {
    const steady = judged(secondsOf(120, (second) => ({ p50: 20_000 * Math.exp(-second / 60) })));
    expect(steady.outcome).toBe("not-steady");
  });
});

describe("a phase that leaves its level", () => {
  it("is not steady when latency rises for good", () => {
    const steady = judged(secondsOf(90, (second) => (second < 40 ? {} : { p50: 26_000 })));
    expect(steady).toMatchObject({
      outcome: "not-steady",
      warmup: { cutMs: 0 },
      stability: { delivered: { class: "flat" }, latencyP50: { class: "slowdown", changePointsMs: [40_100] } },
    });
    expect(steady.reason).toMatch(/^median latency grew worse, from (19|20)\.\d+ ms to (25|26)\.\d+ ms, until 40 s$/);
  });

  it("is not steady when deliveries dip, however early, and has not sustained its rate", () => {
    for (const from of [20, 45]) {
      const steady = judged(
        secondsOf(100, (second) => (second >= from && second < from + 12 ? { delivered: 500, lost: 500 } : {})),
      );
      expect(steady).toMatchObject({
        outcome: "not-steady",
        warmup: { cutMs: 0 },
        stability: { delivered: { class: "no steady state" } },
        sustained: { peakPerSecond: 1000, sustainedPerSecond: 500, ratio: 0.5, outcome: "fail" },
      });
    }
  });

  it("fails to sustain its rate in a run too short to say that it held", () => {
    const steady = judged(secondsOf(24, (second) => (second < 12 ? {} : { delivered: 800, lost: 200 })));
    expect(steady.sustained).toMatchObject({
      ratio: 0.8,
      outcome: "fail",
      reason: "the worst 10 s had 80% of the best, 1,000 msg/s",
    });
  });

  it("is not steady when latency creeps up, second by second, under more noise than one step of it", () => {
    const random = new Xoshiro(5);
    const creeping = (second: number): Second => ({
      p50: 20_000 * (1 + (0.2 * second) / 60) * (1 + 0.2 * (random.f53() - 0.5)),
    });
    const steady = judged(secondsOf(60, creeping));
    expect(steady.outcome).toBe("not-steady");
    expect(steady.reason).toMatch(/^median latency drifted from (19|20)\.\d+ ms to 2[345]\.\d+ ms$/);
  });

  it("is not steady when deliveries swing, or latency has two levels in turns", () => {
    for (const period of [10, 40]) {
      const swings = judged(
        secondsOf(120, (second) => ({ delivered: Math.round(1000 + 200 * Math.sin((2 * Math.PI * second) / period)) })),
        { isOpen: false },
      );
      expect(swings.outcome).toBe("not-steady");
      expect(swings.reason).toMatch(
        /^deliveries did not hold one level: in most seconds it swung between 8\d\d msg\/s and 1,1\d\d/,
      );
    }
    const turns = judged(secondsOf(90, (second) => (second % 10 < 5 ? {} : { p50: 40_000 })));
    expect(turns.reason).toMatch(
      /^median latency did not hold one level: .* between (19|20)\.\d+ ms and (39|40)\.\d+ ms$/,
    );
  });

  it("is not steady when it pauses again and again", () => {
    const steady = judged(
      secondsOf(100, (second) => ({ delivered: second % 10 < 2 ? 0 : second % 10 === 2 ? 3000 : 1000 })),
    );
    expect(steady).toMatchObject({
      outcome: "not-steady",
      reason: "in 20 of 100 seconds less than half of the usual 1,000 msg/s was delivered",
    });
  });
});

describe("a backlog", () => {
  it("that grows is not steady, whatever latency says", () => {
    const steady = judged(secondsOf(60, () => ({ delivered: 980 })));
    expect(steady.outcome).toBe("not-steady");
    expect(steady.reason).toBe("its backlog grew by 1,100 messages: answers came more slowly than messages");
    expect(steady.backlog!.pValue).toBeLessThan(1e-4);
  });

  it("does not grow by what is lost, nor by a handful, nor in a closed loop", () => {
    const lossy = judged(secondsOf(60, () => ({ delivered: 980, lost: 20 })));
    expect(lossy).toMatchObject({ outcome: "steady", backlog: { growthMessages: 0 } });
    expect(judged(secondsOf(60, (second) => ({ delivered: second % 12 === 0 ? 999 : 1000 }))).outcome).toBe("steady");
    expect(
      judged(
        secondsOf(60, () => ({ delivered: 980 })),
        { isOpen: false },
      ).backlog,
    ).toBeNull();
  });
});

describe("an uneven schedule", () => {
  const thin = secondsOf(80, (second) => ({ sent: second < 40 ? 12 : 8 }));

  it("is not held against the target", () => {
    expect(judged(thin).sustained).toMatchObject({
      outcome: "unresolved",
      reason: expect.stringContaining("so uneven was the schedule itself"),
    });
  });

  it("excuses nothing where messages could not be sent", () => {
    expect(judged(thin, { isAllSent: false }).sustained.outcome).toBe("fail");
  });
});

it("follows the median of the second before through a second without answers", () => {
  const steady = judged(secondsOf(80, (second) => (second % 8 === 3 ? { p50: null } : {})));
  expect(steady.stability!.latencyP50).toEqual({ class: "flat", changePointsMs: [] });
});
