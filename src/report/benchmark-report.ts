import type { ResultTimes } from "../result/result-blocks.ts";
import type { RunResult } from "../result/run-result.ts";
import { titleOf } from "./verdict-sections.ts";

/** One entry as github-action-benchmark reads it from a file of its tools customSmallerIsBetter and customBiggerIsBetter. */
interface BenchmarkEntry {
  readonly name: string;
  readonly unit: string;
  readonly value: number;
  /** Shown when the pointer is on the point. */
  readonly extra: string;
}

type Figure = readonly [name: string, unit: string, value: number | null | undefined, doubt?: string | undefined];

/** Times, losses and memory for github-action-benchmark's tool customSmallerIsBetter. What has no value is left out. */
export function renderBenchmarkSmaller(result: RunResult): string {
  const { totals, memory, generator } = result;
  const isClosed = totals.loop === "closed";
  return entriesText(result, [
    ...(isClosed ? [] : timesFigures("latency", totals.latencyUs)),
    ...timesFigures("service", totals.serviceUs),
    ["lost", "messages", totals.messages.expected === 0 ? null : totals.messages.lost],
    ["errors", "errors", Object.values(totals.errors).reduce((sum, count) => sum + count, 0)],
    ["memory of the target: growth", "bytes", memory.target?.growthBytes],
    ["memory of the target: peak", "bytes", memory.target?.peakBytes],
    ["generator: CPU per million messages", "s", generator.cpuSecondsPerMillionMessages],
  ]);
}

/** Rates and a found capacity for github-action-benchmark's tool customBiggerIsBetter. What has no value is left out. */
export function renderBenchmarkBigger(result: RunResult): string {
  const { rate, messages } = result.totals;
  const isSeen = messages.expected > 0 && result.config.mode !== "oneway";
  return entriesText(result, [
    ["sent", "messages/s", result.config.mode === "push" ? null : rate.sentPerSecond],
    ["delivered", "messages/s", isSeen ? rate.deliveredPerSecond : null],
    ["delivery ratio", "ratio", result.totals.deliveryRatio],
    ...(result.capacity === undefined
      ? []
      : [["capacity", capacityUnit(result.capacity), result.capacity.lower] as const]),
  ]);
}

function capacityUnit({ unit }: NonNullable<RunResult["capacity"]>): string {
  return unit === "msg/s" ? "messages/s" : unit;
}

function timesFigures(name: string, times: ResultTimes): readonly Figure[] {
  return (["p50", "p95", "p99"] as const).map((key) => [
    `${name} ${key}`,
    "us",
    times[key],
    times.unresolved.includes(key) ? `too few samples for ${key}: ${times.count}` : undefined,
  ]);
}

/** The title comes first in each name: one page of charts may hold several load tests. */
function entriesText(result: RunResult, figures: readonly Figure[]): string {
  const { verdict, generator, id } = result;
  const entries = figures.flatMap(([name, unit, value, doubt]): readonly BenchmarkEntry[] => {
    if (value === null || value === undefined) return [];
    const extra = [
      `verdict: ${verdict.outcome}`,
      ...(generator.health === "ok" ? [] : [`generator: ${generator.health}`]),
      ...(doubt === undefined ? [] : [doubt]),
      `result: ${id}`,
    ];
    return [{ name: `${titleOf(result)}: ${name}`, unit, value, extra: extra.join("\n") }];
  });
  return `${JSON.stringify(entries, null, 2)}\n`;
}
