/** Plain decimal text; thousands may be set off by commas, as our own output does. No sign, no exponent. */
export const decimalPattern = String.raw`(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?|\.\d+`;

/**
 * The decimal text times `factor` times 10^`powerOfTen`. The power is applied to the text, so that `1.005` thousand
 * is 1005 and not 1004.9999999999999. The text must match `decimalPattern`.
 */
export function scaleDecimal(text: string, factor: number, powerOfTen: number): number {
  return Number(`${text.replaceAll(",", "")}e${powerOfTen}`) * factor;
}

/** At most `decimals` decimals, without trailing zeros, thousands set off by commas when `grouped`. `value` is finite. */
export function printDecimal(value: number, decimals: number, grouped = false): string {
  const fixed = value.toFixed(decimals);
  const trimmed = fixed.includes(".") ? fixed.replace(/\.?0+$/, "") : fixed;
  const text = trimmed === "-0" ? "0" : trimmed;
  return grouped ? text.replace(/^-?\d+/, (whole) => whole.replace(/\B(?=(\d{3})+$)/g, ",")) : text;
}
