import type { ResultFanOut, ResultTimes } from "../result/result-blocks.ts";
import type { RunResult } from "../result/run-result.ts";
import { amount, countText, ratioText, timeText, wrap } from "./format.ts";
import { renderGrid, renderRow } from "./terminal-table.ts";

type FaultyReceiver = NonNullable<RunResult["faultyReceivers"]>["worst"][number];

/** How many of the worst receivers are named. */
const named = 3;

/** How the messages of a broadcast reached their rooms: how many receivers, how soon the first and the last. */
export function fanOutSection(result: RunResult, width: number): readonly string[] {
  const shown = shownFanOut(result);
  if (shown === null) return [];
  const { reach, figures, rows, notes } = shown;
  return [
    `Fan-out  ${reach} reach`,
    ...renderRow(figures, width),
    ...(rows.length === 0 ? [] : renderGrid(["", ...spreadHeads], rows, width)),
    ...notes.flatMap((note) => wrap(note, width, "  ")),
  ];
}

/** Heads of the columns behind the name of a row. */
export const spreadHeads = ["min", "p50", "p90", "p99", "max", "mean"] as const;

/** The figures of a broadcast, the times of its messages by row, and what to know about them; null for any other run. */
export function shownFanOut(result: RunResult): {
  readonly reach: string;
  readonly figures: readonly (readonly [name: string, text: string])[];
  readonly rows: readonly (readonly string[])[];
  readonly notes: readonly string[];
} | null {
  const { fanOut, messages } = result.totals;
  const { broadcast } = result.config;
  if (fanOut === undefined || broadcast === undefined || messages.sent === 0) return null;
  return {
    reach: ratioText(fanOut.reach),
    figures: [
      ["rooms", countText(broadcast.rooms)],
      ["publishers", countText(broadcast.rooms * broadcast.publishersPerRoom)],
      ["receivers/msg", receiversText(fanOut)],
      ["joins", countText(fanOut.joins)],
      ["leaves", countText(fanOut.leaves)],
      ["indeterminate", countText(fanOut.indeterminate)],
      ["misrouted", countText(fanOut.misrouted)],
    ],
    rows: spreadRows(fanOut),
    notes: [
      ...spreadNotes(fanOut, messages.sent),
      ...membershipNotes(fanOut, broadcast.guardMs),
      ...faultNotes(result),
    ],
  };
}

/** Receivers are whole, but their mean over messages need not be. */
function receiversText({ receiversPerMessage }: ResultFanOut): string {
  if (receiversPerMessage === null || Number.isInteger(receiversPerMessage)) return countText(receiversPerMessage);
  return receiversPerMessage.toFixed(receiversPerMessage < 100 ? 2 : 0);
}

function spreadRows(fanOut: ResultFanOut): readonly (readonly string[])[] {
  if (fanOut.timed === 0) return [];
  const rows = [
    ["first receiver", fanOut.firstUs],
    ["half of them", fanOut.medianUs],
    ["99 % of them", fanOut.nearlyAllUs],
    ["last receiver", fanOut.lastUs],
    ["first to last", fanOut.spreadUs],
  ] as const;
  return rows.map(([name, times]) => [name, ...spreadCells(times)]);
}

function spreadCells(times: ResultTimes): readonly string[] {
  const told = (["p50", "p90", "p99"] as const).map((name) =>
    times.unresolved.includes(name) ? "-" : timeText(times[name]),
  );
  return [timeText(times.min), ...told, timeText(times.max), timeText(times.mean)];
}

function spreadNotes({ timed, incomplete, unsettled }: ResultFanOut, sent: number): readonly string[] {
  const others = [
    ...(incomplete > 0 ? [`${countText(incomplete)} did not reach everybody`] : []),
    ...(unsettled > 0 ? [`${countText(unsettled)} were sent near to a join or leave`] : []),
  ];
  if (timed + incomplete + unsettled === 0) return ["first and last receivers are unknown: too many pairs to follow"];
  const rest = others.length === 0 ? "" : `; ${others.join(", ")}`;
  return [
    `of each message, from the instant it was due; of ${countText(timed)} of ${amount(sent, "message")}, which reached everybody${rest}`,
  ];
}

function membershipNotes(fanOut: ResultFanOut, guardMs: number): readonly string[] {
  if (fanOut.indeterminate === 0) return [];
  return [
    `indeterminate: sent within ${guardMs} ms of the receiver's join or leave, ${countText(fanOut.indeterminateDelivered)} of ${countText(fanOut.indeterminate)} arrived; neither expected nor delivered`,
  ];
}

function faultNotes({ faultyReceivers }: RunResult): readonly string[] {
  if (faultyReceivers === undefined || faultyReceivers.count === 0) return [];
  const worst = faultyReceivers.worst.slice(0, named).map(receiverText);
  return [`faults at ${amount(faultyReceivers.count, "receiver")}, most at ${worst.join("; ")}`];
}

function receiverText({ connection, room, ...faults }: FaultyReceiver): string {
  const told = (["lost", "duplicated", "reordered", "misrouted"] as const)
    .filter((fault) => faults[fault] > 0)
    .map((fault) => `${countText(faults[fault])} ${fault}`);
  return `connection ${connection} in ${room}: ${told.join(", ")}`;
}
