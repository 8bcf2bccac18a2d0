import { describe, expect, it } from "vitest";
import { compare, evaluateThreshold, samplesNeeded } from "../../../src/verdict/evaluate-threshold.ts";
import { parseThreshold } from "../../../src/verdict/threshold.ts";
import { measuredValue } from "../../../src/verdict/measured-value.ts";
import { methodVector } from "../../support/method-vectors.ts";
import { sampleBlock, sampleMessages, sampleResult } from "../../support/sample-result.ts";

describe("evaluateThreshold", () => {
  it("gives the outcomes of the vector threshold.evaluate", () => {
    const { input, expected } = methodVector("threshold.evaluate");
    const cases = input as { expr: string; value: number | null; n: number }[];
    expect(cases.map(({ expr, value, n }) => evaluateThreshold(parseThreshold(expr, "test"), value, n))).toEqual(
      expected,
    );
  });

  it("never passes without data", () => {
    const threshold = parseThreshold("delivery.lost==0", "test");
    expect(evaluateThreshold(threshold, null, null)).toBe("no-data");
    expect(evaluateThreshold(threshold, 0, 0)).toBe("no-data");
  });

  it("fails a percentile of few samples that breaks its bound, but does not pass one that holds", () => {
    const upper = parseThreshold("latency.p99<50ms", "test");
    expect(evaluateThreshold(upper, 0.06, 5)).toBe("fail");
    expect(evaluateThreshold(upper, 0.04, 5)).toBe("unresolved");
    expect(evaluateThreshold(upper, 0.04, 1000)).toBe("pass");
  });

  it("has no data for a bound against a baseline that is not there", () => {
    expect(evaluateThreshold(parseThreshold("latency.p50<=base*1.1", "test"), 0.1, 5000)).toBe("no-data");
  });
});

describe("a value", () => {
  it("of one-way latency is none where stamps of the target were ahead, however many times are left", () => {
    const pushed = { totals: sampleBlock(0, 10, { messages: sampleMessages(0, { delivered: 100, clockErrors: 1 }) }) };
    const config = { ...sampleResult({}).config, mode: "push" } as const;
    const { value, detail } = measuredValue(
      sampleResult({ config, ...pushed }),
      parseThreshold("latency.p50<50ms", "test"),
    );
    expect([value, detail]).toEqual([null, expect.stringContaining("in 1 of 100 messages: the clocks disagree")]);
  });
});

describe("the time that slow readers add", () => {
  it("is not decided by a p99 of fewer than 1,000 messages", () => {
    const part = { windowMs: 1000, perStreamPerSecond: 1, deliveryRatio: 1, samples: 1000, p50Us: 1, p99Us: 2 };
    const isolation = { verdict: "isolated", reasons: [], p99Ratio: 1, addedUs: 5, rateRatio: 1, worst: null } as const;
    const reaction = { noticed: 0, medianMs: null, maxMs: null };
    const added = (samples: number) => {
      const backpressure = { before: part, during: { ...part, samples }, isolation, reaction };
      const whole = { ...backpressure, slowStreams: 1, fastStreams: 1, reading: "" };
      return measuredValue(sampleResult({ backpressure: whole }), parseThreshold("isolation.added<1s", "test"));
    };
    expect(added(1000)).toEqual({ value: 5e-6, samples: null });
    expect(added(999).undecided?.reason).toContain("there were 1,000 and 999");
  });
});

describe("samplesNeeded", () => {
  it.each([
    ["p99", 1000],
    ["p99.9", 10_000],
    ["p99.99", 100_000],
    ["p50", 20],
    ["p100", 1],
    ["max", 1],
    ["mean", 1],
  ])("of %s is %d", (stat, needed) => {
    expect(samplesNeeded(stat)).toBe(needed);
  });
});

describe("compare", () => {
  it.each([
    [1, "<", 2, true],
    [2, "<", 2, false],
    [2, "<=", 2, true],
    [3, ">", 2, true],
    [2, ">", 2, false],
    [2, ">=", 2, true],
    [2, "==", 2, true],
    [2, "!=", 2, false],
    [0.1 + 0.2, "<=", 0.3, true],
    [0.1 + 0.2, ">", 0.3, false],
    [0.3000001, "==", 0.3, false],
    [0, "==", 0, true],
    [Infinity, "<=", 50, false],
    [Infinity, "<", 50, false],
    [Infinity, ">=", 50, true],
    [-Infinity, "<=", 50, true],
    [-Infinity, ">=", 50, false],
  ] as const)("%d %s %d is %s", (value, op, bound, holds) => {
    expect(compare(value, op, bound)).toBe(holds);
  });
});
