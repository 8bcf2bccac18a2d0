import { decimalPattern, printDecimal, scaleDecimal } from "./decimal.ts";

const ratioText = new RegExp(String.raw`^(${decimalPattern})\s*(%?)$`);

/** A share 0 .. 1 from `1%` or `0.01`; null when the whole text is not one, and above 100 %. */
export function parseRatio(text: string): number | null {
  const match = ratioText.exec(text.trim());
  if (match === null) return null;
  const ratio = scaleDecimal(match[1]!, 1, match[2] === "%" ? -2 : 0);
  return ratio <= 1 ? ratio : null;
}

/**
 * A ratio for people: `99.95%`, `1%`. At least two decimals are looked at, more where two would claim exactly 100% or 0%
 * of something that is not: one lost message in ten million prints as `99.99999%`.
 */
export function formatRatio(ratio: number): string {
  const percent = ratio * 100;
  for (let decimals = 2; decimals < 12; decimals++) {
    const rounded = Number(percent.toFixed(decimals));
    if ((rounded !== 100 || ratio === 1) && (rounded !== 0 || ratio === 0))
      return `${printDecimal(percent, decimals)}%`;
  }
  // Nearer to a limit than a count can be; say on which side.
  return ratio < 0.5 ? ">0%" : ratio < 1 ? "<100%" : ">100%";
}
