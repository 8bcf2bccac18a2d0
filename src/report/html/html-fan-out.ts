import type { RunResult } from "../../result/run-result.ts";
import { shownFanOut, spreadHeads } from "../fan-out-section.ts";
import { figureList, htmlTable, notes, numberColumns, textColumn } from "./html-table.ts";
import { markup, type Html } from "./html-text.ts";

/** How the messages of a broadcast reached their rooms; null for any other run. */
export function fanOutBody(result: RunResult): Html | null {
  const shown = shownFanOut(result);
  if (shown === null) return null;
  const { figures, rows, notes: lines, reach } = shown;
  const columns = [textColumn("until"), ...numberColumns(...spreadHeads)];
  const table = rows.length === 0 ? null : htmlTable("Spread of whole messages", columns, rows);
  return markup`${figureList("Rooms and receivers", [["reach", reach], ...figures])}${table}${notes(lines)}`;
}
