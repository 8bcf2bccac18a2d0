import type { TSchema } from "@sinclair/typebox";
import { blockSchema, connectionsSchema, messagesSchema, rateSchema, timesSchema } from "./result-blocks.ts";
import { environmentSchema, memorySchema, runResultSchema } from "./run-result.ts";

/** Parts that occur more than once, the larger ones first; in the file they are written once and referred to. */
const definitions: Readonly<Record<string, TSchema>> = {
  block: blockSchema,
  connections: connectionsSchema,
  messages: messagesSchema,
  rate: rateSchema,
  times: timesSchema,
  memory: memorySchema,
  environment: environmentSchema,
};

/** The text of results/result.schema.json: the JSON Schema (draft-07) of a saved result. A test keeps the file equal to it. */
export function resultSchemaText(): string {
  const names = new Map(Object.entries(definitions).map(([name, schema]) => [JSON.stringify(schema), name]));
  const schema = {
    $schema: "http://json-schema.org/draft-07/schema#",
    ...(referTo(names, runResultSchema, false) as object),
    definitions: Object.fromEntries(
      Object.entries(definitions).map(([name, part]) => [name, referTo(names, part, false)]),
    ),
  };
  return `${JSON.stringify(schema, null, 1)}\n`;
}

/** A copy in which every known part is a reference; the outermost itself only when `whole` says so. */
function referTo(names: ReadonlyMap<string, string>, value: unknown, whole = true): unknown {
  if (typeof value !== "object" || value === null) return value;
  const name = whole ? names.get(JSON.stringify(value)) : undefined;
  if (name !== undefined) return { $ref: `#/definitions/${name}` };
  if (Array.isArray(value)) return value.map((item) => referTo(names, item));
  return Object.fromEntries(Object.entries(value).map(([key, member]) => [key, referTo(names, member)]));
}
