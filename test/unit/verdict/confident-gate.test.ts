import { describe, expect, it } from "vitest";
import type { RunResult } from "../../../src/result/run-result.ts";
import { checkThresholds, type Gate } from "../../../src/verdict/check-thresholds.ts";
import { formatCheck } from "../../../src/verdict/format-check.ts";
import { parseThreshold } from "../../../src/verdict/threshold.ts";
import { aCollectedPhase, aHistogram, aPhasePlan, plausibleTimes } from "../../support/a-collected.ts";
import { aResult } from "../../support/a-result.ts";

/** So many seconds of 100 messages, `lost` of them lost in all. */
function run(seconds: number, lost = 0, changes: Parameters<typeof aPhasePlan>[0] = {}): RunResult {
  const sent = seconds * 100;
  const counts = { sent, delivered: sent - lost, deliveredInWindow: sent - lost, lostMissing: lost };
  const times = {
    latencyUs: aHistogram(plausibleTimes(sent - lost, 520)),
    serviceUs: aHistogram(plausibleTimes(sent - lost, 500)),
  };
  return aResult({
    phases: [aCollectedPhase({ plan: aPhasePlan({ durationMs: seconds * 1000, ...changes }), ...times }, counts)],
  });
}

function check(result: RunResult, text: string, gate: Gate = "confident") {
  return checkThresholds(result, [parseThreshold(text, "--threshold")], gate)[0]!;
}

/** A bound in microseconds, so much times the given value in seconds. */
const us = (seconds: number, factor: number) => `${Math.round(seconds * 1e6 * factor)}us`;

describe("a confident gate", () => {
  const result = run(60);
  const { value, low, high } = check(result, "latency.p90<1s");

  it("has the interval of a percentile in the record, whatever the gate", () => {
    expect(low!).toBeLessThanOrEqual(value!);
    expect(high!).toBeGreaterThan(value!);
    expect(check(result, "latency.p90<1s", "point")).toMatchObject({ value, low, high });
    expect(check(result, "latency{phase=load}.p90<1s")).toMatchObject({ low, high });
  });

  it("passes and fails only with the whole interval, and is uncertain between its ends", () => {
    const outcomes = (op: string, bound: string) =>
      (["point", "confident"] as const).map((gate) => check(result, `latency.p90${op}${bound}`, gate).outcome);
    expect(outcomes("<", us(high!, 1.1))).toEqual(["pass", "pass"]);
    expect(outcomes("<", us(low!, 0.9))).toEqual(["fail", "fail"]);
    const within = us((value! + high!) / 2, 1);
    expect(outcomes("<", within)).toEqual(["pass", "uncertain"]);
    expect(outcomes(">", within)).toEqual(["fail", "uncertain"]);
  });

  it("says between which ends it is uncertain", () => {
    const words = formatCheck(check(result, `latency.p90<${us(value!, 1.001)}`));
    expect(words).toMatch(/: \d[\d.]* m?s|us, uncertain within .* \.\. .*s$/);
  });

  it("is uncertain where the samples tell no end, or no interval", () => {
    expect(check(run(5), "latency.p50<1s")).toMatchObject({
      outcome: "uncertain",
      detail: "no interval: too few samples, or too few whole seconds (5) to see how they cluster",
    });
    expect(check(run(5), "latency.p50<1s", "point").outcome).toBe("pass");
    expect(check(result, "latency.p99.9<1s").outcome).toBe("uncertain");
  });

  it("judges any percentile, those the result does not tell too", () => {
    const p75 = check(result, "latency.p75<1s");
    expect(p75.outcome).toBe("pass");
    expect(p75.low!).toBeLessThanOrEqual(p75.value!);
    expect(p75.high!).toBeGreaterThanOrEqual(p75.value!);
  });

  it("cannot be sure of a delivery that too few messages were sent for", () => {
    expect(check(run(20), "delivery.ratio>=0.99")).toMatchObject({ outcome: "pass", value: 1, high: 1 });
    expect(check(run(20), "delivery.ratio>=0.9999").outcome).toBe("uncertain");
    expect(check(run(60, 600), "delivery.ratio>=0.99").outcome).toBe("fail");
    expect(check(run(60, 60), "delivery.ratio>=0.99").outcome).toBe("uncertain");
  });

  it("goes by the value alone where there is no interval, and says so", () => {
    for (const text of [
      "latency.max<1s",
      "latency.service.p90<1s",
      "delivery.lost==0",
      "delivery.ratio==1",
      "rate.delivered>1/s",
    ]) {
      expect(check(result, text)).toMatchObject({
        outcome: "pass",
        detail: expect.stringContaining("it has no interval"),
      });
    }
    expect(check(result, "latency.p90<1s over 10s").detail).toMatch(
      /^worst 10 s: .*; by its value alone: it has no interval$/,
    );
    expect(check(result, "connect.p99.99<1s").outcome).toBe("unresolved");
  });

  it("has no data where there is none", () => {
    expect(check(run(60, 6000), "latency.p90<1s").outcome).toBe("no-data");
  });
});

describe("latency with lost messages as infinitely late", () => {
  it("fails every upper bound from the share that was lost on", () => {
    const lossy = run(60, 120);
    expect(check(lossy, "latency.offered.p90<1s", "point").outcome).toBe("pass");
    const lost = check(lossy, "latency.offered.p99<=1h", "point");
    expect(lost).toMatchObject({
      outcome: "fail",
      value: null,
      samples: 6000,
      detail: "beyond the drain: 2% of the messages never came back",
    });
    expect(formatCheck(lost)).toBe(
      "latency.offered.p99<=1h: lost (beyond the drain: 2% of the messages never came back)",
    );
    expect(check(lossy, "latency.p99<=1h", "point").outcome).toBe("pass");
  });

  it("is plain latency where nothing was lost", () => {
    const whole = run(60);
    expect(check(whole, "latency.offered.p99<1s", "point").value).toBe(check(whole, "latency.p99<1s", "point").value);
  });
});

describe("what was sustained", () => {
  it("is judged of the one phase of an even load", () => {
    const steady = run(70);
    expect(check(steady, "throughput.sustained>=100/s", "point")).toMatchObject({
      outcome: "pass",
      value: 100,
      unit: "/s",
    });
    expect(check(steady, "throughput.sustainRatio>=0.9", "point")).toMatchObject({ outcome: "pass", value: 1 });
    expect(check(steady, "throughput{phase=load}.sustained>=101/s", "point")).toMatchObject({
      outcome: "fail",
      detail: "the worst 10 s had 100% of the best, 100 msg/s",
    });
  });

  it("is unresolved of a run too short to say that it held, which can but show that it did not", () => {
    const short = run(30);
    expect(check(short, "throughput.sustained>=100/s", "point")).toMatchObject({
      outcome: "unresolved",
      value: 100,
      detail: expect.stringContaining("it takes 60 to say that a rate is held"),
    });
    expect(check(short, "throughput.sustained>=101/s", "point").outcome).toBe("fail");
    expect(check(run(5), "throughput.sustained>=1/s", "point")).toMatchObject({ outcome: "unresolved", value: null });
  });

  it("has no data of an uneven load", () => {
    const burst = run(70, 0, { load: { kind: "burst", size: 100, everyMs: 1000 } });
    expect(check(burst, "throughput.sustained>=1/s", "point").outcome).toBe("no-data");
    expect(check(burst, "throughput{phase=load}.sustained>=1/s", "point").outcome).toBe("no-data");
  });
});
