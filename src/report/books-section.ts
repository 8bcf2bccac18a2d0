import {
  pairsByPhase,
  pairsBySegment,
  type BooksPair,
  type PhasePairs,
  type SegmentPairs,
} from "../result/compare-books.ts";
import type { RunResult } from "../result/run-result.ts";
import { countText, wrap } from "./format.ts";
import { renderTable, type Column } from "./terminal-table.ts";

/** What the target's books gained by phase beside what was found, and what of it does not agree. */
export interface ShownBooks {
  readonly marker: "[PASS]" | "[WARN]" | "[INFO]";
  readonly verdict: "agree" | "differ" | "partly read";
  readonly columns: readonly Column[];
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
}

/** Phases by name; each cell what was found, a slash, and what the books have. */
export function booksSection(result: RunResult, width: number): readonly string[] {
  const shown = shownBooks(result);
  if (shown === null) return [];
  return [
    `Target's books by phase  ${shown.marker} ${shown.verdict}`,
    ...renderTable(shown.columns, shown.rows, width),
    ...shown.notes.flatMap((note) => wrap(note, width, "  ")),
  ];
}

/** Null where no books were read. Findings that are 0 on both sides everywhere have no column, but for the first. */
export function shownBooks(result: RunResult): ShownBooks | null {
  const phases = pairsByPhase(result);
  const example = phases.find(({ pairs }) => pairs !== null)?.pairs;
  if (example == null) return null;
  const shown = example.flatMap(({ name }, index) => {
    const isNothing = phases.every(({ pairs }) => pairs === null || isZero(pairs[index]!));
    return isNothing && index > 0 ? [] : [{ name, index }];
  });
  const differences = pairsBySegment(result).flatMap((segment) => differencesOf(segment, phases));
  const isEverything = phases.every(({ pairs }) => pairs !== null);
  return {
    marker: differences.length > 0 ? "[WARN]" : isEverything ? "[PASS]" : "[INFO]",
    verdict: differences.length > 0 ? "differ" : isEverything ? "agree" : "partly read",
    columns: [{ title: "phase", align: "left", isCutFirst: true }, ...shown.map(({ name }) => ({ title: name }))],
    rows: phases.map(({ phase, pairs }) => [
      phase.name,
      ...shown.map(({ index }) => (pairs === null ? "-" : pairText(pairs[index]!))),
    ]),
    notes: [
      ...differences,
      "found here / in the books; a message near the edge of a phase may count in the next one there",
      ...(result.config.mode === "echo" && shown.some(({ name }) => name === "lost")
        ? ["lost, in the books: kept back by the target, or never read by it"]
        : []),
    ],
  };
}

/** Every counter that grew, by phase: one row each. */
export function bookRows({ target }: RunResult): readonly (readonly string[])[] {
  const byPhase = target.booksByPhase ?? [];
  const keys = [...new Set(byPhase.flatMap(({ changes }) => Object.keys(changes)))];
  return keys.map((key) => [key, ...byPhase.map(({ changes }) => countText(changes[key] ?? 0))]);
}

const isZero = ({ found, booked }: BooksPair): boolean => found === 0 && booked === 0;

function pairText({ found, booked }: BooksPair): string {
  return `${countText(found)} / ${countText(booked)}`;
}

/** Over a segment both sides must come to the same; what does not is named. */
function differencesOf({ segment, pairs }: SegmentPairs, phases: readonly PhasePairs[]): readonly string[] {
  const segments = new Set(phases.map(({ phase }) => phase.segment));
  const names = phases.filter(({ phase }) => phase.segment === segment).map(({ phase }) => phase.name);
  const where = segments.size > 1 ? `${names.join(", ")}: ` : "";
  return pairs
    .filter(({ found, booked }) => found !== booked)
    .map(({ name, found, booked }) => {
      const more = Math.abs(found - booked);
      return `${where}${name}: ${countText(found)} here, ${countText(booked)} in the books: ${countText(more)} ${reasons[name](found > booked)}`;
    });
}

const reasons: Readonly<Record<BooksPair["name"], (isMoreHere: boolean) => string>> = {
  sent: (isMoreHere) => (isMoreHere ? "sent that the target did not read" : "read that were not sent"),
  owed: (isMoreHere) => (isMoreHere ? "expected that the target did not make" : "made that were not expected"),
  lost: (isMoreHere) =>
    isMoreHere
      ? "lost that the target says it sent: on the way, or after the drain"
      : "kept back that were not missed: extra copies, or of connections that had gone",
  completed: (isMoreHere) => (isMoreHere ? "told that are not in the books" : "done that were not told"),
  refused: (isMoreHere) => (isMoreHere ? "told that are not in the books" : "refused that were not told"),
  duplicated: (isMoreHere) => (isMoreHere ? "that the target did not make" : "that did not come as such"),
  reordered: (isMoreHere) => (isMoreHere ? "that the target did not make" : "that did not come as such"),
  corrupted: (isMoreHere) => (isMoreHere ? "that the target did not make" : "that did not come as such"),
};
