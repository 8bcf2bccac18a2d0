import {
  decodeFromCompressedBase64,
  HistogramLogReader,
  listTags,
  type Histogram as HdrHistogram,
} from "hdr-histogram-js";
import { describe, expect, it } from "vitest";
import { Histogram } from "../../../src/measure/histogram.ts";
import { renderHgrm } from "../../../src/report/hgrm-report.ts";
import { renderHlog } from "../../../src/report/hlog-report.ts";
import type { ResultInterval, RunResult } from "../../../src/result/run-result.ts";
import { intervalLatencyOf, intervalSlipOf, timesOfHistogram } from "../../../src/result/times-of-histogram.ts";
import { expectGolden } from "../../support/golden-file.ts";
import { reportCases } from "../../support/report-cases.ts";
import { sampleBlock, sampleInterval, sampleResult } from "../../support/sample-result.ts";

/** Latencies of one second: a hundred around `middle`, and a straggler. */
function latencies(middle: number): Histogram {
  const histogram = Histogram.empty();
  for (let i = 0; i < 100; i++) histogram.record(middle + 13 * i);
  histogram.record(middle * 20);
  return histogram;
}

function second(tMs: number, latency: Histogram, slip: Histogram): ResultInterval {
  const times = { latencyUs: intervalLatencyOf(latency, true), slipUs: intervalSlipOf(slip, true) };
  return sampleInterval(tMs, latency.count, times);
}

const seconds = [1000, 2000, 70_000].map(latencies);
const slip = latencies(20);
const whole = Histogram.empty();
for (const each of seconds) whole.add(each);
const empty = Histogram.empty();

const measured: RunResult = JSON.parse(
  JSON.stringify(
    sampleResult({
      startedAt: "2026-01-02T03:04:05.250Z",
      intervals: [...seconds.map((each, i) => second(100 + 1000 * i, each, slip)), second(3100, empty, empty)],
      totals: sampleBlock(303, 3, { latencyUs: timesOfHistogram(whole, true) }),
    }),
  ),
) as RunResult;

/** Every histogram of a log with its tag, as HdrHistogram's own reader finds them. */
function readLog(text: string): readonly HdrHistogram[] {
  const reader = new HistogramLogReader(text, 64);
  const found: HdrHistogram[] = [];
  for (let next = reader.nextIntervalHistogram(); next !== null; next = reader.nextIntervalHistogram())
    found.push(next);
  return found;
}

describe("renderHlog", () => {
  const log = renderHlog(measured);

  it("is the approved text", () => {
    // What is compressed depends on the version of zlib.
    expectGolden("intervals.hlog", log.replace(/^(Tag=.*,)HISTF[\w+/=]+$/gm, "$1HISTF..."));
  });

  it("is read by HdrHistogram's reader: tags, instants, lengths and counts", () => {
    expect(listTags(log)).toEqual(["latency", "slip"]);
    const found = readLog(log);
    expect(found.map(({ tag, totalCount }) => [tag, totalCount])).toEqual([
      ...[101, 101, 101, 0].flatMap((count) => [
        ["latency", count],
        ["slip", count],
      ]),
    ]);
    const start = Date.parse("2026-01-02T03:04:05.250Z");
    expect(found[2]!.startTimeStampMsec).toBeCloseTo(start + 1100, 3);
    expect(found[2]!.endTimeStampMsec).toBeCloseTo(start + 2100, 3);
  });

  it("holds the very samples: the sum of its seconds has the percentiles of the result", () => {
    const sum = decodeFromCompressedBase64(measured.totals.latencyUs.hdr!, 64);
    sum.reset();
    for (const each of readLog(log)) if (each.tag === "latency") sum.add(each);
    expect(sum.totalCount).toBe(303);
    for (const [percent, name] of [
      [50, "p50"],
      [90, "p90"],
      [95, "p95"],
      [99, "p99"],
    ] as const) {
      expect(sum.getValueAtPercentile(percent), name).toBe(measured.totals.latencyUs[name]);
    }
  });

  it("gives the largest value in milliseconds", () => {
    expect(log).toMatch(/^Tag=latency,0\.100,1\.000,20\.000,HISTF/m);
    expect(log).toMatch(/^Tag=latency,3\.100,1\.000,0\.000,HISTF/m);
  });

  it("says of a closed loop that its times are service times, and is but a heading without a second", () => {
    expect(renderHlog({ ...reportCases["closed-loop"]!, intervals: [] })).toMatch(
      /\n#\[closed loop: what is tagged latency is service time\]\n"StartTimestamp",.*\n$/,
    );
    expect(readLog(renderHlog(reportCases["nothing-delivered"]!))).toEqual([]);
  });
});

describe("renderHgrm", () => {
  it("is the approved text", () => {
    expectGolden("latency.hgrm", renderHgrm(measured));
  });

  it("has the rows that HdrHistogram prints of the same samples", () => {
    const theirs = decodeFromCompressedBase64(measured.totals.latencyUs.hdr!, 64).outputPercentileDistribution(5, 1000);
    const rows = (text: string) => text.split("\n").filter((line) => /^ +\d/.test(line));
    const ours = rows(renderHgrm(measured));
    expect(ours.length).toBeGreaterThan(20);
    // The exact largest value is ours alone: read back from a file it is the end of its cell.
    const shared = (lines: readonly string[]) => lines.filter((line) => !line.includes(" 303"));
    expect(shared(ours)).toEqual(shared(rows(theirs)));
    expect(ours.at(-1)).toBe("    1400.000 1.000000000000        303");
  });

  it("ends with the exact figures of the result", () => {
    const { mean, stdev } = measured.totals.latencyUs;
    const figure = (us: number) => (us / 1000).toFixed(3).padStart(12);
    expect(renderHgrm(measured)).toContain(`#[Mean    = ${figure(mean!)}, StdDeviation   = ${figure(stdev!)}]\n`);
    expect(renderHgrm(measured)).toContain("#[Max     =     1400.000, Total count    =          303]\n");
    expect(renderHgrm(measured)).toContain("#[Buckets =           20, SubBuckets     =         2048]\n");
  });

  it("has no row without a sample", () => {
    expect(renderHgrm(reportCases["nothing-delivered"]!)).toBe(
      "       Value     Percentile TotalCount 1/(1-Percentile)\n\n#[Total count    =            0]\n",
    );
  });
});
