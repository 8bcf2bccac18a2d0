import { mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { readCiPage } from "../../support/ci-page.ts";
import { parseCommand } from "../../support/parse-command.ts";

const page = readCiPage();
const cwd = mkdtempSync(join(tmpdir(), "floodgate-"));
writeFileSync(join(cwd, "load.yaml"), page.profile);

/** The calls of floodgate in a command, which may be a small script, as a shell hands over their words. */
const calls = page.all
  .flatMap((command) => command.replaceAll(/\\\n */g, "").split("\n"))
  .flatMap((line) => (line.includes("npx floodgate ") ? [line.slice(line.indexOf("npx floodgate ") + 14)] : []))
  .map((call) => call.replaceAll("$PORT", "8080"));
const words = (call: string): readonly string[] =>
  [...call.matchAll(/(?:'[^']*'|"[^"]*"|[^\s'"])+/g)].map(([word]) => word.replaceAll(/['"]/g, ""));

describe("docs/ci.md", () => {
  it("has jobs for both services, and one each for a baseline that is kept", () => {
    expect(page.github).toHaveLength(4);
    expect(page.gitlab).toHaveLength(4);
    expect(calls).toHaveLength(11);
  });

  it.each(calls)("floodgate %s", async (call) => {
    const { code, stderr, called } = await parseCommand(words(call), { cwd });
    expect([code, stderr]).toEqual([0, ""]);
    expect(called[0]![0]).toBe(words(call)[0]);
  });

  it("names every exit code that a job can end with by itself", () => {
    const text = readFileSync(new URL("../../../docs/ci.md", import.meta.url), "utf8");
    const rows = [...text.matchAll(/^\| (\d+) +\| /gm)].map(([, code]) => Number(code));
    expect(rows).toEqual([0, 2, 96, 97, 98, 99]);
  });
});
