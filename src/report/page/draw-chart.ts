import uPlot from "uplot";
import type { ChartAxis, ChartSeries, ChartSpec, ChartUnit } from "../html/chart-spec.ts";
import { drawBands, drawMarks, heightOfNames } from "./draw-bands.ts";
import type { Palette } from "./palette.ts";
import { tickText, valueText } from "./tick-text.ts";

const font = "12px system-ui, sans-serif";
// The library declares its kinds of scale as a const enum, of which nothing is left at run time.
// eslint-disable-next-line @typescript-eslint/no-unsafe-enum-assignment
const logarithmic = 3 as uPlot.Scale.Distr;
/** Pixels. */
const leastTickSpace = 42;
/** Points of a line are marked up to so many; more would hide the line. */
const mostMarkedPoints = 30;

/** Draws a chart into `place`, as wide as it is told; a later width by `setSize`. */
export function drawChart(place: HTMLElement, spec: ChartSpec, size: Size, palette: Palette): uPlot {
  const hasNames = [...spec.bands, ...spec.marks].some(({ label }) => label !== "");
  const options: uPlot.Options = {
    ...size,
    padding: [hasNames ? heightOfNames : 8, 26, 0, 0],
    scales: { x: xScale(spec), y: yScale(spec) },
    axes: [axisOf(spec.x, "x", palette), axisOf(spec.y, "y", palette)],
    series: [
      {
        label: spec.x.unit === "elapsedSeconds" ? "time" : spec.x.label,
        value: (_, value: number | null) => (value === null ? "" : valueText(value, spec.x)),
      },
      ...spec.series.map((series) => seriesOf(series, spec, palette)),
    ],
    cursor: {
      // Takes the nearest value of each line: lines need not have theirs at the same places.
      hover: { skip: [undefined, null] },
      ...(spec.cursorGroup === null ? {} : { sync: { key: spec.cursorGroup } }),
    },
    hooks: {
      drawClear: [(plot) => drawBands(plot, spec.bands, palette)],
      draw: [(plot) => drawMarks(plot, spec.marks, palette)],
    },
  };
  const tables = spec.series.map((series) => [[...series.xs], [...series.ys]] as uPlot.AlignedData);
  return new uPlot(options, uPlot.join(tables), place);
}

/** In pixels. */
export interface Size {
  readonly width: number;
  readonly height: number;
}

function xScale({ x, series, bands }: ChartSpec): uPlot.Scale {
  if (x.unit === "elapsedSeconds" && bands.length > 0) {
    const ends = [...bands.flatMap(({ from, to }) => [from, to]), ...series.flatMap(({ xs }) => xs)];
    const [first, last] = [Math.min(...ends), Math.max(...ends)];
    return { time: false, range: (_, min, max) => (isWhole(series, min, max) ? [first, last] : [min, max]) };
  }
  if (x.unit === "name") {
    return { time: false, range: (_, min, max) => [min - 0.5, max + 0.5] };
  }
  if (x.isLogarithmic) return { time: false, distr: logarithmic, range: (_, min, max) => [min, max] };
  return {
    time: false,
    range: (_, min, max) => [x.hasZero && isWhole(series, min, max) ? Math.min(0, min) : min, max],
  };
}

/** Whether a range is that of all data, not one that was zoomed into. */
function isWhole(series: readonly ChartSeries[], min: number, max: number): boolean {
  return series.every(({ xs }) => xs.length === 0 || (xs[0]! >= min && xs.at(-1)! <= max));
}

/** Room above the highest value, as a share. */
const headroom = 0.1;

function yScale({ y, series }: ChartSpec): uPlot.Scale {
  if (y.isLogarithmic) return { distr: logarithmic, range: (_, min, max) => uPlot.rangeLog(min, max, 10, false) };
  if (y.hasZero) return { range: (_, min, max) => [Math.min(0, min), max > 0 ? max * (1 + headroom) : 1] };
  const values = series.flatMap(({ ys }) => ys.filter((value) => value !== null));
  const isFlat = values.length === 0 || Math.min(...values) === Math.max(...values);
  if (isFlat) return { range: (_, min, max) => uPlot.rangeNum(min * 0.9, max * 1.1, 0.1, true) };
  return { range: { min: { pad: 0.15 }, max: { pad: 0.15 } } };
}

