import { decimalPattern, printDecimal, scaleDecimal } from "./decimal.ts";

/** Unit -> milliseconds, as factor x 10^power: powers of ten are applied to the text and cost no precision. */
const timeUnits: Readonly<Record<string, readonly [factor: number, powerOfTen: number]>> = {
  ns: [1, -6],
  us: [1, -3],
  ms: [1, 0],
  s: [1, 3],
  m: [6, 4],
  h: [36, 5],
};

const durationText = new RegExp(String.raw`^(${decimalPattern})\s*(ns|us|ms|s|m|h)$`);

/** Milliseconds of `250us`, `1.5s`, `2m`, `1h`, `500ms`, `100ns`; null when the whole text is not a time with its unit. */
export function parseDurationMs(text: string): number | null {
  const match = durationText.exec(text.trim());
  if (match === null) return null;
  const [factor, powerOfTen] = timeUnits[match[2]!]!;
  const ms = scaleDecimal(match[1]!, factor, powerOfTen);
  return Number.isFinite(ms) ? ms : null;
}

/**
 * A planned time in milliseconds as one would write it: `30 s`, `2 m`, `1.5 s`, `250 us`. Exact to the nanosecond:
 * the largest unit that needs at most three decimals (hours and minutes: none). For measured times take formatMicroseconds.
 */
export function formatDurationMs(ms: number): string {
  if (ms === 0) return "0 s";
  for (const [unit, unitMs] of [
    ["h", 3_600_000],
    ["m", 60_000],
  ] as const) {
    if (ms % unitMs === 0) return `${printDecimal(ms / unitMs, 0)} ${unit}`;
  }
  const ns = Math.round(ms * 1e6);
  if (ms >= 1000 && ns % 1e6 === 0) return `${printDecimal(ms / 1000, 3)} s`;
  if (ms >= 1 && ns % 1e3 === 0) return `${printDecimal(ms, 3)} ms`;
  return ns >= 1e3 ? `${printDecimal(ms * 1000, 3)} us` : `${ns} ns`;
}

/**
 * A measured time in microseconds for people: `850 us`, `1.234 ms`, `56.78 ms`, `2.50 s`, `95.2 s`, `600 s`. Never finer
 * than the four digits a histogram of three significant digits can carry, so at most eight characters up to 10 minutes.
 */
export function formatMicroseconds(us: number): string {
  if (us < 0) return `-${formatMicroseconds(-us)}`;
  if (us < 999.5) return `${us < 99.95 ? printDecimal(us, 1) : us.toFixed(0)} us`;
  const ms = us / 1e3;
  if (ms < 9.9995) return `${ms.toFixed(3)} ms`;
  if (ms < 99.995) return `${ms.toFixed(2)} ms`;
  if (ms < 999.95) return `${ms.toFixed(1)} ms`;
  const s = us / 1e6;
  return `${s.toFixed(s < 9.995 ? 2 : s < 99.95 ? 1 : 0)} s`;
}
