import { runResultSchema } from "./run-result.ts";

/** The text of results/result.schema.json: the JSON Schema (draft-07 words) of a saved result. A test keeps the file equal to it. */
export function resultSchemaText(): string {
  return `${JSON.stringify({ $schema: "http://json-schema.org/draft-07/schema#", ...runResultSchema }, null, 2)}\n`;
}
