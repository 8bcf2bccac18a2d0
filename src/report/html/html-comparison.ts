import { groupedReasons } from "../../compare/comparison-verdict.ts";
import type { ComparedMetric, Comparison, ComparisonSide } from "../../result/comparison.ts";
import {
  comparisonMarker,
  countCells,
  countHeads,
  distributionCells,
  distributionNotes,
  metricCells,
  metricHeads,
  metricNotes,
  outcomeWords,
  runNames,
  sideTitle,
  tellingColumns,
  timesHeads,
} from "../comparison-figures.ts";
import { countText } from "../format.ts";
import { axis } from "./chart-spec.ts";
import { renderChart, type ChartFigure } from "./html-chart.ts";
import { renderPage, type PageAssets, type PageSection } from "./html-page.ts";
import { codeTag, htmlTable, markerTag, notes, textColumn, type HtmlColumn } from "./html-table.ts";
import { markup, type Html } from "./html-text.ts";
import { barScale, intervalBar } from "./interval-bar.ts";
import { distributionLine, timesAxis } from "./latency-charts.ts";

/** A whole comparison as one HTML page that needs no network: the verdict, what differs, every metric, both distributions. */
export function renderHtmlComparison(comparison: Comparison, assets: PageAssets): string {
  return renderPage(
    {
      title: "floodgate: new against base",
      header: sidesOf(comparison),
      sections: [
        {
          ...{ id: "verdict", title: "Verdict" },
          body: verdictBody(comparison, markup` <span class="note">(exit code ${comparison.verdict.exitCode})</span>`),
        },
        ...figureSections(comparison),
        { id: "runs", title: "Runs", body: runTable(comparison) },
      ],
      footer: markup`<p>Made by floodgate compare.</p>`,
    },
    assets,
  );
}

/** The same as a part of the report of the run that was compared, whose own verdict says how that one ended. */
export function comparisonBody(comparison: Comparison): Html {
  const parts = figureSections(comparison).map(
    ({ title, body }) => markup`<h3>${title}</h3>
${body}`,
  );
  return markup`${sidesOf(comparison)}${verdictBody(comparison, null)}${parts}`;
}

function sidesOf({ base, new: changed, load }: Comparison): Html {
  return markup`${sideLine("base", base)}${sideLine("new", changed)}<p>load: ${load}</p>
`;
}

function figureSections(comparison: Comparison): readonly PageSection[] {
  return [
    ...differenceSection(comparison),
    ...metricSection(comparison),
    ...distributionSection(comparison),
    ...countSection(comparison),
  ];
}

function sideLine(name: string, side: ComparisonSide): Html {
  return markup`<p>${name}: <strong>${sideTitle(side)}</strong> <span class="note">${runNames(side.runs)}</span></p>
`;
}

function verdictBody(comparison: Comparison, ending: Html | null): Html {
  const { verdict, warnings } = comparison;
  const marker = comparisonMarker(comparison);
  const [first = "", ...others] = verdict.reasons;
  return markup`<div class="verdict ${marker.slice(1, -1).toLowerCase()}">
<p>${markerTag(marker)} <strong>${outcomeWords(comparison)}</strong>: ${first}${ending}</p>
${others.length === 0 ? null : markup`<ul>${others.map((reason) => markup`<li>${reason}</li>`)}</ul>`}
</div>
${warnings.map(
  (warning) => markup`<p>${markerTag("[WARN]")} ${warning}</p>
`,
)}`;
}

function differenceSection({ differences, isForced }: Comparison): readonly PageSection[] {
  if (differences.length === 0) return [];
  const rows = differences.map(({ what, base, new: changed, severity }) => [
    markerTag(severity === "refuse" ? "[FAIL]" : "[WARN]"),
    what,
    base,
    changed,
  ]);
  const forced = isForced
    ? markup`<p>${markerTag("[WARN]")} compared although the hosts differ, as --force asks</p>
`
    : null;
  const columns = ["outcome", "what differs", "base", "new"].map(textColumn);
  return [
    { id: "differences", title: "Differences", body: [forced, htmlTable("Between the two sides", columns, rows)] },
  ];
}

