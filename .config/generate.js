// Writes what is made from the code: the JSON Schema of profiles and the configuration page. Needs a build.
import { writeFileSync } from "node:fs";
import { configurationPage } from "../dist/cli/configuration-page.js";
import { profileSchemaText } from "../dist/profile/profile-schema.js";

writeFileSync(new URL("../profiles/profile.schema.json", import.meta.url), profileSchemaText());
writeFileSync(new URL("../docs/configuration.md", import.meta.url), configurationPage());
