import { mkdir, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { resultText } from "../../src/result/write-result.ts";
import { drawnCharts, launchBrowser, openFile, type Look } from "../support/browser.ts";
import { comparedRuns } from "../support/compared-runs.ts";
import { runCli, type CliEnd } from "../support/run-cli.ts";
import { history, noise } from "../support/trend-cases.ts";

const looks: readonly Look[] = [400, 1400].flatMap((width) => [
  { width, colorScheme: "light" as const },
  { width, colorScheme: "dark" as const },
]);
const alike = [1, 1.01, 0.99, 1.005, 0.995];

let folder = "";
let browser: Browser;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "floodgate-pages-"));
  browser = await launchBrowser();
  await mkdir(join(folder, "results"));
  const slower = noise.map((factor, at) => (at >= 10 ? factor * 1.25 : factor));
  const slow = alike.map((factor) => factor * 1.3);
  for (const { name, result } of [...history(slower), ...comparedRuns("base", alike), ...comparedRuns("slow", slow)]) {
    await writeFile(join(folder, name), resultText(result));
  }
  await writeFile(join(folder, "results/other.schema.json"), '{ "$id": "a schema" }');
});
afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});

const floodgate = (...args: readonly string[]): Promise<CliEnd> => runCli(args, { cwd: folder });

async function expectGoodPage(file: string, titles: readonly string[], look: Look): Promise<void> {
  const { page, logged, requested } = await openFile(browser, file, look);
  const charts = await drawnCharts(page);
  expect(charts.map(({ title }) => title)).toEqual(titles);
  for (const chart of charts) expect(chart.inked, chart.title).toBeGreaterThan(0.01);
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(look.width);
  expect(logged).toEqual([]);
  expect(requested).toEqual([pathToFileURL(file).href]);
  await page.close();
}

describe("floodgate compare --html", () => {
  it("writes the comparison as a page, and judges and prints as without it", async () => {
    const plain = await floodgate("compare", "base-*.json", "--to", "slow-*.json");
    const end = await floodgate("compare", "base-*.json", "--to", "slow-*.json", "--html", "comparison.html");
    expect(end).toEqual(plain);
    expect(end.exitCode).toBe(98);
    for (const look of looks) await expectGoodPage(join(folder, "comparison.html"), ["Latency of both sides"], look);
  });

  it("writes the page to the standard output in place of the table", async () => {
    const { stdout } = await floodgate("compare", "base-1.json", "slow-1.json", "--html", "-");
    expect(stdout).toMatch(/^<!doctype html>/);
    expect(stdout.trimEnd()).toMatch(/<\/html>$/);
  });

  it("writes it as Markdown beside the page", async () => {
    await floodgate("compare", "base-*.json", "--to", "slow-*.json", "--md", "comparison.md");
    expect(await readFile(join(folder, "comparison.md"), "utf8")).toContain("regression");
  });

  it("refuses to write the page over one of the results", async () => {
    const { exitCode, stderr } = await floodgate("compare", "base-1.json", "slow-1.json", "--html", "base-1.json");
    expect(exitCode).toBe(2);
    expect(stderr).toContain('that file is "base-1.json", one of the results');
  });
});

describe("floodgate report --trend", () => {
  it("shows a folder of results over time, with the change that is in them", async () => {
    const { exitCode, stdout, stderr } = await floodgate("report", "results/*.json", "--trend", "trend.html");
    expect({ exitCode, stderr }).toEqual({ exitCode: 0, stderr: "" });
    expect(stdout).toMatch(/\[WARN\] latency\.p99 worse: \+2\d\.\d%, [\d.]+ ms to [\d.]+ ms, from c0ffee11 on/);
    expect(stdout).toContain("results/other.schema.json: it is no result of floodgate");
    const titles = ["latency.p50", "latency.p99", "rate.delivered", "delivery.ratio", "memory.target.growth"].map(
      (name) => `${name} (${/rate|ratio/.test(name) ? "higher" : "lower"} is better)`,
    );
    for (const look of looks) await expectGoodPage(join(folder, "trend.html"), titles, look);
  });

  it("shows the metrics that are asked for", async () => {
    await floodgate("report", "results/*.json", "--trend", "asked.html", "--metrics", "service.p90");
    const page = await readFile(join(folder, "asked.html"), "utf8");
    expect(page.match(/<figure class="chart"/g)).toHaveLength(1);
    expect(page).toContain("service.p90 (lower is better)");
  });

  it("refuses a damaged result, a pattern that matches nothing, and a folder without a result", async () => {
    const text = await readFile(join(folder, "base-1.json"), "utf8");
    await writeFile(join(folder, "cut.json"), text.slice(0, 2000));
    const cut = await floodgate("report", "base-2.json", "cut.json", "--trend", "never.html");
    expect(cut.exitCode).toBe(2);
    expect(cut.stderr).toMatch(/^error: "cut\.json" is cut off/);
    const nothing = await floodgate("report", "nosuch/*.json", "--trend", "never.html");
    expect(nothing.stderr).toMatch(/^error: "nosuch\/\*\.json" matches no file\nhint: /);
    const foreign = await floodgate("report", "results/other.schema.json", "--trend", "never.html");
    expect(foreign.stderr).toMatch(/^error: none of the files is a result: results\/other\.schema\.json\nhint: /);
  });
});
