import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import type { Browser } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { PageAssets } from "../../src/report/html/html-page.ts";
import { renderHtmlReport } from "../../src/report/html/html-report.ts";
import { drawnCharts, launchBrowser, openFile, type Look } from "../support/browser.ts";
import { hostileResult } from "../support/hostile-text.ts";
import { reportCases } from "../support/report-cases.ts";
import { runCli } from "../support/run-cli.ts";

const looks: readonly Look[] = [400, 1400].flatMap((width) => [
  { width, colorScheme: "light" as const },
  { width, colorScheme: "dark" as const },
]);

let folder = "";
let browser: Browser;
let assets: PageAssets;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "floodgate-html-"));
  browser = await launchBrowser();
  // As built: the page's script is a bundle.
  const built = new URL("../../dist/commands/read-page-assets.js", import.meta.url).href;
  const { readPageAssets } = (await import(built)) as { readPageAssets: () => Promise<PageAssets> };
  assets = await readPageAssets();
});
afterAll(async () => {
  await browser.close();
  await rm(folder, { recursive: true, force: true });
});

async function save(name: string, page: string): Promise<string> {
  const file = join(folder, `${name}.html`);
  await writeFile(file, page);
  return file;
}

describe("the HTML report of a real run", () => {
  let file = "";
  beforeAll(async () => {
    file = join(folder, "run.html");
    const faults = ["--mock-drop", "5%", "--mock-stall", "300ms@1s"];
    const end = await runCli(["run", "-d", "3s", ...faults, "--html", file, "-o", join(folder, "run.json"), "-q"]);
    expect(end.exitCode, end.stderr).not.toBe(2);
  });

  it.each(looks)("draws every chart at $width px, $colorScheme, in silence and from the file alone", async (look) => {
    const { page, logged, requested } = await openFile(browser, file, look);
    const charts = await drawnCharts(page);
    expect(charts.map(({ title }) => title)).toEqual([
      ...["Messages per second", "Percentiles of latency over time", "Distribution of latency"],
      ...["Loss over time", "Memory over time"],
    ]);
    for (const chart of charts) {
      expect(chart.inked, chart.title).toBeGreaterThan(0.02);
      expect(chart.colours, chart.title).toBeGreaterThan(5);
      expect(chart.width, chart.title).toBeLessThanOrEqual(look.width);
    }
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(look.width);
    expect(logged).toEqual([]);
    expect(requested).toEqual([pathToFileURL(file).href]);
    await page.close();
  });

  it("takes other colours when the page becomes dark, and those of paper when it is printed", async () => {
    const { page, logged } = await openFile(browser, file, { width: 1400, colorScheme: "light" });
    const coloursOf = async () => (await drawnCharts(page))[0]!.lines.sent;
    const light = await coloursOf();
    await page.emulateMedia({ colorScheme: "dark" });
    await expect.poll(coloursOf).not.toBe(light);
    const dark = await coloursOf();
    await page.emulateMedia({ colorScheme: "dark", media: "print" });
    await expect.poll(coloursOf).toBe(light);
    for (const { width, inked } of await drawnCharts(page)) {
      expect(width).toBeLessThanOrEqual(700);
      expect(inked).toBeGreaterThan(0.02);
    }
    expect(await page.evaluate("document.querySelector('details.printed').open")).toBe(true);
    await page.emulateMedia({ colorScheme: "dark", media: "screen" });
    await expect.poll(coloursOf).toBe(dark);
    expect(logged).toEqual([]);
    await page.close();
  });

  it("fits a sheet of paper: no table is wider than the page", async () => {
    const { page } = await openFile(browser, file, { width: 688, colorScheme: "light" });
    await page.emulateMedia({ media: "print" });
    const tooWide = `[...document.querySelectorAll("table, canvas")].map((part) => part.getBoundingClientRect().right)`;
    await expect.poll(async () => Math.max(...(await page.evaluate<number[]>(tooWide)))).toBeLessThanOrEqual(689);
    await page.close();
  });

  it("becomes narrower with its window", async () => {
    const { page } = await openFile(browser, file, { width: 1400, colorScheme: "light" });
    await page.setViewportSize({ width: 400, height: 900 });
    await expect.poll(async () => (await drawnCharts(page))[0]!.width).toBeLessThan(400);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(400);
    await page.close();
  });

  it("shows the values of a second under the pointer, of all charts over time", async () => {
    const { page } = await openFile(browser, file, { width: 1400, colorScheme: "light" });
    await page.hover(".u-over >> nth=0", { position: { x: 300, y: 60 } });
    const values = `[...document.querySelectorAll(".u-legend")].map((legend) => legend.textContent)`;
    const legends = await page.evaluate<string[]>(values);
    expect(legends[0]).toMatch(/sent[\d,.]+ msg\/s/);
    expect(legends[1]).toMatch(/max[\d.]+ (us|ms|s)/);
    await page.close();
  });

  it("is the same page when it is made again from the saved result", async () => {
    const again = join(folder, "again.html");
    const end = await runCli(["report", join(folder, "run.json"), "--html", again]);
    expect(end.exitCode).toBe(0);
    expect(await readFile(again, "utf8")).toBe(await readFile(file, "utf8"));
  });

  it("is refused of a result whose seconds were edited, in one line", async () => {
    const broken = join(folder, "broken.json");
    const text = await readFile(join(folder, "run.json"), "utf8");
    const result = JSON.parse(text) as { intervals: { latencyUs: { hdr: string } }[] };
    result.intervals[1]!.latencyUs.hdr = "AAAA";
    await writeFile(broken, JSON.stringify(result));
    const end = await runCli(["report", broken, "--html", join(folder, "never.html")]);
    expect(end.exitCode).toBe(2);
    expect(end.stderr).toMatch(/^error: ".*broken\.json" was edited or damaged: interval at .*\nhint: .*\n$/);
  });
});

describe("the HTML report of other runs", () => {
  it.each(Object.keys(reportCases))("opens in silence for the run %s", async (name) => {
    const file = await save(name, renderHtmlReport(reportCases[name]!, assets));
    const { page, logged, requested } = await openFile(browser, file, { width: 400, colorScheme: "light" });
    for (const chart of await drawnCharts(page)) expect(chart.inked, chart.title).toBeGreaterThan(0.005);
    expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(400);
    expect(logged).toEqual([]);
    expect(requested).toHaveLength(1);
    await page.close();
  });

  it("runs nothing that a user or a target has written", async () => {
    const file = await save("hostile", renderHtmlReport(hostileResult(), assets));
    for (const look of looks) {
      const { page, logged, requested } = await openFile(browser, file, look);
      expect(await page.evaluate("document.scripts.length")).toBe((await drawnCharts(page)).length + 1);
      expect(await page.evaluate("document.images.length")).toBe(0);
      expect(await page.evaluate("document.documentElement.scrollWidth")).toBe(look.width);
      expect(logged).toEqual([]);
      expect(requested).toHaveLength(1);
      await page.close();
    }
  });

  it("would run nothing even if a script got into it", async () => {
    const page = renderHtmlReport(reportCases["all-passed"]!, assets);
    const file = await save(
      "injected",
      page.replace("<main>", "<main><script>alert(1)</script><img src=x onerror=alert(2)>"),
    );
    const { logged } = await openFile(browser, file, { width: 1400, colorScheme: "light" });
    expect(logged.some((line) => line.startsWith("dialog"))).toBe(false);
    expect(logged.join("\n")).toContain("Content Security Policy");
  });
});
