import type uPlot from "uplot";
import type { ChartSpec } from "../html/chart-spec.ts";
import { drawChart, type Size } from "./draw-chart.ts";
import { readPalette } from "./palette.ts";

// Runs in the browser that shows a report: draws every chart of the page from the data beside it, and again when the page
// becomes narrower, dark, or paper.

interface Figure {
  readonly place: HTMLElement;
  readonly spec: ChartSpec;
  plot: uPlot | null;
}

/** Width of the text on a sheet of A4 or Letter, whichever is narrower, in pixels. */
const paperWidth = 660;
const root = document.documentElement;
const figures = [...document.querySelectorAll<HTMLElement>("figure.chart")].map(readFigure);

function readFigure(figure: HTMLElement): Figure {
  const place = figure.querySelector<HTMLElement>(".plot")!;
  const data = figure.querySelector('script[type="application/json"]')!.textContent;
  return { place, spec: JSON.parse(data) as ChartSpec, plot: null };
}

function drawAll(sizeOf: (place: HTMLElement) => Size): void {
  const palette = readPalette(root);
  for (const figure of figures) {
    figure.plot?.destroy();
    figure.plot = drawChart(figure.place, figure.spec, sizeOf(figure.place), palette);
  }
}

function sizeOnScreen(place: HTMLElement): Size {
  const width = Math.max(200, Math.floor(place.clientWidth));
  return { width, height: Math.round(Math.min(320, Math.max(230, width * 0.42))) };
}

const sizeOnPaper = (): Size => ({ width: paperWidth, height: 230 });

/** Paper is white, and folded parts cannot be opened on it. */
function preparePrint(): void {
  root.classList.add("printing");
  for (const part of document.querySelectorAll<HTMLDetailsElement>("details.printed:not([open])")) {
    part.dataset.wasClosed = "";
    part.open = true;
  }
  drawAll(sizeOnPaper);
}

function endPrint(): void {
  root.classList.remove("printing");
  for (const part of document.querySelectorAll<HTMLDetailsElement>("details[data-was-closed]")) {
    delete part.dataset.wasClosed;
    part.open = false;
  }
  drawAll(sizeOnScreen);
}

drawAll(sizeOnScreen);
addEventListener("beforeprint", preparePrint);
addEventListener("afterprint", endPrint);
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => drawAll(sizeOnScreen));
matchMedia("print").addEventListener("change", ({ matches }) => (matches ? preparePrint() : endPrint()));
const watcher = new ResizeObserver(() => {
  if (root.classList.contains("printing")) return;
  for (const { place, plot } of figures) {
    const size = sizeOnScreen(place);
    if (plot !== null && plot.width !== size.width) plot.setSize(size);
  }
});
for (const { place } of figures) watcher.observe(place);
