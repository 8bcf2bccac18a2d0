import { thresholdName, type Threshold } from "../../src/verdict/threshold.ts";
import type { QuantityKind } from "../../src/verdict/threshold-metrics.ts";

const units: Readonly<Record<QuantityKind, string>> = {
  time: "s",
  size: "B",
  slope: "B/s",
  rate: "/s",
  ratio: "",
  count: "",
};

/** A text that says this threshold, in the units it is kept in. */
export function printThreshold(threshold: Threshold): string {
  const { op, bound, kind, overSeconds, isAdvisory } = threshold;
  const quantity = (value: number) => `${plainDecimal(value)}${units[kind]}`;
  const offset = (value: number) => `${value < 0 ? "-" : "+"}${quantity(Math.abs(value))}`;
  const printed =
    bound.kind === "value"
      ? quantity(bound.value)
      : `base*${bound.factor}${bound.offset === 0 ? "" : offset(bound.offset)}`;
  const over = overSeconds === null ? "" : ` over ${overSeconds}s`;
  return `${thresholdName(threshold)}${op}${printed}${over}${isAdvisory ? " warn" : ""}`;
}

/** Without an exponent, however small. */
function plainDecimal(value: number): string {
  const text = String(value);
  return text.includes("e") ? value.toFixed(30).replace(/\.?0+$/, "") : text;
}
