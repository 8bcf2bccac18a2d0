import type { RunSeries } from "../compare/series-record.ts";
import type { RunResult } from "../result/run-result.ts";
import { resultText } from "../result/write-result.ts";

/** A result, or a series of them, as one JSON document; that of a result is the same text as in its file. */
export function renderJson(record: RunResult | RunSeries): string {
  return resultText(record);
}