function metricSection(comparison: Comparison): readonly PageSection[] {
  const { metrics } = comparison;
  if (metrics.length === 0) return [];
  const primary = metrics.filter(({ isPrimary }) => isPrimary);
  const others = metrics.filter(({ isPrimary }) => !isPrimary);
  const body = [
    primary.length === 0 ? null : metricTable("Primary metrics: worse is a regression", primary, metrics),
    others.length === 0 ? null : metricTable("Other metrics: none of them makes a regression", others, metrics),
    notes([
      "interval: the change as a dot, how sure it is as a bar; what is shaded counts as the same",
      ...metricNotes(comparison),
    ]),
  ];
  return [{ id: "metrics", title: "Metrics", body }];
}

function metricTable(caption: string, rows: readonly ComparedMetric[], all: readonly ComparedMetric[]): Html {
  const shown = tellingColumns(all);
  const scale = barScale(all);
  const isText: readonly string[] = ["", "metric", "verdict"];
  const columns = shown.flatMap((at): readonly HtmlColumn[] => {
    const title = metricHeads[at]!;
    const column = isText.includes(title) ? textColumn(title === "" ? "outcome" : title) : { title };
    return title === "change" ? [column, textColumn("interval")] : [column];
  });
  const cells = rows.map((metric) => {
    const texts = metricCells(metric);
    return shown.flatMap((at) => {
      const text = texts[at]!;
      const title = metricHeads[at]!;
      if (title === "") return [text === "" ? null : markerTag(text)];
      if (title === "metric") return [codeTag(text)];
      return title === "change" ? [text, intervalBar(metric, scale)] : [text];
    });
  });
  return htmlTable(caption, columns, cells);
}

function distributionSection(comparison: Comparison): readonly PageSection[] {
  const { distribution } = comparison;
  if (distribution === null) return [];
  const title = distribution.metric === "latency" ? "Latency" : "Service time";
  const columns = timesHeads.map((head, at) => (at === 0 ? textColumn("side") : { title: head }));
  const body = [
    renderChart(distributionsChart(comparison, title)),
    htmlTable("Of all runs of a side together", columns, distributionCells(distribution)),
    notes(distributionNotes(comparison)),
  ];
  return [{ id: "distribution", title, body }];
}

/** Both distributions over each other. */
function distributionsChart({ distribution }: Comparison, title: string): ChartFigure {
  const { base, new: changed } = distribution!;
  const fewest = Math.min(base.count, changed.count);
  return {
    title: `${title} of both sides`,
    summary: [
      `${countText(base.count)} answers of the base, ${countText(changed.count)} of the new side. In the shaded part fewer than 10 of the smaller number remain.`,
    ],
    chart: {
      x: axis("percentile", "percentile", { isLogarithmic: true }),
      y: timesAxis(title.toLowerCase()),
      series: [distributionLine("base", "grey", base), distributionLine("new", "blue", changed)],
      bands: [
        { from: Math.max(1, fewest / 10), to: 10 * Math.max(base.count, changed.count), label: "", kind: "pale" },
      ],
      marks: [],
      cursorGroup: null,
    },
  };
}

function countSection({ counts }: Comparison): readonly PageSection[] {
  if (counts.length === 0) return [];
  const columns = countHeads.map((head) => {
    const title = head === "" ? "outcome" : head;
    return head === "base" || head === "new" ? { title } : textColumn(title);
  });
  const rows = counts.map((count) => countCells(count).map((cell, at) => (at === 0 ? markerTag(cell) : cell)));
  const body = [htmlTable("Of all runs of a side, exact", columns, rows), notes(groupedReasons(counts))];
  return [{ id: "counts", title: "Counts", body }];
}

function runTable({ base, new: changed }: Comparison): Html {
  const columns = ["side", "run", "title", "began", "generator", "file"].map(textColumn);
  const rows = [["base", base] as const, ["new", changed] as const].flatMap(([name, side]) =>
    side.runs.map((run) => [
      ...[name, run.id, run.title, `${run.startedAt.slice(0, 19).replace("T", " ")} UTC`],
      ...[run.generatorHealth, run.name],
    ]),
  );
  return htmlTable("In the order given", columns, rows);
}
