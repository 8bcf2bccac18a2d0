import { describe, expect, it } from "vitest";
import type { RunResult } from "../../../src/result/run-result.ts";
import { resolveBaselineBounds, thresholdOfCheck } from "../../../src/verdict/baseline-bounds.ts";
import { checkThresholds } from "../../../src/verdict/check-thresholds.ts";
import { parseThreshold } from "../../../src/verdict/threshold.ts";
import { noTimes, sampleResult, sampleTimes } from "../../support/sample-result.ts";

const sound = sampleResult();
const withP50 = (p50: number): RunResult => ({
  ...sound,
  totals: { ...sound.totals, latencyUs: { ...sampleTimes(10_000, 1000), p50 } },
});
const baseline = [withP50(10_000), withP50(30_000), withP50(12_000)];
const resolved = (text: string, base: readonly RunResult[] = baseline) =>
  resolveBaselineBounds([parseThreshold(text, "--threshold")], base)[0]!;

describe("a bound against a baseline", () => {
  it.each([
    ["latency.p50<=base", 0.012],
    ["latency.p50<=base*1.10+5ms", 0.0182],
    ["latency.p50<=baseline+50%", 0.018],
    ["latency.p50<=base*2-1ms", 0.023],
    ["rate.delivered>=baseline-5%", 950],
    ["delivery.lost<=base", 0],
  ])("is worked out from the median of its runs: %s", (text, bound) => {
    const { bound: found } = resolved(text);
    expect(found.kind === "value" ? found.value : null).toBeCloseTo(bound, 9);
  });

  it("is judged like any other, and says what base was", () => {
    const at = (p50: number) => checkThresholds(withP50(p50), [resolved("latency.p50<=base*1.10+5ms")])[0]!;
    expect(at(18_100)).toMatchObject({ outcome: "pass", detail: "base 12.00 ms, median of 3 runs" });
    expect(at(18_300)).toMatchObject({ outcome: "fail", expression: "latency.p50<=base*1.10+5ms" });
    expect(at(18_300).bound).toBeCloseTo(0.0182, 9);
    const [one] = checkThresholds(sound, [resolved("latency.p50<=base*3", [baseline[0]!])]);
    expect(one?.detail).toBe("base 10.00 ms");
  });

  it("leaves other bounds as they are", () => {
    const threshold = parseThreshold("latency.p50<1s", "--threshold");
    expect(resolveBaselineBounds([threshold], [])).toEqual([threshold]);
  });

  it.each([
    [[], '"base" needs a baseline', "--baseline"],
    [
      [{ ...sound, totals: { ...sound.totals, latencyUs: noTimes } }],
      "the baseline has no latency.p50: no samples",
      "a baseline that has it",
    ],
  ] as const)("is bad usage where there is no base: %#", (base, message, hint) => {
    const text = "latency.p50<=base*1.10+5ms";
    expect(() => resolved(text, base)).toThrow(`threshold "${text}" (--threshold): ${message}`);
    try {
      resolved(text, base);
    } catch (error) {
      expect(error).toMatchObject({ exitCode: 2, hint: expect.stringContaining(hint) as string });
    }
  });
});

describe("thresholdOfCheck", () => {
  it("gives the threshold again, with the bound that the baseline came to", () => {
    const threshold = resolved("latency.p50<=base*1.10+5ms warn");
    const [check] = checkThresholds(withP50(18_300), [threshold]);
    const again = thresholdOfCheck(check!);
    expect(checkThresholds(withP50(18_300), [again])[0]).toMatchObject({
      outcome: "fail",
      warnOnly: true,
      bound: check!.bound,
    });
    expect(thresholdOfCheck({ ...check!, expression: "latency.p50<1s", warnOnly: false }).bound).toEqual({
      kind: "value",
      value: 1,
    });
  });

  it("keeps advisory what was so without saying it", () => {
    const [check] = checkThresholds(sound, [{ ...parseThreshold("latency.p50<1s", "default"), isAdvisory: true }]);
    expect(thresholdOfCheck(check!).isAdvisory).toBe(true);
  });
});
