import type { RunResult } from "../../result/run-result.ts";
import { bookRows, shownBooks } from "../books-section.ts";
import { details, htmlTable, markerTag, notes, numberColumns, textColumn } from "./html-table.ts";
import { markup, type Html } from "./html-text.ts";

/** What the target counted in each phase beside what was found; null where it has no books. */
export function booksBody(result: RunResult): Html | null {
  const shown = shownBooks(result);
  if (shown === null) return null;
  const [first, ...others] = shown.columns.map(({ title }) => title);
  const columns = [textColumn(first!), ...numberColumns(...others)];
  const phases = (result.target.booksByPhase ?? []).map(({ phase }) => phase);
  const all = htmlTable("Counters that grew", [textColumn("counter"), ...numberColumns(...phases)], bookRows(result));
  return markup`<p>${markerTag(shown.marker)} <strong>${shown.verdict}</strong></p>
${htmlTable("Found here / in the target's books", columns, shown.rows)}${notes(shown.notes)}${details(
    "Every counter of the books that grew, by phase",
    all,
    { isPrinted: false },
  )}`;
}
