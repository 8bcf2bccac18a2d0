import { Ajv } from "ajv";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { profileSchema, profileSchemaText } from "../../../src/profile/profile-schema.ts";
import { schemaFaults, type SchemaNode } from "../../../src/profile/schema-faults.ts";
import { readSetting, type SettingKind } from "../../../src/profile/setting-kinds.ts";

const schema = profileSchema as SchemaNode;

/** `kind path key`, one a fault. */
function faultsOf(data: unknown): readonly string[] {
  return schemaFaults(schema, data, 100).map(({ kind, path, key }) => [kind, path.join("."), key ?? ""].join(" "));
}

describe("faults against the schema of profiles", () => {
  it("finds none in what fits", () => {
    const stages = [{ duration: "5s", rate: 5, name: "a" }];
    const headers = { "X-A": "1", "X-B": ["1", "2"] };
    expect(faultsOf({ rate: 5, size: "1KiB", stages, connect: { headers }, reconnect: true })).toEqual([]);
  });

  it("names every place, down through lists, blocks and maps of any keys", () => {
    const data = {
      rate: "10q",
      speed: 1,
      size: null,
      seed: Infinity,
      mode: "shout",
      thresholds: [],
      stages: [{ duration: "5s" }, { rate: 5 }],
      reconnect: "yes",
      tags: { a: 1, b: {} },
      connect: { headers: { "X-A": 5 }, insecure: "no" },
      environments: { ci: { mock: { drop: "2%", latncy: "5ms" } } },
    };
    expect(faultsOf(data)).toEqual([
      "unfit rate ",
      "unknown-key  speed",
      "unfit size ",
      "unfit seed ",
      "unfit mode ",
      "missing-key stages.1 duration",
      "unfit reconnect ",
      "unfit tags.b ",
      "unfit connect.headers.X-A ",
      "unfit connect.insecure ",
      "unknown-key environments.ci.mock latncy",
    ]);
    expect(faultsOf({ stages: [] })).toEqual(["too-few stages "]);
    expect(faultsOf([])).toEqual(["unfit  "]);
    expect(faultsOf(JSON.parse('{"__proto__": {}, "constructor": 1}'))).toEqual([
      "unknown-key  __proto__",
      "unknown-key  constructor",
    ]);
  });

  it("stops looking after as many as are wanted", () => {
    const data = Object.fromEntries(Array.from({ length: 50 }, (_, index) => [`k${index}`, 1]));
    expect(schemaFaults(schema, data, 7)).toHaveLength(7);
  });

  it("agrees with a validator for all of JSON Schema, so that it overlooks no keyword of the schema", () => {
    const ajv = new Ajv({ strict: false });
    ajv.addKeyword({
      keyword: "x-kind",
      validate: (kind: SettingKind, raw: unknown) =>
        (typeof raw !== "string" && typeof raw !== "number") || readSetting(kind, raw).kind === "value",
    });
    const validate = ajv.compile(JSON.parse(profileSchemaText()) as object);
    fc.assert(
      fc.property(anyOf(schema), (data) => {
        expect({ data, fits: schemaFaults(schema, data, 1).length === 0 }).toEqual({ data, fits: validate(data) });
      }),
      { numRuns: 2000 },
    );
  });
});

/** Data that often fits the node, and often just does not. */
function anyOf(node: SchemaNode): fc.Arbitrary<unknown> {
  const scalar = fc.constantFrom<unknown>("5s", "5", 5, 1.5, -1, "", "1%", true, false, null, [], {}, "x", ["x"], [1]);
  const word = fc.constantFrom<unknown>(...(node.enum ?? ["100ms"]));
  const fitting: fc.Arbitrary<unknown>[] = [word, scalar];
  if (node.items !== undefined) fitting.push(fc.array(anyOf(node.items), { maxLength: 2 }));
  const map = Object.values(node.patternProperties ?? {})[0];
  if (map !== undefined) fitting.push(fc.dictionary(fc.constantFrom("a", "b"), anyOf(map), { maxKeys: 2 }));
  const children = Object.entries(node.properties ?? {});
  if (children.length === 0) return fc.oneof(...fitting);
  const block = fc
    .subarray(children, { maxLength: Math.min(3, children.length) })
    .chain((some) => fc.record(Object.fromEntries(some.map(([name, child]) => [name, anyOf(child)] as const))));
  const odd = fc.constantFrom<object>({ nosuch: 1 }, {}, {}, {}, {});
  return fc.oneof(
    { weight: 1, arbitrary: fc.oneof(...fitting) },
    { weight: 6, arbitrary: fc.tuple(block, odd).map(([some, more]) => ({ ...some, ...more })) },
  );
}
