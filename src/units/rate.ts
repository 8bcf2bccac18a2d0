import { parseNumber } from "./count.ts";
import { printDecimal } from "./decimal.ts";

const secondsPer: Readonly<Record<string, number>> = { "": 1, s: 1, min: 60, h: 3600 };

/** The number, perhaps what is counted, perhaps per which time. */
const rateText = /^([\d.,]+[km]?)(?:\s*(?:msg|msgs|messages|conn|connections))?(?:\s*\/\s*(s|min|h)|)$/i;

/**
 * Per second: `1000`, `10k`, `2.5m`, `1000/s`, `60/min`, `10k msg/s`, `50 conn/s`. Null when the whole text is no rate.
 * Where the unit is required (thresholds) the caller looks for the slash: see hasRateUnit.
 */
export function parseRatePerSecond(text: string): number | null {
  const match = rateText.exec(text.trim());
  if (match === null) return null;
  const value = parseNumber(match[1]!);
  return value === null ? null : value / secondsPer[(match[2] ?? "").toLowerCase()]!;
}

/** Whether a rate's text says per which time: `10/s` does, `10` does not. */
export function hasRateUnit(text: string): boolean {
  return text.includes("/");
}

/** `10,000 msg/s`; `what` names the things counted. Up to three decimals below 10, one below 100, then none. */
export function formatRate(perSecond: number, what = "msg"): string {
  const size = Math.abs(perSecond);
  return `${printDecimal(perSecond, size < 10 ? 3 : size < 100 ? 1 : 0, true)} ${what}/s`;
}
