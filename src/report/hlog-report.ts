import { encodeHdr } from "../measure/hdr-codec.ts";
import type { RunResult } from "../result/run-result.ts";
import { histogramOfTimes, type SavedTimes } from "../result/times-of-histogram.ts";

const usPerMs = 1000;

/**
 * The seconds of a run as a histogram log (HdrHistogram's log format 1.3), warm-up included: for each a line of its
 * latencies (Tag=latency, by the instant the messages were due) and one of the slip (Tag=slip). Recorded in
 * microseconds, Interval_Max in milliseconds, instants in seconds since the start of the run.
 */
export function renderHlog({ startedAt, intervals, totals }: RunResult): string {
  const seconds = Date.parse(startedAt) / 1000;
  const lines = intervals.flatMap(({ tMs, lengthMs, latencyUs, slipUs }) => [
    intervalLine("latency", tMs, lengthMs, latencyUs),
    intervalLine("slip", tMs, lengthMs, slipUs),
  ]);
  return [
    "#[Histogram log format version 1.3]",
    `#[StartTime: ${seconds.toFixed(3)} (seconds since epoch), ${startedAt}]`,
    `#[BaseTime: ${seconds.toFixed(3)} (seconds since epoch)]`,
    ...(totals.loop === "closed" ? ["#[closed loop: what is tagged latency is service time]"] : []),
    '"StartTimestamp","Interval_Length","Interval_Max","Interval_Compressed_Histogram"',
    ...lines,
    "",
  ].join("\n");
}

/** A second without a sample has an empty histogram, so that readers see the gap. */
function intervalLine(tag: string, tMs: number, lengthMs: number, times: SavedTimes): string {
  const histogram = histogramOfTimes(times);
  const numbers = [tMs / 1000, lengthMs / 1000, (histogram.max ?? 0) / usPerMs].map((value) => value.toFixed(3));
  return `Tag=${tag},${numbers.join(",")},${times.hdr ?? encodeHdr(histogram)}`;
}
