import type { SettingKind } from "./setting-kinds.ts";
import { readSetting } from "./setting-kinds.ts";
import { kindKey } from "./setting-schema.ts";

/** One place where data is not as the schema wants it. */
export interface SchemaFault {
  readonly kind: "unknown-key" | "missing-key" | "too-few" | "unfit";
  /** Keys and list positions from the top to the data. */
  readonly path: readonly (string | number)[];
  /** The node of the schema that the data does not fit. */
  readonly node: SchemaNode;
  readonly data: unknown;
  /** The unknown or missing key; undefined for the others. */
  readonly key?: string;
}

/** A node of a profile's schema, as far as it is looked at. */
export interface SchemaNode {
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly properties?: Readonly<Record<string, SchemaNode>>;
  /** One pattern that matches every key. */
  readonly patternProperties?: Readonly<Record<string, SchemaNode>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean;
  readonly items?: SchemaNode;
  readonly minItems?: number;
  readonly [kindKey]?: SettingKind;
}

/**
 * Where `data` does not fit `schema`, at most `most` places; empty when it fits. Reads exactly the keywords that
 * schema-nodes.ts and setting-schema.ts write. A validator for all of JSON Schema compiles this schema, which holds the
 * settings five times, for 300 ms: as long as all the rest of starting.
 */
export function schemaFaults(schema: SchemaNode, data: unknown, most: number): readonly SchemaFault[] {
  const faults: SchemaFault[] = [];
  look(schema, data, []);
  return faults.slice(0, most);

  function look(node: SchemaNode, here: unknown, path: readonly (string | number)[]): void {
    if (faults.length >= most) return;
    const fault = (kind: SchemaFault["kind"], key?: string): void => {
      faults.push({ kind, path, node, data: here, ...(key === undefined ? {} : { key }) });
    };
    if (!isOfType(node.type, here) || node.enum?.includes(here) === false || !isReadable(node[kindKey], here)) {
      fault("unfit");
      return;
    }
    if (Array.isArray(here)) {
      if (here.length < (node.minItems ?? 0)) fault("too-few");
      const { items } = node;
      if (items !== undefined) here.forEach((item: unknown, index) => look(items, item, [...path, index]));
      return;
    }
    if (typeof here !== "object" || here === null) return;
    const block = here as Readonly<Record<string, unknown>>;
    for (const key of node.required ?? []) if (block[key] === undefined) fault("missing-key", key);
    const any = Object.values(node.patternProperties ?? {})[0];
    for (const [key, value] of Object.entries(block)) {
      const child = Object.hasOwn(node.properties ?? {}, key) ? node.properties![key] : any;
      if (child !== undefined) look(child, value, [...path, key]);
      else if (node.additionalProperties === false) fault("unknown-key", key);
    }
  }
}

function isOfType(type: SchemaNode["type"], data: unknown): boolean {
  return type === undefined || [type].flat().includes(typeOf(data));
}

/** The name JSON Schema has for it; that of no type for what JSON cannot hold. */
function typeOf(data: unknown): string {
  if (data === null) return "null";
  if (Array.isArray(data)) return "array";
  return typeof data === "number" && !Number.isFinite(data) ? "none" : typeof data;
}

function isReadable(kind: SettingKind | undefined, data: unknown): boolean {
  if (kind === undefined || (typeof data !== "string" && typeof data !== "number")) return true;
  return readSetting(kind, data).kind === "value";
}
