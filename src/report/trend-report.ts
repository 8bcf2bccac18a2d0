import type { Trend, TrendSeries } from "../compare/trend-of-results.ts";
import { colourise } from "./colourise.ts";
import { reportWidth, wrap } from "./format.ts";
import { renderTable, type Column } from "./terminal-table.ts";
import { levelChangeSentence, spanText, trendMeaning, trendTitle, trendValue } from "./trend-figures.ts";

/** Results over time in short, for a terminal: of each series first and last values, and every change of level. */
export function renderTrendReport(
  trend: Trend,
  options: { readonly colour: boolean; readonly columns: number },
): string {
  const width = reportWidth(options.columns);
  const lines = [
    `floodgate: trend of ${trendTitle(trend)}`,
    ...trend.series.flatMap((series) => ["", ...seriesLines(series, width)]),
    ...(trend.leftOut.length === 0 ? [] : ["", "Left out"]),
    ...trend.leftOut.flatMap(({ name, reason }) => wrap(`${name}: ${reason}`, width, "  ")),
    "",
    ...trendMeaning.flatMap((line) => wrap(line, width, "  ")),
  ];
  const text = lines.join("\n");
  return `${options.colour ? colourise(text) : text}\n`;
}

function seriesLines(series: TrendSeries, width: number): readonly string[] {
  const columns: readonly Column[] = [
    { title: "metric", align: "left" },
    { title: "first" },
    { title: "last" },
    { title: "changes" },
  ];
  const rows = series.metrics.map((metric) => [
    metric.name,
    trendValue(
      metric.values.find((value) => value !== null),
      metric,
    ),
    trendValue(
      metric.values.findLast((value) => value !== null),
      metric,
    ),
    String(metric.changes.length),
  ]);
  return [
    ...wrap(series.load, width),
    ...wrap(`${spanText(series)}; ${series.host}`, width, "  "),
    ...(rows.length === 0 ? ["  no values"] : renderTable(columns, rows, width)),
    ...series.metrics.flatMap((metric) =>
      metric.changes.flatMap((change) =>
        wrap(
          `${metric.name} ${levelChangeSentence(change, metric, series)}`,
          width,
          `  ${change.verdict === "worse" ? "[WARN]" : "[INFO]"} `,
        ),
      ),
    ),
  ];
}
