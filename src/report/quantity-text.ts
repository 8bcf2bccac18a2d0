import type { QuantityKind } from "../verdict/threshold-metrics.ts";
import { bytesText, countText, rateText, ratioText, timeText } from "./format.ts";

/** A value of a metric, in the canonical unit of its kind, as all reports print it; `-` for no value. */
export function quantityText(value: number | null, kind: QuantityKind): string {
  if (value === null) return "-";
  switch (kind) {
    case "time":
      return timeText(value * 1e6);
    case "size":
      return bytesText(value);
    case "slope":
      return `${bytesText(value)}/s`;
    case "rate":
      return `${rateText(value)}/s`;
    case "ratio":
      return ratioText(value);
    case "count":
      return countText(value);
  }
}
