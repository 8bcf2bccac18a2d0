import type { RunResult } from "../result/run-result.ts";
import { resultText } from "../result/write-result.ts";

/** The result as one JSON document, the same text as in its file. */
export function renderJson(result: RunResult): string {
  return resultText(result);
}
