import Table from "cli-table3";
import { cut, plain } from "./format.ts";

/** A column of a table. */
export interface Column {
  readonly title: string;
  /** @default "right" */
  readonly align?: "left" | "right";
  /** Left out when the table is too wide; higher numbers go first. Without one the column always stays. */
  readonly dropRank?: number;
  /** Its cells are cut before those of any other column. @default false */
  readonly isCutFirst?: boolean;
}

const gap = "  ";
const indent = "  ";
const narrowest = 6;

/** Lines of an ASCII table with a rule below its head, indented, at most `width` characters wide; long cells are cut. */
export function renderTable(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): readonly string[] {
  const texts = rows.map((row) => columns.map((_, index) => plain(row[index] ?? "")));
  const kept = columnsThatFit(columns, texts, width);
  const natural = kept.map((index) => naturalWidth(columns, texts, index));
  const cutFirst = kept.flatMap((index, place) => (columns[index]!.isCutFirst === true ? [place] : []));
  const widths = shrink(shrink(natural, width, cutFirst), width);
  const line = (cells: readonly string[]) => cells.map((cell, place) => cut(cell, widths[place]!));
  const table = new Table({
    chars: borderless,
    style: { "padding-left": 0, "padding-right": 0, head: [], border: [], compact: true },
    colAligns: kept.map((index) => columns[index]!.align ?? "right"),
  });
  table.push(
    line(kept.map((index) => columns[index]!.title)),
    widths.map((columnWidth) => "-".repeat(columnWidth)),
    ...texts.map((row) => line(kept.map((index) => row[index]!))),
  );
  return table
    .toString()
    .split("\n")
    .map((text) => `${indent}${text}`.trimEnd());
}

/** The same table, or, where it would not fit, with rows and columns exchanged. The first column holds the names. */
export function renderGrid(
  titles: readonly string[],
  rows: readonly (readonly string[])[],
  width: number,
): readonly string[] {
  const columnsOf = (heads: readonly string[]): readonly Column[] =>
    heads.map((title, index) => ({ title, align: index === 0 ? "left" : "right" }));
  const texts = rows.map((row) => row.map(plain));
  const columns = columnsOf(titles);
  const natural = titles.map((_, index) => naturalWidth(columns, texts, index));
  if (totalWidth(natural) <= width) return renderTable(columns, texts, width);
  const turned = titles.slice(1).map((title, index) => [title, ...texts.map((row) => row[index + 1] ?? "")]);
  return renderTable(columnsOf([titles[0] ?? "", ...texts.map((row) => row[0] ?? "")]), turned, width);
}

/** One line of figures under their titles; what does not fit beside each other goes into further tables below. */
export function renderRow(
  figures: readonly (readonly [title: string, text: string])[],
  width: number,
): readonly string[] {
  const widthOf = ([title, text]: readonly [string, string]) => Math.max(title.length, text.length);
  const tables: (readonly [string, string])[][] = [[]];
  for (const figure of figures) {
    const table = tables.at(-1)!;
    if (table.length === 0 || totalWidth([...table, figure].map(widthOf)) <= width) table.push(figure);
    else tables.push([figure]);
  }
  return tables.flatMap((table) =>
    renderTable(
      table.map(([title]) => ({ title })),
      [table.map(([, text]) => text)],
      width,
    ),
  );
}

function columnsThatFit(
  columns: readonly Column[],
  rows: readonly (readonly string[])[],
  width: number,
): readonly number[] {
  let kept = columns.map((_, index) => index);
  const droppable = kept
    .filter((index) => columns[index]!.dropRank !== undefined)
    .sort((a, b) => columns[b]!.dropRank! - columns[a]!.dropRank!);
  for (const index of droppable) {
    if (totalWidth(kept.map((each) => naturalWidth(columns, rows, each))) <= width) break;
    kept = kept.filter((each) => each !== index);
  }
  return kept;
}

/** Takes from the widest columns first, so that short ones stay whole; only from `places` when they are given. */
function shrink(
  widths: readonly number[],
  width: number,
  places: readonly number[] = [...widths.keys()],
): readonly number[] {
  const shrunk = [...widths];
  while (places.length > 0 && totalWidth(shrunk) > width) {
    const widest = places.reduce((best, place) => (shrunk[place]! > shrunk[best]! ? place : best));
    if (shrunk[widest]! <= narrowest) break;
    shrunk[widest]! -= 1;
  }
  return shrunk;
}

function naturalWidth(columns: readonly Column[], rows: readonly (readonly string[])[], index: number): number {
  return Math.max(columns[index]!.title.length, ...rows.map((row) => (row[index] ?? "").length));
}

function totalWidth(widths: readonly number[]): number {
  return indent.length + widths.reduce((sum, width) => sum + width, 0) + gap.length * (widths.length - 1);
}

const borderless = {
  ...{ top: "", "top-mid": "", "top-left": "", "top-right": "" },
  ...{ bottom: "", "bottom-mid": "", "bottom-left": "", "bottom-right": "" },
  ...{ left: "", "left-mid": "", mid: "", "mid-mid": "", right: "", "right-mid": "", middle: gap },
};
