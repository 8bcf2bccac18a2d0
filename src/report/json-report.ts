import { resultText } from "../result/write-result.ts";

/** A result, or another record of floodgate, as one JSON document: the same text as in its file. */
export function renderJson(record: object): string {
  return resultText(record);
}
