import type { ResultCapacity, ResultTrial } from "../result/capacity-schema.ts";
import type { RunResult } from "../result/run-result.ts";
import { countText, cut, plain, rateText, secondsText, timeText, wrap } from "./format.ts";
import { renderTable, type Column } from "./terminal-table.ts";

/** What a capacity search found, and every trial it made; of other results nothing. */
export function capacitySection(result: RunResult, width: number): readonly string[] {
  const { capacity } = result;
  if (capacity === undefined) return [];
  const longest = Math.max(leastReason, width - otherColumns);
  const rows = trialRows(capacity).map((cells) => [...cells.slice(0, -1), cut(plain(cells.at(-1) ?? ""), longest)]);
  return [
    "Capacity",
    ...wrap(capacity.statement, width, "  "),
    ...(rows.length === 0 ? [] : renderTable(trialColumns(capacity), rows, width)),
    ...capacityNotes(result).flatMap((note) => wrap(note, width, "  ")),
  ];
}

/** Heads of the table of trials; the first is their number, the last why one did not hold. */
export function trialColumns(capacity: ResultCapacity): readonly Column[] {
  return [
    { title: "#" },
    { title: capacity.unit },
    { title: "trial", align: "left" },
    { title: "outcome", align: "left" },
    ...(hasMessages(capacity) ? [{ title: "delivered/s", dropRank: 1 }, { title: "p99" }] : [{ title: "opened" }]),
    { title: "why not", align: "left", isCutFirst: true },
  ];
}

/** Every trial, in order, as the columns have it. */
export function trialRows(capacity: ResultCapacity): readonly (readonly string[])[] {
  return capacity.trials.map((trial, index) => [
    countText(index + 1),
    capacity.over === "rate" ? rateText(trial.load) : countText(trial.load),
    trial.kind,
    outcomeWords[trial.outcome],
    ...(hasMessages(capacity)
      ? [rateText(trial.deliveredPerSecond), timeText(trial.latencyP99Us)]
      : [countText(trial.connectionsOpened)]),
    trial.reasons.join("; "),
  ]);
}

/** What to know of the trials beside the table; nothing of other results. */
export function capacityNotes({ capacity, id }: RunResult): readonly string[] {
  if (capacity === undefined) return [];
  const { trials, perConnectionPerSecond } = capacity;
  const shown = trials.findIndex(({ runId }) => runId === id);
  return [
    ...lengthNotes(trials),
    ...(shown === -1 ? [] : [`all other numbers of this result are those of trial ${shown + 1}`]),
    ...(perConnectionPerSecond === null ? [] : [`rate: ${rateText(perConnectionPerSecond)} msg/s for each connection`]),
  ];
}

/** Messages that were sent, or pushed. */
function hasMessages({ over, perConnectionPerSecond, trials }: ResultCapacity): boolean {
  return (
    over === "rate" ||
    perConnectionPerSecond !== null ||
    trials.some(({ deliveredPerSecond }) => deliveredPerSecond !== null)
  );
}

/** How long trials of each kind were under load. */
function lengthNotes(trials: readonly ResultTrial[]): readonly string[] {
  const parts = (["search", "final"] as const).flatMap((kind) => {
    const one = trials.find((trial) => trial.kind === kind);
    return one === undefined ? [] : [`${kind}: ${secondsText(one.durationMs)} of load`];
  });
  return parts.length === 0 ? [] : [parts.join("; ")];
}

/** What the other columns take; a longer reason would push them out. */
const otherColumns = 57;
const leastReason = 20;

const outcomeWords: Readonly<Record<ResultTrial["outcome"], string>> = {
  held: "held",
  failed: "failed",
  "generator-limited": "generator",
  impossible: "impossible",
  interrupted: "interrupted",
};
