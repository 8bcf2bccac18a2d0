// Writes the JSON Schemas of what is saved, from its types. Run after a build.
import { writeFileSync } from "node:fs";
import { probeSchemaText } from "../dist/probe/probe-record.js";
import { resultSchemaText } from "../dist/result/result-schema.js";

writeFileSync(new URL("../results/result.schema.json", import.meta.url), resultSchemaText());
writeFileSync(new URL("../results/probe.schema.json", import.meta.url), probeSchemaText());
