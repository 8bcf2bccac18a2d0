import type { RunResult } from "../result/run-result.ts";

/** The result as one JSON document, ending in a line break. */
export function renderJson(result: RunResult): string {
  return `${JSON.stringify(result, null, 2)}\n`;
}
