import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { pathToFileURL } from "node:url";
import { chromium, type Browser, type Page } from "playwright-core";

/** The Chromium of the system, without anything that would use the network by itself. */
export function launchBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: browserPath(),
    args: [
      ...["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"],
      ...["--disable-component-update", "--disable-sync"],
    ],
  });
}

function browserPath(): string {
  const { CHROMIUM, PATH = "" } = process.env;
  const names = ["chromium", "chromium-browser", "google-chrome"];
  const places = names.flatMap((name) => PATH.split(delimiter).map((folder) => join(folder, name)));
  const found = [...(CHROMIUM === undefined ? [] : [CHROMIUM]), ...places, "/usr/bin/chromium"].find(existsSync);
  if (found === undefined) throw new Error("there is no Chromium: apt-get install chromium, or name one in CHROMIUM");
  return found;
}

/** How a page is looked at. */
export interface Look {
  readonly width: number;
  readonly colorScheme: "light" | "dark";
}

/** An open page with all that it logged, asked for and popped up so far. */
export interface OpenPage {
  readonly page: Page;
  readonly logged: readonly string[];
  /** Addresses, the file's own first. */
  readonly requested: readonly string[];
}

/** Opens a file as somebody would who double-clicks it, and waits until its charts are drawn. */
export async function openFile(browser: Browser, path: string, { width, colorScheme }: Look): Promise<OpenPage> {
  // Pages of one browser share a context: another takes longer to make than a page.
  const context = browser.contexts()[0] ?? (await browser.newContext());
  const page = await context.newPage();
  await page.setViewportSize({ width, height: 900 });
  await page.emulateMedia({ colorScheme });
  const logged: string[] = [];
  const requested: string[] = [];
  page.on("console", (message) => logged.push(message.text()));
  page.on("pageerror", (error) => logged.push(error.message));
  page.on("dialog", (dialog) => {
    logged.push(`dialog: ${dialog.message()}`);
    void dialog.dismiss();
  });
  page.on("request", (request) => {
    if (!request.url().startsWith("data:")) requested.push(request.url());
  });
  await page.goto(pathToFileURL(path).href);
  // Two frames: the first draws, the second is only there when the first is over.
  await page.evaluate("new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(() => done(null))))");
  return { page, logged, requested };
}

/** What can be seen of a chart. */
export interface DrawnChart {
  readonly title: string;
  readonly width: number;
  /** Share of its pixels that something was drawn on. */
  readonly inked: number;
  /** Different colours among them, shades of the same apart. */
  readonly colours: number;
  /** Colours of its lines, by their names. */
  readonly lines: Readonly<Record<string, string>>;
}

/** Looks at the pixels of every chart of a page. */
export function drawnCharts(page: Page): Promise<readonly DrawnChart[]> {
  return page.evaluate<DrawnChart[]>(probe);
}

/** Runs in the browser. */
const probe = `[...document.querySelectorAll("figure.chart")].map((figure) => {
  const canvas = figure.querySelector("canvas");
  // A copy: reading back the page's own would make the browser complain of that.
  const copy = new OffscreenCanvas(canvas.width, canvas.height).getContext("2d", { willReadFrequently: true });
  copy.drawImage(canvas, 0, 0);
  const { data } = copy.getImageData(0, 0, canvas.width, canvas.height);
  const colours = new Set();
  let inked = 0;
  for (let i = 0; i < data.length; i += 4) {
    if (data[i + 3] === 0) continue;
    inked += 1;
    colours.add((data[i] >> 4) * 256 + (data[i + 1] >> 4) * 16 + (data[i + 2] >> 4));
  }
  const lines = [...figure.querySelectorAll(".u-legend .u-series")].slice(1).map((row) => [
    row.querySelector(".u-label").textContent,
    getComputedStyle(row.querySelector(".u-marker")).borderTopColor,
  ]);
  return {
    title: figure.querySelector("h3").textContent,
    width: canvas.getBoundingClientRect().width,
    inked: inked / (data.length / 4),
    colours: colours.size,
    lines: Object.fromEntries(lines),
  };
})`;
