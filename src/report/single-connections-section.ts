import type { ResultConnectionFigures, ResultConnectionRow, RunResult } from "../result/run-result.ts";
import { amount, countText, secondsText, timeText, wrap } from "./format.ts";
import { renderGrid, renderRow, renderTable, type Column } from "./terminal-table.ts";

/** The worst of them, in a summary; the result file and the HTML report have more. */
const summaryRows = 5;

/** How evenly connections fared, and those that fared worst. */
export function singleConnectionsSection({ connectionFigures }: RunResult, width: number): readonly string[] {
  if (connectionFigures === undefined) return [];
  const { marker, verdict } = evenness(connectionFigures);
  const rows = worstConnections(connectionFigures, summaryRows);
  return [
    `Single connections  ${marker} ${verdict}`,
    ...renderRow(evennessFigures(connectionFigures), width),
    ...renderGrid(connectionSpreadHeads, connectionSpreadRows(connectionFigures), width),
    ...(rows.length === 0 ? [] : renderTable(worstColumns, rows, width)),
    ...singleConnectionNotes(connectionFigures).flatMap((note) => wrap(note, width, "  ")),
  ];
}

/** In a word, with its marker. */
export function evenness({ starved }: ResultConnectionFigures): {
  readonly marker: "[PASS]" | "[WARN]" | "[INFO]";
  readonly verdict: string;
} {
  if (starved === null) return { marker: "[INFO]", verdict: "not judged" };
  if (starved === 0) return { marker: "[PASS]", verdict: "none starved" };
  return { marker: "[WARN]", verdict: `${countText(starved)} starved` };
}

/** How many there are, and how evenly they were served. */
export function evennessFigures({
  count,
  fairness,
  starved,
}: ResultConnectionFigures): readonly (readonly [name: string, value: string])[] {
  return [
    ["connections", countText(count)],
    ["fairness", fairness === null ? "-" : fairness.toFixed(4)],
    ["starved", countText(starved)],
  ];
}

export const connectionSpreadHeads = ["of a connection", "min", "median", "max"] as const;

/** Least, middle and most of what connections have; what none has is left out. */
export function connectionSpreadRows({ spread }: ResultConnectionFigures): readonly (readonly string[])[] {
  const rows = [
    ["sent", spread.sent, countText],
    ["delivered", spread.delivered, countText],
    ["lost", spread.lost, countText],
    ["latency mean", spread.latencyMeanUs, timeText],
    ["latency p99", spread.latencyP99Us, timeText],
    ["ready", spread.readyMs, secondsText],
  ] as const;
  return rows.flatMap(([name, values, text]) =>
    values === null || values.max === 0 ? [] : [[name, text(values.min), text(values.median), text(values.max)]],
  );
}

/** The columns of single connections. */
export const worstColumns: readonly Column[] = [
  { title: "connection" },
  { title: "worst by", align: "left" },
  { title: "sent" },
  { title: "delivered" },
  { title: "lost" },
  { title: "dup", dropRank: 4 },
  { title: "reordered", dropRank: 5 },
  { title: "mean" },
  { title: "p99", dropRank: 2 },
  { title: "max" },
  { title: "ended", dropRank: 3 },
  { title: "last active", dropRank: 1 },
];

/** The `most` worst of those that are in any way worse than the middle one. */
export function worstConnections({ rows }: ResultConnectionFigures, most: number): readonly (readonly string[])[] {
  return rows
    .filter(({ worstBy }) => worstBy !== "nothing")
    .slice(0, most)
    .map(connectionCells);
}

function connectionCells(row: ResultConnectionRow): readonly string[] {
  const { latencyUs } = row;
  return [
    String(row.connection),
    row.isStarved ? `${row.worstBy} (starved)` : row.worstBy,
    countText(row.sent),
    countText(row.delivered),
    countText(row.lost),
    countText(row.duplicated),
    countText(row.reordered),
    timeText(latencyUs.mean),
    timeText(latencyUs.p99),
    timeText(latencyUs.max),
    countText(row.ended),
    secondsText(row.activeMs),
  ];
}

/** What is not shown, and what the words mean. */
export function singleConnectionNotes({ rows, leftOut, starved }: ResultConnectionFigures): readonly string[] {
  return [
    `the result file has ${amount(rows.length, "connection")} one by one${leftOut === 0 ? "" : `, the worst; ${countText(leftOut)} are left out`}`,
    "fairness: Jain's index of the messages delivered, 1 where all had the same",
    ...(starved === null
      ? []
      : [
          "starved: had less than half of what the middle one had, lost more than half, or waited four times as long and 10 ms longer",
        ]),
  ];
}
