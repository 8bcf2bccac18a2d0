import type { RunResult } from "../../result/run-result.ts";
import {
  evenness,
  evennessFigures,
  singleConnectionNotes,
  connectionSpreadHeads,
  connectionSpreadRows,
  worstColumns,
  worstConnections,
} from "../single-connections-section.ts";
import { figureList, htmlTable, markerTag, notes, numberColumns, textColumn } from "./html-table.ts";
import { markup, type Html } from "./html-text.ts";

const mostRows = 50;

/** How evenly connections fared, and the worst of them; null where they have no figures of their own. */
export function singleConnectionsBody({ connectionFigures }: RunResult): Html | null {
  if (connectionFigures === undefined) return null;
  const { marker, verdict } = evenness(connectionFigures);
  const [name, ...values] = connectionSpreadHeads;
  const worst = worstConnections(connectionFigures, mostRows);
  const columns = worstColumns.map(({ title, align }) => (align === "left" ? textColumn(title) : { title }));
  return markup`<p>${markerTag(marker)} <strong>${verdict}</strong></p>
${figureList("How evenly they were served", evennessFigures(connectionFigures))}${htmlTable(
    "Least, middle and most",
    [textColumn(name), ...numberColumns(...values)],
    connectionSpreadRows(connectionFigures),
  )}${worst.length === 0 ? null : htmlTable("Connections that fared worst", columns, worst)}${notes(
    singleConnectionNotes(connectionFigures),
  )}`;
}
