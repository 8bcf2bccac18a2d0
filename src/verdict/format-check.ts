import type { ResultThreshold } from "../result/run-result.ts";
import { formatCount } from "../units/count.ts";
import { formatRate } from "../units/rate.ts";
import { formatRatio } from "../units/ratio.ts";
import { formatBytes } from "../units/size.ts";
import { formatMicroseconds } from "../units/time.ts";

/** A check in one line: `latency.p99<50ms: 61.20 ms`, `delivery.lost==0: no data (nothing was sent)`. */
export function formatCheck(check: ResultThreshold): string {
  const detail = check.detail === undefined ? "" : ` (${check.detail})`;
  const value = formatCheckValue(check);
  const what =
    check.outcome === "no-data"
      ? "no data"
      : check.outcome === "unresolved"
        ? `${value}, unresolved`
        : check.outcome === "uncertain"
          ? `${value}, uncertain${intervalText(check)}`
          : value;
  return `${check.expression}: ${what}${detail}`;
}

/** ` within 46.1 ms .. 53.0 ms`: the 95 % interval; empty when none is known. */
function intervalText({ low, high, unit }: ResultThreshold): string {
  if (low === undefined || high === undefined) return "";
  const end = (value: number | null) => (value === null ? "-" : formatInUnit(value, unit));
  return ` within ${end(low)} .. ${end(high)}`;
}

/**
 * The measured value in the units all reports use; `-` when there is none, `lost` for a percentile that falls on a message
 * that was never delivered. Never the same text as another bound.
 */
export function formatCheckValue({ value, bound, unit, metric, samples }: ResultThreshold): string {
  if (value === null) return metric.startsWith("latency.offered") && samples !== null && samples > 0 ? "lost" : "-";
  const format = (number: number) => formatInUnit(number, unit);
  const text = format(value);
  if (bound === null || value === bound || text !== format(bound)) return text;
  return `${Number(value.toPrecision(12))}${unit === "ratio" || unit === "count" ? "" : unit === "/s" ? "/s" : ` ${unit}`}`;
}

/** A value in a unit of the saved record (`s`, `bytes`, `bytes/s`, `/s`, `ratio`, `count`), as all reports write it. */
export function formatInUnit(value: number, unit: string): string {
  switch (unit) {
    case "s":
      return formatMicroseconds(value * 1e6);
    case "bytes":
      return formatBytes(value);
    case "bytes/s":
      return `${formatBytes(value)}/s`;
    case "/s":
      return formatRate(value);
    case "ratio":
      return formatRatio(value);
    default:
      return formatCount(value);
  }
}
