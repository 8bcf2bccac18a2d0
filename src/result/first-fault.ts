import type { TSchema } from "@sinclair/typebox";
import { Value } from "@sinclair/typebox/value";

/** The first thing in which a value read from a file is not of the schema, as a sentence. */
export function firstFault(schema: TSchema, parsed: unknown): string {
  const fault = Value.Errors(schema, parsed).First();
  if (fault === undefined) return "its form is not the right one";
  const place = fault.path === "" ? "the file" : fault.path.slice(1).replaceAll("/", ".");
  if (fault.value === undefined) return `${place} is missing`;
  return `${place} is ${shorten(JSON.stringify(fault.value))}: ${fault.message.toLowerCase()}`;
}

function shorten(text: string): string {
  return text.length <= 60 ? text : `${text.slice(0, 57)}...`;
}
