import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { examplesPage, showExamples } from "../../../src/commands/show-examples.ts";
import { reporters } from "../../../src/report/reporters.ts";
import { fakeHost } from "../../support/fake-host.ts";
import { parseCommand } from "../../support/parse-command.ts";

/** The commands of the page, with lines that end in a backslash joined. */
const commands = examplesPage
  .replaceAll(/\\\n */g, "")
  .split("\n")
  .map((line) => line.trim())
  .filter((line) => line.startsWith("floodgate"));

/** Words as a shell would split them: at spaces, except in single quotes. */
const words = (command: string) =>
  [...command.matchAll(/(?:'[^']*'|[^\s'])+/g)].map(([word]) => word.replaceAll("'", ""));

const cwd = mkdtempSync(join(tmpdir(), "floodgate-"));
writeFileSync(join(cwd, "ca.pem"), "-----BEGIN CERTIFICATE-----\n");

describe("floodgate examples", () => {
  it.each(commands)("%s", async (command) => {
    const [, ...args] = words(command);
    const { code, stderr, called } = await parseCommand(args, { cwd, env: { API_TOKEN: "t" } });
    expect([code, stderr]).toEqual([0, ""]);
    // Many results over time are a command of their own, asked for by a flag of report.
    expect(called[0]![0]).toBe(args.includes("--trend") ? "trend" : args[0]);
  });

  it("has one for every report there is, of runs and of comparisons", () => {
    const flagsOf = (name: string) =>
      commands.filter((command) => command.startsWith(`floodgate ${name}`)).flatMap((command) => words(command));
    for (const { flag } of reporters) expect([...flagsOf("run"), ...flagsOf("report")]).toContain(flag);
    expect(flagsOf("compare")).toContain("--html");
  });

  it("prints a page of them, in ASCII, no wider than 100 columns", () => {
    const { host, stdout } = fakeHost();
    expect(showExamples(host)).toBe(0);
    expect(commands.length).toBeGreaterThan(20);
    expect(stdout()).toMatch(/^[ -~\n]*$/);
    expect(
      stdout()
        .split("\n")
        .filter((line) => line.length > 100),
    ).toEqual([]);
  });
});
