import type { RunResult } from "../../result/run-result.ts";
import { countText, ratioText, secondsText, timeText } from "../format.ts";
import {
  connectFigures,
  connectionFigures,
  connectionNotes,
  errorCells,
  errorsMeaning,
  explainedFailures,
  generatorFigures,
  generatorNotes,
  memoryCells,
  sortedFailures,
} from "../health-sections.ts";
import { figureList, htmlTable, markerTag, notes, numberColumns, textColumn } from "./html-table.ts";
import { markup, type Html } from "./html-text.ts";

/** How opening went, and which connections did not stay. */
export function connectionBody(result: RunResult): Html {
  const hasTimes = result.totals.connections.connectUs.count > 0;
  return markup`${figureList("Connections", connectionFigures(result))}${
    hasTimes ? figureList("Time from attempt to ready", connectFigures(result)) : null
  }${notes(connectionNotes(result))}`;
}

/** Levels and trends of memory in figures; null when none was read. */
export function memoryTable({ memory }: RunResult): Html | null {
  const sides = [["generator", memory.generator] as const, ["target", memory.target] as const];
  const rows = sides.flatMap(([name, figures]) =>
    figures === null ? [] : [[name, ...memoryCells(figures), figures.verdict, figures.source]],
  );
  if (rows.length === 0) return null;
  const titles = ["start", "peak", "end", "growth", "slope/min", "p value", "per message", "per conn"];
  const columns = [textColumn("process"), ...numberColumns(...titles), textColumn("leak"), textColumn("read from")];
  return markup`${htmlTable("Levels and trend", columns, rows)}${notes([
    "of the steady part; slope: Theil-Sen; p value: chance of such a rise without a trend",
  ])}`;
}

/** Whether the generator could do what was asked of it, and each of its workers. */
export function generatorBody(result: RunResult): Html {
  const { generator } = result;
  const workers = generator.workers.map((worker) => [
    countText(worker.index + 1),
    countText(worker.connections),
    timeText(worker.lagUs?.p99),
    timeText(worker.lagUs?.max),
    ratioText(worker.utilization),
    secondsText(worker.cpuSeconds === null ? null : worker.cpuSeconds * 1000),
    timeText(worker.gcPauseTotalMs * 1000),
    timeText(worker.gcPauseMaxMs * 1000),
  ]);
  const titles = ["worker", "connections", "lag p99", "lag max", "busy", "CPU", "GC in all", "GC longest"];
  return markup`<p>${markerTag(generator.health === "ok" ? "[PASS]" : "[WARN]")} <strong>${generator.health}</strong></p>
${figureList("Load generator", generatorFigures(result))}${notes(generatorNotes(result))}${
    workers.length === 0 ? null : htmlTable("Workers", numberColumns(...titles), workers)
  }`;
}

/** Every kind of failure with its number, whose it was, and the text of one. */
export function errorBody(result: RunResult): Html {
  const sorted = sortedFailures(result);
  if (sorted.length === 0) return markup`<p>${markerTag("[PASS]")} none</p>`;
  const columns = [
    textColumn("error"),
    ...numberColumns("count", "per 1000"),
    ...["blame", "when", "example"].map(textColumn),
  ];
  const rows = sorted.map((failure) => errorCells(failure, result));
  return markup`${htmlTable("By kind, the most frequent first", columns, rows)}${notes([
    ...explainedFailures(sorted),
    errorsMeaning,
  ])}`;
}
