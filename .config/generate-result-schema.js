// Writes results/result.schema.json from the type of a saved result. Run after a build.
import { writeFileSync } from "node:fs";
import { resultSchemaText } from "../dist/result/result-schema.js";

writeFileSync(new URL("../results/result.schema.json", import.meta.url), resultSchemaText());
