import type { ResultTrial } from "../result/capacity-schema.ts";
import type { RunResult } from "../result/run-result.ts";
import { countText, cut, plain, rateText, secondsText, timeText, wrap } from "./format.ts";
import { renderTable, type Column } from "./terminal-table.ts";

/** What a capacity search found, and every trial it made; of other results nothing. */
export function capacitySection({ capacity, id }: RunResult, width: number): readonly string[] {
  if (capacity === undefined) return [];
  const sends = capacity.over === "rate" || capacity.perConnectionPerSecond !== null;
  const columns: readonly Column[] = [
    { title: "#" },
    { title: capacity.unit },
    { title: "trial", align: "left" },
    { title: "outcome", align: "left" },
    ...(sends ? [{ title: "delivered/s", dropRank: 1 }, { title: "p99" }] : [{ title: "opened" }]),
    { title: "why not", align: "left", isCutFirst: true },
  ];
  const rows = capacity.trials.map((trial, index) => [
    countText(index + 1),
    capacity.over === "rate" ? rateText(trial.load) : countText(trial.load),
    trial.kind,
    outcomeWords[trial.outcome],
    ...(sends
      ? [rateText(trial.deliveredPerSecond), timeText(trial.latencyP99Us)]
      : [countText(trial.connectionsOpened)]),
    cut(plain(trial.reasons.join("; ")), Math.max(leastReason, width - otherColumns)),
  ]);
  const shown = capacity.trials.findIndex(({ runId }) => runId === id);
  const notes = [
    ...lengthNotes(capacity.trials),
    ...(shown === -1 ? [] : [`all other numbers of this result are those of trial ${shown + 1}`]),
    ...(capacity.perConnectionPerSecond === null
      ? []
      : [`each connection sends ${rateText(capacity.perConnectionPerSecond)} msg/s`]),
  ];
  return [
    "Capacity",
    ...wrap(capacity.statement, width, "  "),
    ...(rows.length === 0 ? [] : renderTable(columns, rows, width)),
    ...notes.flatMap((note) => wrap(note, width, "  ")),
  ];
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
