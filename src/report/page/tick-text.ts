import { formatCount } from "../../units/count.ts";
import { formatRate } from "../../units/rate.ts";
import { formatRatio } from "../../units/ratio.ts";
import { formatBytes } from "../../units/size.ts";
import { formatMicroseconds } from "../../units/time.ts";
import type { ChartAxis } from "../html/chart-spec.ts";

/** A value under the pointer, as exact as everywhere else in the report. */
export function valueText(value: number, axis: ChartAxis): string {
  switch (axis.unit) {
    case "microseconds":
      return formatMicroseconds(value);
    case "bytes":
      return formatBytes(value);
    case "perSecond":
      return formatRate(value);
    case "ratio":
      return formatRatio(value);
    case "elapsedSeconds":
      return elapsedText(value);
    case "percentile":
      return percentileText(value, 1);
    case "date":
      return `${new Date(value * 1000).toISOString().slice(0, 16).replace("T", " ")} UTC`;
    case "name":
      return axis.names[Math.round(value)] ?? "";
    case "count":
      return formatCount(value);
  }
}

/** A value at an axis, as short as it can be said: `1 ms`, `20k`, `64 MiB`. */
export function tickText(value: number, axis: ChartAxis): string {
  switch (axis.unit) {
    case "microseconds":
      return scaledText(value, ["us", "ms", "s"], 1000);
    case "bytes":
      return scaledText(value, ["B", "KiB", "MiB", "GiB", "TiB"], 1024);
    case "perSecond":
    case "count":
      return countText(value);
    case "ratio":
      return `${short(value * 100)}%`;
    case "elapsedSeconds":
      return elapsedText(value);
    case "percentile":
      return percentileText(value);
    case "date":
      return new Date(value * 1000).toISOString().slice(0, 10);
    case "name":
      return Number.isInteger(value) ? (axis.names[value] ?? "") : "";
  }
}

/** `250`, `1,500`, `20k`, `1.5m`: the letters that rates on the command line take. */
function countText(value: number): string {
  if (value < 1000) return short(value);
  if (value < 10_000) return formatCount(value);
  return value < 1e6 ? `${short(value / 1000)}k` : `${short(value / 1e6)}m`;
}

/** `12.5 s`, `5:00`, `1:05:00`. */
function elapsedText(seconds: number): string {
  if (seconds < 120) return `${short(Math.round(seconds * 10) / 10)} s`;
  const whole = Math.round(seconds);
  const pad = (part: number) => String(part).padStart(2, "0");
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  return hours === 0 ? `${minutes}:${pad(whole % 60)}` : `${hours}:${pad(minutes)}:${pad(whole % 60)}`;
}

/** The percentile of 1 / (1 - quantile), with as many nines as it has: 10 is `90%`, 1000 is `99.9%`. */
function percentileText(place: number, moreDecimals = 0): string {
  const percent = 100 * (1 - 1 / place);
  const decimals = Math.max(0, Math.ceil(Math.log10(place) - 2)) + moreDecimals;
  return `${Number(percent.toFixed(decimals))}%`;
}

function scaledText(value: number, units: readonly string[], factor: number): string {
  let [scaled, place] = [value, 0];
  while (Math.abs(scaled) >= factor && place < units.length - 1) [scaled, place] = [scaled / factor, place + 1];
  return `${short(scaled)} ${units[place]}`;
}

/** At most three digits after the point, none that says nothing. */
function short(value: number): string {
  return String(Number(value.toFixed(3)));
}
