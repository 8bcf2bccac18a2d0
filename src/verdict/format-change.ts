import type { MetricChange } from "../result/comparison.ts";
import { formatInUnit } from "./format-check.ts";

/** How far a metric moved: `+15.6 %` of a ratio, `+2.50 MiB` of a difference. */
export function formatChange({ kind, estimate }: MetricChange, unit: string): string {
  return formatMove(estimate, kind, unit);
}

/** Its interval: `+11.2 .. +19.8 %`; null when there is none. */
export function formatChangeInterval({ kind, low, high }: MetricChange, unit: string): string | null {
  if (low === null || high === null) return null;
  const [from, to] = [formatMove(low, kind, unit), formatMove(high, kind, unit)];
  return `${kind === "ratio" ? from.replace(/ %$/, "") : from} .. ${to}`;
}

/** The change that would not matter: `5 %`, `10.0 MiB`. */
export function formatLimit(limit: number, kind: MetricChange["kind"], unit: string): string {
  return kind === "ratio" ? `${Number((limit * 100).toFixed(1))} %` : formatInUnit(limit, unit);
}

function formatMove(value: number, kind: MetricChange["kind"], unit: string): string {
  if (kind === "difference") {
    const text = formatInUnit(value, unit);
    return value > 0 ? `+${text}` : text;
  }
  const percent = (value - 1) * 100;
  const text = percent.toFixed(Math.abs(percent) < 99.95 ? 1 : 0);
  const isZero = Number(text) === 0;
  return `${isZero ? "" : percent > 0 ? "+" : ""}${isZero ? "0.0" : text} %`;
}
