import type { RunResult } from "../../result/run-result.ts";
import { timesHeads } from "../message-sections.ts";
import { faultFigures, jobFigures, jobTimeRows, queueNotes } from "../queue-section.ts";
import { figureList, htmlTable, notes, numberColumns, textColumn } from "./html-table.ts";
import { markup, type Html } from "./html-text.ts";

/** Mode queue: how jobs ended, and what of it should not have been; null in other modes. */
export function jobBody({ queue }: RunResult): Html | null {
  if (queue === undefined) return null;
  const rows = jobTimeRows(queue);
  const columns = [textColumn("time"), ...numberColumns(...timesHeads)];
  const table = rows.length === 0 ? null : htmlTable("How long jobs waited and ran", columns, rows);
  return markup`${figureList("Jobs", jobFigures(queue))}${figureList("What should be none", faultFigures(queue))}${table}${notes(queueNotes(queue))}`;
}
