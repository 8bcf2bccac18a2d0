import type { TArray, TObject, TOptional, TProperties, TRecord, TSchema, TString, TUnsafe } from "@sinclair/typebox";

/*
 * The few nodes of JSON Schema that profiles need, as plain objects with typebox's static types. Typebox itself would give
 * the same objects, but loading its two hundred files takes every command 70 ms and 14 MB.
 */

/** Marks what an object need not have. A symbol, so that it shows neither in the JSON nor to validators. */
const isOptional = Symbol("optional");

export function optional<T extends TSchema>(node: T): TOptional<T> {
  return { ...node, [isOptional]: true } as unknown as TOptional<T>;
}

export function objectOf<T extends TProperties>(properties: T, options: NodeOptions): TObject<T> {
  const required = Object.keys(properties).filter((name) => !(isOptional in properties[name]!));
  return node({ ...options, type: "object", ...(required.length === 0 ? {} : { required }), properties });
}

export function arrayOf<T extends TSchema>(items: T, options: NodeOptions): TArray<T> {
  return node({ ...options, type: "array", items });
}

/** An object of any keys whose values are all alike. */
export function mapOf<T>(values: NodeOptions, options: NodeOptions): TRecord<TString, TUnsafe<T>> {
  return node({ ...options, type: "object", patternProperties: { "^(.*)$": values } });
}

/** A node of the static type `T`, which the caller answers for. */
export function leaf<T>(options: NodeOptions): TUnsafe<T> {
  return node(options);
}

type NodeOptions = Readonly<Record<string, unknown>>;

function node(options: NodeOptions): never {
  return options as never;
}
