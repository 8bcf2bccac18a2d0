import { describe, expect, it } from "vitest";
import { Histogram } from "../../../../src/measure/histogram.ts";
import { percentileOverTime } from "../../../../src/report/html/percentile-windows.ts";
import { intervalLatencyOf } from "../../../../src/result/times-of-histogram.ts";
import { sampleInterval, samplePhase, sampleResult } from "../../../support/sample-result.ts";

/** A second in which all answers took as long. */
function second(tMs: number, count: number, us: number) {
  const histogram = Histogram.empty();
  histogram.record(us, count);
  return sampleInterval(tMs, count, { latencyUs: intervalLatencyOf(histogram, true) });
}

describe("percentileOverTime", () => {
  it("gives each second its own value where it has the samples for it", () => {
    const result = sampleResult({
      phases: [samplePhase("a", 0, 2, 2000)],
      intervals: [second(0, 1000, 500), second(1000, 1000, 700)],
    });
    expect(percentileOverTime(result, 99).map(({ atSeconds, value }) => [atSeconds, value])).toEqual([
      [0.5, 500],
      [1.5, 700],
    ]);
  });

  it("adds the histograms of as many seconds as it takes, and what is left over to the last of them", () => {
    const result = sampleResult({
      phases: [samplePhase("a", 0, 5, 2500)],
      intervals: [0, 1, 2, 3, 4].map((at) => second(at * 1000, 500, at === 4 ? 9000 : 100)),
    });
    // 1000 of 100 us; then 1000 of 100 us and 500 of 9 ms, of which p99 is 9 ms.
    expect(percentileOverTime(result, 99).map(({ atSeconds, value }) => [atSeconds, value])).toEqual([
      [1, 100],
      [3.5, 9000],
    ]);
    expect(percentileOverTime(result, 50)).toHaveLength(5);
  });

  it("never puts seconds of two phases together, and leaves out a phase with too few samples", () => {
    const result = sampleResult({
      phases: [samplePhase("a", 0, 1, 600), samplePhase("b", 1000, 1, 600), samplePhase("c", 2000, 1, 1000)],
      intervals: [second(0, 600, 100), second(1000, 600, 100), second(2000, 1000, 300)],
    });
    expect(percentileOverTime(result, 99)).toMatchObject([{ atSeconds: 2.5, value: 300 }]);
  });

  it("tells no value of seconds whose histograms are not there", () => {
    const bare = (tMs: number) => sampleInterval(tMs, 600);
    const result = sampleResult({ phases: [samplePhase("a", 0, 2, 1200)], intervals: [bare(0), bare(1000)] });
    expect(percentileOverTime(result, 99)).toMatchObject([{ value: null }]);
  });
});
