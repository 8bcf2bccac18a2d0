import { decimalPattern, printDecimal, scaleDecimal } from "./decimal.ts";

/** `k` and `m` are 1e3 and 1e6 for counts and rates, in either case. */
const magnitudes: Readonly<Record<string, number>> = { "": 0, k: 3, m: 6 };

const countText = new RegExp(String.raw`^(${decimalPattern})(k|m|)$`, "i");

/** `2500`, `10k`, `1.5m`, `10,000` as a number; null when the whole text is not one. May be a fraction: `0.5`. */
export function parseNumber(text: string): number | null {
  const match = countText.exec(text.trim());
  if (match === null) return null;
  const value = scaleDecimal(match[1]!, 1, magnitudes[match[2]!.toLowerCase()]!);
  return Number.isFinite(value) ? value : null;
}

/** `2500`, `10k`, `1.5m`, `10,000` as a whole number up to 2^53 - 1; null for anything else, `1.5` too. */
export function parseCount(text: string): number | null {
  const value = parseNumber(text);
  return value !== null && Number.isSafeInteger(value) ? value : null;
}

/** `1234567` as `1,234,567`; fractions keep up to three decimals. */
export function formatCount(count: number): string {
  return printDecimal(count, 3, true);
}
