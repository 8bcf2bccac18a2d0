import type { ResultCapacity, ResultTrial } from "../../result/capacity-schema.ts";
import type { RunResult } from "../../result/run-result.ts";
import { capacityNotes, trialColumns, trialRows } from "../capacity-section.ts";
import { axis, type ChartMark, type ChartSeries } from "./chart-spec.ts";
import { asSentence, renderChart, type ChartFigure } from "./html-chart.ts";
import { htmlTable, notes } from "./html-table.ts";
import { markup, type Html } from "./html-text.ts";

/** What a capacity search found, drawn and as a table of its trials; null of other results. */
export function capacityBody(result: RunResult): Html | null {
  const { capacity } = result;
  if (capacity === undefined) return null;
  const rows = trialRows(capacity).map((cells) => [...cells.slice(0, -1), reasonCell(cells.at(-1) ?? "")]);
  const table = htmlTable("Trials, in order", trialColumns(capacity), rows);
  return markup`${renderChart(capacityChart(capacity, result.config))}${table}${notes(capacityNotes(result))}`;
}

function reasonCell(reason: string): Html | null {
  return reason === "" ? null : markup`<span class="sentence">${reason}</span>`;
}

const outcomes = [
  ["held", "held", "green"],
  ["failed", "failed", "red"],
  ["generator-limited", "generator limited", "grey"],
] as const;

/**
 * What each trial brought back of what it offered, or how many connections it opened, and the bounds. In a broadcast every
 * message is delivered many times, so that no line of what was offered can be held against it.
 */
export function capacityChart(capacity: ResultCapacity, { mode }: Pick<RunResult["config"], "mode">): ChartFigure {
  const { over, perConnectionPerSecond, statement } = capacity;
  const sends = over === "rate" || perConnectionPerSecond !== null;
  const all = outcomes.map(([outcome, label, colour]) => ({
    label,
    colour,
    points: pointsOf(capacity.trials, outcome, sends),
  }));
  const loads = all.flatMap(({ points }) => points.map(({ load }) => load));
  const title = sends ? "Delivered by each trial" : "Connections opened by each trial";
  if (loads.length === 0) {
    return { title, summary: [asSentence(statement), "No trial has brought back anything."], chart: null };
  }
  const perLoad = sends ? (perConnectionPerSecond ?? 1) : 1;
  const most = Math.max(...loads);
  const ideal: ChartSeries = {
    ...{ label: sends ? "all that was offered" : "all that were wanted", colour: "grey", shape: "dashed" },
    xs: [0, most],
    ys: [0, most * perLoad],
  };
  const trials = all
    .filter(({ points }) => points.length > 0)
    .map(({ label, colour, points }): ChartSeries => ({
      ...{ label, colour, shape: "points" },
      xs: points.map(({ load }) => load),
      ys: points.map(({ value }) => value),
    }));
  return {
    title,
    summary: [asSentence(statement)],
    chart: {
      x: axis(over === "rate" ? "offered per second" : "connections", over === "rate" ? "perSecond" : "count", {
        hasZero: true,
      }),
      y: axis(sends ? "delivered per second" : "connections opened", sends ? "perSecond" : "count", { hasZero: true }),
      series: mode === "broadcast" ? trials : [ideal, ...trials],
      bands: [],
      marks: marksOf(capacity),
      cursorGroup: null,
    },
  };
}

function pointsOf(
  trials: readonly ResultTrial[],
  wanted: ResultTrial["outcome"],
  sends: boolean,
): readonly { readonly load: number; readonly value: number }[] {
  return trials
    .flatMap(({ load, outcome, deliveredPerSecond, connectionsOpened }) => {
      const value = sends ? deliveredPerSecond : connectionsOpened;
      return outcome !== wanted || value === null ? [] : [{ load, value }];
    })
    .sort((a, b) => a.load - b.load);
}

function marksOf({ lower, upper }: ResultCapacity): readonly ChartMark[] {
  return [
    ...(lower === null ? [] : [{ at: lower, label: "held", colour: "green" } as const]),
    ...(upper === null ? [] : [{ at: upper, label: "did not hold", colour: "red" } as const]),
  ];
}
