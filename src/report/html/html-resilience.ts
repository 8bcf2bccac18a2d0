import type { RunResult } from "../../result/run-result.ts";
import { countText } from "../format.ts";
import { timesCells, timesHeads } from "../message-sections.ts";
import { outageFigures, resilienceNotes, retryFigures } from "../resilience-section.ts";
import { figureList, htmlTable, notes, numberColumns, textColumn } from "./html-table.ts";
import { markup, type Html } from "./html-text.ts";

/** Connections that were lost and came back; null where none is opened again. */
export function resilienceBody({ resilience }: RunResult): Html | null {
  if (resilience === undefined) return null;
  const { recoveryUs } = resilience;
  const columns = [textColumn("time"), ...numberColumns("samples", ...timesHeads)];
  const row = ["recovery", countText(recoveryUs.count), ...timesCells(recoveryUs)];
  const table = recoveryUs.count === 0 ? null : htmlTable("From loss to ready again", columns, [row]);
  const figures = [...outageFigures(resilience), ...retryFigures(resilience).flat()];
  return markup`${figureList("Outages", figures)}${table}${notes(resilienceNotes(resilience))}`;
}
