import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { configurationPage } from "../../../src/cli/configuration-page.ts";
import { runFlags, serveFlags } from "../../../src/cli/flag-table.ts";
import { profileSchema, profileSchemaText, propertiesOf } from "../../../src/profile/profile-schema.ts";

describe("what is generated from the code", () => {
  it("profiles/profile.schema.json is fresh (else: npm run generate)", () => {
    expect(readFileSync("profiles/profile.schema.json", "utf8")).toBe(profileSchemaText());
  });

  it("docs/configuration.md is fresh (else: npm run generate)", () => {
    expect(readFileSync("docs/configuration.md", "utf8")).toBe(configurationPage());
  });

  it("tells every setting with what it means", () => {
    const page = configurationPage();
    for (const [name, node] of Object.entries(propertiesOf(profileSchema))) {
      expect(node.description, name).toBeTruthy();
      const isBlock = "properties" in node && name !== "environments";
      for (const key of isBlock ? Object.keys(propertiesOf(node)).map((inner) => `${name}.${inner}`) : [name]) {
        expect(page).toContain(`\`${key}\``);
      }
    }
  });

  it("has every flag for a setting that exists, and no flag twice", () => {
    const paths = Object.entries(propertiesOf(profileSchema)).flatMap(([name, node]) => [
      name,
      ...Object.keys(propertiesOf(node)).map((inner) => `${name}.${inner}`),
    ]);
    for (const flags of [runFlags, serveFlags]) {
      for (const { setting } of flags) if (setting !== null) expect(paths).toContain(setting);
      const names = flags.flatMap((spec) => spec.flags.replace(/ <.*$/, "").split(", "));
      expect(new Set(names).size).toBe(names.length);
    }
  });
});
