import type { MetricChange } from "../result/comparison.ts";
import { formatInUnit } from "./format-check.ts";

/** How far a metric moved, with its interval where there is one: `+15.6% [+11.2, +19.8]`, `+2.50 [-0.10, +5.10] MiB`. */
export function formatChange({ kind, estimate, low, high }: MetricChange, unit: string): string {
  const numbers = low === null || high === null ? [estimate] : [estimate, low, high];
  if (kind === "ratio") {
    const [middle, ...bounds] = numbers.map(percentOf);
    return `${middle}%${interval(bounds)}`;
  }
  if (unit === "bytes" || unit === "bytes/s") {
    const [middle, ...bounds] = inOneUnit(numbers);
    return `${middle}${interval(bounds)} ${byteUnitOf(numbers)[0]}${unit.slice("bytes".length)}`;
  }
  const [middle, ...bounds] = numbers.map((value) => `${value > 0 ? "+" : ""}${formatInUnit(value, unit)}`);
  return `${middle}${interval(bounds)}`;
}

/** The change that would not matter: `5%`, `10 MiB`. */
export function formatLimit(limit: number, kind: MetricChange["kind"], unit: string): string {
  return kind === "ratio" ? `${Number((limit * 100).toFixed(1))}%` : formatInUnit(limit, unit);
}

function interval(bounds: readonly string[]): string {
  return bounds.length === 0 ? "" : ` [${bounds.join(", ")}]`;
}

function percentOf(ratio: number): string {
  const percent = (ratio - 1) * 100;
  return signed(percent, Math.abs(percent) < 99.95 ? 1 : 0);
}

/** In the unit of the largest, so that they can be seen against each other. */
function inOneUnit(bytes: readonly number[]): readonly string[] {
  const [, size] = byteUnitOf(bytes);
  const largest = Math.max(...bytes.map(Math.abs)) / size;
  return bytes.map((value) => signed(value / size, size === 1 ? 0 : largest < 9.995 ? 2 : largest < 99.95 ? 1 : 0));
}

function byteUnitOf(bytes: readonly number[]): readonly [name: string, size: number] {
  const largest = Math.max(...bytes.map(Math.abs));
  const units = [
    ["GiB", 2 ** 30],
    ["MiB", 2 ** 20],
    ["KiB", 2 ** 10],
  ] as const;
  return units.find(([, size]) => largest >= size) ?? ["B", 1];
}

/** With its sign, but for what is printed as 0. */
function signed(value: number, decimals: number): string {
  const text = value.toFixed(decimals);
  if (Number(text) === 0) return text.replace("-", "");
  return value > 0 ? `+${text}` : text;
}
