import type { Trend, TrendMetric, TrendSeries } from "../../compare/trend-of-results.ts";
import { amount, cut } from "../format.ts";
import {
  levelChangeSentence,
  levelChangeText,
  spanText,
  trendMeaning,
  trendTitle,
  trendValue,
} from "../trend-figures.ts";
import { axis, type ChartAxis, type ChartMark, type ChartSeries, type ChartUnit } from "./chart-spec.ts";
import { asSentence, renderChart, type ChartFigure } from "./html-chart.ts";
import { renderPage, type PageAssets, type PageSection } from "./html-page.ts";
import { htmlTable, markerTag, notes, textColumn } from "./html-table.ts";
import { markup, type Html } from "./html-text.ts";

/** More do not fit at an axis. */
const longestLabel = 16;

/** Saved results over time as one HTML page that needs no network: each metric of each series, with its changes of level. */
export function renderHtmlTrend(trend: Trend, assets: PageAssets): string {
  const leftOut = trend.leftOut.map(({ name, reason }) => [name, reason]);
  return renderPage(
    {
      title: `floodgate: trend of ${trendTitle(trend)}`,
      header: notes(trendMeaning.map(asSentence)),
      sections: [
        ...trend.series.map(seriesSection),
        ...(leftOut.length === 0
          ? []
          : [
              {
                id: "left-out",
                title: "Left out",
                body: htmlTable("Results that are no point of any series", ["file", "why"].map(textColumn), leftOut),
              },
            ]),
      ],
      footer: markup`<p>Made by floodgate report --trend.</p>`,
    },
    assets,
  );
}

function seriesSection(series: TrendSeries, at: number): PageSection {
  const changes = series.metrics.flatMap((metric) =>
    metric.changes.map(
      (
        change,
      ) => markup`<p>${markerTag(change.verdict === "worse" ? "[WARN]" : "[INFO]")} <code>${metric.name}</code> ${levelChangeSentence(change, metric, series)}</p>
`,
    ),
  );
  const few = series.metrics.length === 0 ? ["None of its metrics has a value."] : [];
  return {
    id: `series-${at + 1}`,
    title: series.load,
    body: [
      notes([`${spanText(series)}; ${series.host}`, ...few]),
      changes.length === 0 ? notes(["No change of level."]) : changes,
      series.metrics.map((metric) => renderChart(metricChart(metric, series))),
      runTable(series),
    ],
  };
}

function metricChart(metric: TrendMetric, series: TrendSeries): ChartFigure {
  const { factor, unit } = scaleOf(metric.unit);
  const scaled = (value: number | null) => (value === null ? null : value * factor);
  const places = series.runs.map((_, place) => place);
  const line: ChartSeries = {
    ...{ label: metric.name, colour: "blue", shape: "line" },
    ...{ xs: places, ys: metric.values.map(scaled) },
  };
  const known = metric.values.filter((value) => value !== null);
  const [last] = known.slice(-1);
  return {
    title: `${metric.name} (${metric.sense} is better)`,
    summary: [
      `${amount(known.length, "value")}; first ${trendValue(known[0], metric)}, last ${trendValue(last, metric)}.`,
      ...(metric.changes.length === 0
        ? ["No change of level."]
        : metric.changes.map((change) => asSentence(levelChangeSentence(change, metric, series)))),
    ],
    chart: {
      x: axis("runs, oldest first", "name", { names: series.runs.map(({ label }) => cut(label, longestLabel)) }),
      y: yAxis(metric, unit),
      series: [line, ...levelLines(metric, factor)],
      bands: [],
      marks: metric.changes.map((change): ChartMark => ({
        at: change.at - 0.5,
        label: levelChangeText(change, metric),
        colour: change.verdict === "worse" ? "red" : "green",
      })),
      cursorGroup: null,
    },
  };
}

/** The level of each stretch between two changes, as a line of its own. */
function levelLines({ changes, values }: TrendMetric, factor: number): readonly ChartSeries[] {
  const [first] = changes;
  if (first === undefined) return [];
  const levels = [{ from: 0, level: first.before }, ...changes.map(({ at, after }) => ({ from: at, level: after }))];
  const xs: number[] = [];
  const ys: (number | null)[] = [];
  levels.forEach(({ from, level }, index) => {
    const to = (levels[index + 1]?.from ?? values.length) - 1;
    if (index > 0) {
      xs.push(from - 0.5);
      ys.push(null);
    }
    xs.push(from, ...(to > from ? [to] : []));
    ys.push(level * factor, ...(to > from ? [level * factor] : []));
  });
  return [{ label: "level", colour: "orange", shape: "dashed", xs, ys }];
}

function yAxis({ name }: TrendMetric, unit: ChartUnit): ChartAxis {
  return axis(name, unit);
}

/** How a canonical unit is drawn: times as microseconds, as everywhere else. */
function scaleOf(unit: string): { readonly factor: number; readonly unit: ChartUnit } {
  switch (unit) {
    case "s":
      return { factor: 1e6, unit: "microseconds" };
    case "bytes":
    case "bytes/s":
      return { factor: 1, unit: "bytes" };
    case "/s":
      return { factor: 1, unit: "perSecond" };
    case "ratio":
      return { factor: 1, unit: "ratio" };
    default:
      return { factor: 1, unit: "count" };
  }
}

function runTable({ runs, metrics }: TrendSeries): Html {
  const columns = [
    textColumn("run"),
    textColumn("began"),
    ...metrics.map(({ name }) => ({ title: name })),
    textColumn("file"),
  ];
  const rows = runs.map((run, place) => [
    run.label,
    `${run.startedAt.slice(0, 16).replace("T", " ")} UTC`,
    ...metrics.map((metric) => trendValue(metric.values[place], metric)),
    run.name,
  ]);
  return htmlTable("Runs, oldest first", columns, rows);
}
