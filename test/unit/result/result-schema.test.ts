import { readFile } from "node:fs/promises";
import { Ajv } from "ajv";
import { expect, test } from "vitest";
import { resultSchemaText } from "../../../src/result/result-schema.ts";
import { readToolVersions } from "../../../src/result/read-environment.ts";
import { aCollectedPhase, aPhasePlan } from "../../support/a-collected.ts";
import { aResult } from "../../support/a-result.ts";

const shipped = new URL("../../../results/result.schema.json", import.meta.url);
const load = async () => new Ajv({ allErrors: true }).compile(JSON.parse(await readFile(shipped, "utf8")));

test("the shipped schema is the one the code describes (npm run generate:result writes it)", async () => {
  expect(await readFile(shipped, "utf8")).toBe(resultSchemaText());
});

test("built results are valid against the shipped schema, whole ones and ones without a single message", async () => {
  const valid = await load();
  const silent = aCollectedPhase({ plan: aPhasePlan({ load: { kind: "idle" } }) }, { sent: 0 });
  for (const result of [aResult(), aResult({ phases: [] }), aResult({ phases: [silent], plan: { mode: "connect" } })]) {
    expect(valid(JSON.parse(JSON.stringify(result))), JSON.stringify(valid.errors)).toBe(true);
  }
});

test("the schema takes fields it does not know and refuses a missing or misspelt one", async () => {
  const valid = await load();
  const result = JSON.parse(JSON.stringify(aResult()));
  expect(valid({ ...result, fromTheFuture: 1 })).toBe(true);
  expect(valid({ ...result, totals: { ...result.totals, fromTheFuture: 1 } })).toBe(true);
  expect(valid({ ...result, durationMs: undefined })).toBe(false);
  expect(valid({ ...result, totals: { ...result.totals, deliveryRatio: 2 } })).toBe(false);
  expect(valid({ ...result, verdict: { ...result.verdict, outcome: "great" } })).toBe(false);
});

test("the tool tells its own version and that of ws", async () => {
  const own = JSON.parse(await readFile(new URL("../../../package.json", import.meta.url), "utf8"));
  expect(readToolVersions()).toEqual({
    name: "floodgate",
    version: own.version,
    wsVersion: expect.stringMatching(/^\d+\.\d+\.\d+/),
  });
});
