import { Type, type TSchema } from "@sinclair/typebox";

// What the shapes of saved results are put together from.

/** A whole number, 0 or more. */
export const count = (description: string) => Type.Integer({ minimum: 0, description });

/** Any text. */
export const text = (description: string) => Type.String({ description });

/** The same, or null for no data. */
export const orNull = <T extends TSchema>(schema: T, description?: string) =>
  Type.Union([schema, Type.Null()], described(description));

/** One of these words. */
export const oneOf = <const T extends readonly string[]>(words: T, description?: string) =>
  Type.Union(
    words.map((word) => Type.Literal(word as T[number])),
    described(description),
  );

function described(description: string | undefined): { readonly description?: string } {
  return description === undefined ? {} : { description };
}