function axisOf(axis: ChartAxis, side: "x" | "y", palette: Palette): uPlot.Axis {
  const steps = stepsOf(axis.unit);
  const isPercentile = axis.unit === "percentile";
  return {
    font,
    labelFont: font,
    label: axis.label,
    labelSize: 18,
    stroke: palette.text,
    grid: { stroke: palette.grid, width: 1 },
    ticks: { stroke: palette.grid, width: 1 },
    space: side === "x" ? roomOfTick(axis) : 34,
    ...(steps === null ? {} : { incrs: steps }),
    ...(isPercentile
      ? { splits: (_: uPlot, __: number, min: number, max: number) => nines(min, max), filter: spaced }
      : {}),
    values: (_, places) => places.map((place: number | null) => (place === null ? "" : tickText(place, axis))),
    ...(side === "y" ? { size: widthOfTicks } : { size: 34 }),
  };
}

/** Pixels beside each other that a text at an axis takes. */
function roomOfTick({ names }: ChartAxis): number {
  return names.reduce((room, name) => Math.max(room, name.length * 8), 64);
}

/** 0 %, 50 %, and then each further nine. */
function nines(min: number, max: number): number[] {
  const places = [1, 2];
  for (let place = 10; place <= max * 1.001; place *= 10) places.push(place);
  return places.filter((place) => place >= min * 0.999);
}

/** Without the places that are too close to the one before for their texts. */
function spaced(plot: uPlot, places: number[]): (number | null)[] {
  let lastPixel = -Infinity;
  return places.map((place) => {
    const pixel = plot.valToPos(place, "x");
    if (pixel - lastPixel < leastTickSpace) return null;
    lastPixel = pixel;
    return place;
  });
}

/** The steps of an axis whose round numbers are not those of ten; null for the others. */
function stepsOf(unit: ChartUnit): number[] | null {
  if (unit === "elapsedSeconds") {
    const minutes = [1, 2, 5, 10, 15, 30].map((step) => step * 60);
    const hours = [1, 2, 3, 6, 12, 24].map((step) => step * 3600);
    return [0.1, 0.2, 0.5, 1, 2, 5, 10, 15, 30, ...minutes, ...hours];
  }
  if (unit === "bytes") return Array.from({ length: 44 }, (_, power) => 2 ** power);
  return unit === "name" || unit === "count"
    ? [1, 2, 5, 10, 20, 50]
        .flatMap((step) => [step, step * 100])
        .concat([10_000, 50_000, 100_000])
        .sort((a, b) => a - b)
    : null;
}

/** As wide as the widest text at the axis. */
function widthOfTicks(plot: uPlot, texts: string[] | null): number {
  if (texts === null) return 50;
  plot.ctx.save();
  plot.ctx.font = font;
  const widest = Math.max(...texts.map((text) => plot.ctx.measureText(text).width));
  plot.ctx.restore();
  return Math.ceil(widest) + 24;
}

function seriesOf({ label, colour, shape, xs }: ChartSeries, { y }: ChartSpec, palette: Palette): uPlot.Series {
  const stroke = palette.series(colour);
  const common: uPlot.Series = {
    label,
    stroke,
    width: 2,
    points: { show: xs.length <= mostMarkedPoints, size: 5 },
    value: (_, value: number | null | undefined) => (value === null || value === undefined ? "" : valueText(value, y)),
  };
  switch (shape) {
    case "line":
      return common;
    case "dashed":
      return { ...common, width: 1.5, dash: [6, 4] };
    case "points":
      return { ...common, width: 0, paths: () => null, points: { show: true, size: 9, fill: stroke } };
    case "bars":
      return {
        ...common,
        width: 1,
        fill: stroke,
        paths: uPlot.paths.bars!({ size: [0.9, 60] }),
        points: { show: false },
      };
  }
}
