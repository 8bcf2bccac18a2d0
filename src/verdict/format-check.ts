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
    check.outcome === "no-data" ? "no data" : check.outcome === "unresolved" ? `${value}, unresolved` : value;
  return `${check.expression}: ${what}${detail}`;
}

/** The measured value in the units its threshold is written in; `-` when there is none. Never the same text as another bound. */
export function formatCheckValue({ value, bound, unit, expression }: ResultThreshold): string {
  if (value === null) return "-";
  const format = (number: number) => formatInUnit(number, unit, /[KMG]iB/i.test(expression));
  const text = format(value);
  if (bound === null || value === bound || text !== format(bound)) return text;
  return `${Number(value.toPrecision(12))}${unit === "ratio" || unit === "count" ? "" : unit === "/s" ? "/s" : ` ${unit}`}`;
}

function formatInUnit(value: number, unit: string, isBinary: boolean): string {
  const bytes = isBinary ? formatBytes : formatDecimalBytes;
  switch (unit) {
    case "s":
      return formatMicroseconds(value * 1e6);
    case "bytes":
      return bytes(value);
    case "bytes/s":
      return `${bytes(value)}/s`;
    case "/s":
      return formatRate(value);
    case "ratio":
      return formatRatio(value);
    default:
      return formatCount(value);
  }
}

/** Units of 1000, for thresholds written in them: `195 MB`. */
function formatDecimalBytes(bytes: number): string {
  const size = Math.abs(bytes);
  const [unit, name] = size >= 1e9 ? [1e9, "GB"] : size >= 1e6 ? [1e6, "MB"] : size >= 1e3 ? [1e3, "kB"] : [1, "B"];
  return `${Number((bytes / unit).toPrecision(4))} ${name}`;
}
