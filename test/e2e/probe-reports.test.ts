import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { Ajv } from "ajv";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { checkProbeRecord } from "../../src/probe/probe-file.ts";
import { launchBrowser, openFile } from "../support/browser.ts";
import { startFragileServer } from "../support/fragile-server.ts";
import { runCli, type CliEnd } from "../support/run-cli.ts";

let folder = "";
let probed: CliEnd;
const path = (name: string) => join(folder, name);
const read = (name: string) => readFile(path(name), "utf8");
const floodgate = (...args: readonly string[]): Promise<CliEnd> => runCli(args, { cwd: folder });

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "floodgate-probes-"));
  // Takes text that is none, and does no harm to others.
  const server = await startFragileServer({ takesAnyText: true });
  try {
    const which = ["no-key", "invalid-utf8", "ping", "unauthorised"].flatMap((name) => ["--only", name]);
    const files = ["-o", "probe.json", "--html", "probe.html", "--md", "probe.md", "--junit", "probe.xml"];
    probed = await floodgate("probe", server.url, ...which, "--patience", "1s", ...files);
  } finally {
    await server.close();
  }
}, 60_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

describe("what floodgate probe saves", () => {
  it("is a record that its schema takes, and that can be read again", async () => {
    const saved: unknown = JSON.parse(await read("probe.json"));
    const schema: unknown = JSON.parse(
      await readFile(new URL("../../results/probe.schema.json", import.meta.url), "utf8"),
    );
    const valid = new Ajv({ allErrors: true }).compile(schema as object);
    expect(valid(saved), JSON.stringify(valid.errors)).toBe(true);
    const record = checkProbeRecord(saved, "probe.json");
    expect(record.probes.map(({ name, outcome }) => [name, outcome])).toContainEqual(["invalid-utf8", "wrong"]);
    expect(record.verdict.exitCode).toBe(probed.exitCode);
    expect(probed.exitCode).toBe(99);
  });

  it("is shown again by floodgate report as it was shown after probing, and with the same reports", async () => {
    const again = await floodgate(
      ...["report", "probe.json", "--html", "again.html", "--md", "again.md", "--junit", "again.xml"],
    );
    expect(again).toMatchObject({ exitCode: 0, stdout: probed.stdout, stderr: "" });
    for (const ending of ["html", "md", "xml"])
      expect(await read(`again.${ending}`)).toBe(await read(`probe.${ending}`));
    const json = await floodgate("report", "probe.json", "--json");
    expect(json.stdout).toBe(await read("probe.json"));
  });

  it("has its page for a browser, without errors and wider than no window", async () => {
    const browser = await launchBrowser();
    try {
      for (const width of [400, 1400]) {
        const { page, logged, requested } = await openFile(browser, path("probe.html"), {
          width,
          colorScheme: "light",
        });
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(width);
        expect(await page.evaluate("document.querySelectorAll('tbody tr').length")).toBe(9);
        expect(logged).toEqual([]);
        expect(requested).toEqual([pathToFileURL(path("probe.html")).href]);
      }
    } finally {
      await browser.close();
    }
  });

  it("has no reports of what only a run counts, and is no result to compare", async () => {
    const csv = await floodgate("report", "probe.json", "--csv", "probe.csv");
    expect(csv).toMatchObject({ exitCode: 2, stdout: "" });
    expect(csv.stderr).toMatch(
      /^error: --csv is no report of probes: .*\nhint: {2}reports of probes: --html --md --junit\n$/,
    );
    const compared = await floodgate("compare", "probe.json", "probe.json");
    expect(compared).toMatchObject({ exitCode: 2, stdout: "" });
    expect(compared.stderr).toContain('"probe.json" is not a floodgate result: its "schema" is "floodgate.probe/1"');
  });

  it("is not overwritten by one of its reports", async () => {
    const end = await floodgate("report", "probe.json", "--md", "probe.json");
    expect(end).toMatchObject({ exitCode: 2, stderr: expect.stringContaining("that file is the record") as string });
  });
});

describe("floodgate probe --quiet", () => {
  it("says nothing but why it did not pass", async () => {
    const end = await floodgate("probe", "--only", "unauthorised", "--quiet");
    expect(end).toMatchObject({ exitCode: 96, stdout: "" });
    expect(end.stderr).toMatch(/^\[WARN\] nothing was tested: the target was given no credentials .*\n$/);
  });
});
