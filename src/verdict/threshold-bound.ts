import { parseNumber } from "../units/count.ts";
import { hasRateUnit, parseRatePerSecond } from "../units/rate.ts";
import { parseRatio } from "../units/ratio.ts";
import { hasSizeUnit, parseSizeBytes } from "../units/size.ts";
import { parseDurationMs } from "../units/time.ts";
import type { QuantityKind } from "./threshold-metrics.ts";

/** What a value is compared with. Numbers are in the kind's own unit, see {@link canonicalUnit}. */
export type ThresholdBound =
  | {
      readonly kind: "value";
      readonly value: number;
      /** The baseline's value and the runs it is the median of, when the bound was worked out from one. */
      readonly base?: { readonly value: number; readonly runs: number };
    }
  /** `factor` x the baseline's value + `offset`. */
  | { readonly kind: "baseline"; readonly factor: number; readonly offset: number };

/** A bound that cannot be used, and what to write instead. */
export interface BoundFault {
  readonly faulty: string;
  readonly reason: string;
  readonly hint: string;
}

/** The unit of values of a kind: seconds, bytes, bytes per second, per second; `1` for counts and ratios. */
export const canonicalUnit: Readonly<Record<QuantityKind, string>> = {
  time: "s",
  size: "B",
  slope: "B/s",
  rate: "1/s",
  ratio: "1",
  count: "1",
};

interface Kind {
  /** The whole text in the canonical unit; null when it is not of this kind, or says no unit where one is required. */
  readonly parse: (text: string) => number | null;
  readonly word: string;
  readonly example: string;
  readonly units: string;
  /** Put behind a bare number to show what was forgotten. */
  readonly usualUnit: string;
}

const secondsPer: Readonly<Record<string, number>> = { s: 1, min: 60, h: 3600 };

const kinds: Readonly<Record<QuantityKind, Kind>> = {
  time: {
    parse: (text) => divide(parseDurationMs(text), 1000),
    word: "a time",
    example: "500ms",
    units: "ns us ms s m h",
    usualUnit: "ms",
  },
  size: {
    parse: (text) => (hasSizeUnit(text) ? parseSizeBytes(text) : null),
    word: "a size",
    example: "200MB",
    units: "B KB MB GB (1000), KiB MiB GiB (1024)",
    usualUnit: "MB",
  },
  slope: {
    parse: parseSlope,
    word: "a growth per time",
    example: "1KiB/s",
    units: "a size per /s /min /h",
    usualUnit: "KiB/s",
  },
  rate: {
    parse: (text) => (hasRateUnit(text) ? parseRatePerSecond(text) : null),
    word: "a rate",
    example: "5000/s",
    units: "/s /min /h",
    usualUnit: "/s",
  },
  ratio: {
    parse: parseRatio,
    word: "a ratio",
    example: "99.9%",
    units: "none, or %",
    usualUnit: "%",
  },
  count: { parse: parseNumber, word: "a count", example: "0", units: "none", usualUnit: "" },
};
const number = String.raw`\d+(?:\.\d+)?|\.\d+`;

/** Reads what stands behind the operator: `500ms`, `99.9%`, `10k/s`, `base*1.10+5ms`, `baseline+5%`. */
export function parseBound(text: string, kind: QuantityKind): ThresholdBound | BoundFault {
  const { word, example } = kinds[kind];
  if (text === "") {
    return { faulty: text, reason: "has no bound", hint: `write ${word} behind the operator, for example ${example}` };
  }
  if (/^base(line)?\b/.test(text)) return parseRelative(text, kind);
  const value = parseQuantity(text, kind);
  return typeof value === "number" ? { kind: "value", value } : value;
}

/** A number with the unit that `kind` requires, in the canonical unit; never negative. */
export function parseQuantity(text: string, kind: QuantityKind): number | BoundFault {
  const { parse, word, example, units, usualUnit } = kinds[kind];
  const value = parse(text);
  if (value !== null) return value;
  if (text.startsWith("-")) {
    return { faulty: text, reason: "is negative", hint: `write ${word} of 0 or more, for example ${example}` };
  }
  const bare = parseNumber(text);
  if (bare !== null && kind !== "ratio") {
    return {
      faulty: text,
      reason: "has no unit",
      hint: `write ${word} with its unit, for example ${text}${usualUnit}`,
    };
  }
  if (kind === "ratio" && (bare !== null || /^[\d.]+\s*%$/.test(text))) {
    // 99.9 was meant as 99.9 %; 1.2 is no share anybody would ask for.
    const asPercent = bare !== null && bare >= 50 && bare <= 100 ? `${text}%` : example;
    return {
      faulty: text,
      reason: "is more than 1",
      hint: `a ratio goes from 0 to 1, or to 100%; for example ${asPercent}`,
    };
  }
  const other = Object.values(kinds).find((candidate) => candidate.parse(text) !== null);
  const reason = other === undefined ? `is not ${word}` : `is ${other.word}, but this metric is ${word}`;
  return { faulty: text, reason, hint: `units here: ${units}; for example ${example}` };
}

/** `base*1.10+5ms`, `baseline+5%`, `baseline-5%`, `base`. */
function parseRelative(text: string, kind: QuantityKind): ThresholdBound | BoundFault {
  const parts = new RegExp(`^base(?:line)?\\s*(?:\\*\\s*(${number}))?\\s*(?:([+-])\\s*(.+))?$`).exec(text);
  const hint = "write base*1.10, base*1.10+5ms or baseline+5%";
  if (parts === null) return { faulty: text, reason: "is not a bound against the baseline", hint };
  const [, factorText, sign, restText] = parts;
  const factor = factorText === undefined ? 1 : Number(factorText);
  if (restText === undefined) return { kind: "baseline", factor, offset: 0 };
  const direction = sign === "-" ? -1 : 1;
  const percent = new RegExp(`^(${number})\\s*%$`).exec(restText);
  if (percent !== null) {
    if (factorText !== undefined) return { faulty: text, reason: "has a factor and a percentage", hint };
    return { kind: "baseline", factor: 1 + (direction * Number(percent[1])) / 100, offset: 0 };
  }
  const offset = parseQuantity(restText, kind);
  if (typeof offset !== "number") return offset;
  return { kind: "baseline", factor, offset: direction * offset };
}

/** `1KiB/s`, `10MB/min`: bytes per second. */
function parseSlope(text: string): number | null {
  const parts = /^(.*?)\s*\/\s*(s|min|h)$/.exec(text);
  if (parts === null || !hasSizeUnit(parts[1]!)) return null;
  return divide(parseSizeBytes(parts[1]!), secondsPer[parts[2]!]!);
}

function divide(value: number | null, by: number): number | null {
  return value === null ? null : value / by;
}
