import { decimalPattern, printDecimal, scaleDecimal } from "./decimal.ts";

const sizeUnits: Readonly<Record<string, readonly [factor: number, powerOfTen: number]>> = {
  "": [1, 0],
  b: [1, 0],
  kb: [1, 3],
  mb: [1, 6],
  gb: [1, 9],
  kib: [1024, 0],
  mib: [1024 ** 2, 0],
  gib: [1024 ** 3, 0],
};

const sizeText = new RegExp(String.raw`^(${decimalPattern})\s*(|B|[KMG]B|[KMG]iB)$`, "i");

/**
 * Bytes of `64`, `64B`, `1KiB` (1024), `1.5MB` (1,500,000), in either case; null when the whole text is no size.
 * May be a fraction of a byte (`0.5B` per message is a threshold); who needs whole bytes checks for them.
 */
export function parseSizeBytes(text: string): number | null {
  const match = sizeText.exec(text.trim());
  if (match === null) return null;
  const [factor, powerOfTen] = sizeUnits[match[2]!.toLowerCase()]!;
  const bytes = scaleDecimal(match[1]!, factor, powerOfTen);
  return Number.isFinite(bytes) ? bytes : null;
}

/** Whether a size's text names its unit: `64B` does, `64` does not. */
export function hasSizeUnit(text: string): boolean {
  return /b\s*$/i.test(text);
}

/** `64 B`, `1.5 KiB`, `12.3 MiB`, `262 MiB`: three significant digits in units of 1024; negative for memory given back. */
export function formatBytes(bytes: number): string {
  if (bytes < 0) return bytes > -0.005 ? "0 B" : `-${formatBytes(-bytes)}`;
  let value = bytes;
  let unit = "B";
  for (const next of ["KiB", "MiB", "GiB"]) {
    // 1023.5 and more would print as 1024 of the smaller unit.
    if (value < 1023.5) break;
    value /= 1024;
    unit = next;
  }
  return `${printDecimal(value, value < 9.995 ? 2 : value < 99.95 ? 1 : 0)} ${unit}`;
}
