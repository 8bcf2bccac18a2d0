import { readFile } from "node:fs/promises";
import { Ajv } from "ajv";
import { describe, expect, it } from "vitest";
import { checkProbeRecord, isProbeRecord } from "../../../src/probe/probe-file.ts";
import { probeSchemaText } from "../../../src/probe/probe-record.ts";
import { probeCases } from "../../support/sample-probes.ts";

const shipped = new URL("../../../results/probe.schema.json", import.meta.url);
const record = probeCases.mixed!;
const saved = (changes: object = {}): unknown => JSON.parse(JSON.stringify({ ...record, ...changes }));

describe("the schema of records of probes", () => {
  it("is the one the code describes (npm run generate:result writes it)", async () => {
    expect(await readFile(shipped, "utf8")).toBe(probeSchemaText());
  });

  it("takes records, and fields it does not know, and refuses a missing or misspelt one", async () => {
    const valid = new Ajv({ allErrors: true }).compile(JSON.parse(await readFile(shipped, "utf8")));
    for (const each of Object.values(probeCases)) {
      expect(valid(JSON.parse(JSON.stringify(each))), JSON.stringify(valid.errors)).toBe(true);
    }
    expect(valid(saved({ fromTheFuture: 1 }))).toBe(true);
    expect(valid(saved({ strict: undefined }))).toBe(false);
    expect(valid(saved({ verdict: { ...record.verdict, outcome: "great" } }))).toBe(false);
    const [first, ...others] = record.probes;
    expect(valid(saved({ probes: [{ ...first, answer: { kind: "shrug" } }, ...others] }))).toBe(false);
  });
});

describe("reading a record of probes", () => {
  it("knows it from other files", () => {
    expect(isProbeRecord(saved())).toBe(true);
    for (const other of [null, [], "floodgate.probe/1", {}, { schema: 1 }, { schema: "floodgate.result/1" }]) {
      expect(isProbeRecord(other)).toBe(false);
    }
  });

  it.each(Object.entries(probeCases))("gives %s back as it was saved", (_, each) => {
    const parsed: unknown = JSON.parse(JSON.stringify(each));
    expect(checkProbeRecord(parsed, "probe.json")).toEqual(each);
  });

  it("refuses a newer one, one of another form, and a verdict that its findings do not bear out", () => {
    const check = (changes: object) => () => checkProbeRecord(saved(changes), "probe.json");
    expect(check({ schema: "floodgate.probe/2" })).toThrow(
      '"probe.json" was made by a newer floodgate ("floodgate.probe/2"); this one reads "floodgate.probe/1"',
    );
    expect(check({ strict: "yes" })).toThrow('"probe.json" was edited or damaged: strict is "yes": expected boolean');
    expect(check({ verdict: { outcome: "pass", exitCode: 0, reasons: [] } })).toThrow(
      '"probe.json" was edited or damaged: its verdict is pass (0), its findings say fail',
    );
  });
});
