import type { ChartAxis, ChartSeries, ChartSpec } from "./chart-spec.ts";
import { jsonForScript, markup, type Html } from "./html-text.ts";
import { thinSeries } from "./thin-series.ts";

/** A chart with its words. */
export interface ChartFigure {
  readonly title: string;
  /** What it shows, in sentences with figures: stands below it, and in its place for who cannot see it. */
  readonly summary: readonly string[];
  /** Null when there is nothing to draw; `summary` then says why. */
  readonly chart: ChartSpec | null;
}

/** A figure that the page's script draws; only its words when it has no data. */
export function renderChart({ title, summary, chart }: ChartFigure): Html {
  const words = summary.map((sentence) => markup`<p>${sentence}</p>`);
  if (chart === null) {
    return markup`<figure class="no-chart"><h3>${title}</h3><figcaption>${words}</figcaption></figure>
`;
  }
  const names = chart.series.map((series) => series.label).join(", ");
  return markup`<figure class="chart"><h3>${title}</h3>
<div class="plot" role="img" aria-label="Chart: ${title}. Lines: ${names}. ${summary.join(" ")}"></div>
<script type="application/json">${jsonForScript(compact(chart))}</script>
<figcaption>${words}</figcaption></figure>
`;
}

/** No more points, and no more digits, than can be seen. */
function compact(chart: ChartSpec): ChartSpec {
  return {
    ...chart,
    series: chart.series.map((series) => {
      const thin = thinSeries(series);
      return { ...thin, xs: thin.xs.map((x) => shortX(x, chart.x)), ys: thin.ys.map(shortY) };
    }),
  };
}

function shortX(x: number, { unit }: ChartAxis): number {
  return unit === "elapsedSeconds" ? Number(x.toFixed(3)) : unit === "percentile" ? Number(x.toPrecision(7)) : x;
}

function shortY(y: number | null): number | null {
  return y === null ? null : Number(y.toPrecision(5));
}

/** Whether any of the series has a value. */
export function hasData(series: readonly ChartSeries[]): boolean {
  return series.some(({ ys }) => ys.some((y) => y !== null));
}

/** A line of the terminal's report as a sentence. */
export function asSentence(line: string): string {
  return `${line.charAt(0).toUpperCase()}${line.slice(1)}.`;
}
