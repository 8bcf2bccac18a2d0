import { highestTrackableUs } from "../measure/histogram.ts";
import { hgrmLine, percentileRows } from "../measure/percentile-rows.ts";
import type { RunResult } from "../result/run-result.ts";
import { histogramOfTimes } from "../result/times-of-histogram.ts";

const usPerMs = 1000;
/** Cells of the first bucket of a histogram of three digits; each further one covers twice the range. */
const subBuckets = 2048;
const buckets = Math.ceil(Math.log2((highestTrackableUs + 1) / subBuckets)) + 1;

/**
 * The latencies of the measured load as the percentile distribution that HdrHistogram prints and its plotters read
 * (.hgrm), in milliseconds; of a closed loop, which has no latency of its own, the service times. Mean and standard
 * deviation are exact. Without a sample it is a heading and a line that says so.
 */
export function renderHgrm({ totals }: RunResult): string {
  const { latencyUs, loop } = totals;
  const heading = `${["Value".padStart(12), "Percentile".padStart(14), "TotalCount".padStart(10), "1/(1-Percentile)".padStart(14)].join(" ")}\n\n`;
  const { mean, stdev, max, count } = latencyUs;
  if (mean === null || stdev === null || max === null) return `${heading}#[Total count    = ${"0".padStart(12)}]\n`;
  const rows = percentileRows(histogramOfTimes(latencyUs)).map((row) => `${hgrmLine(row, usPerMs)}\n`);
  const ms = (us: number) => (us / usPerMs).toFixed(3).padStart(12);
  const whole = (value: number) => String(value).padStart(12);
  const trailer = [
    `#[Mean    = ${ms(mean)}, StdDeviation   = ${ms(stdev)}]`,
    `#[Max     = ${ms(max)}, Total count    = ${whole(count)}]`,
    `#[Buckets = ${whole(buckets)}, SubBuckets     = ${whole(subBuckets)}]`,
    ...(loop === "closed" ? ["#[closed loop: service times, without a schedule]"] : []),
    ...(loop === "mixed" ? ["#[partly a closed loop: service times among the latencies]"] : []),
  ];
  return `${heading}${rows.join("")}${trailer.join("\n")}\n`;
}
