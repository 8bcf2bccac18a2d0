import { disagreeingCounts } from "../result/disagreeing-counts.ts";
import type { ResultQueue, RunResult } from "../result/run-result.ts";
import { amount, countText, wrap } from "./format.ts";
import { timesCells, timesHeads, unresolvedNotes } from "./message-sections.ts";
import { renderGrid, renderRow } from "./terminal-table.ts";

/** How many faults are named one by one. */
const named = 3;

/** Mode queue: how jobs ended, whether they kept their order, and whether the target's statistics agree. */
export function queueSection({ queue }: RunResult, width: number): readonly string[] {
  if (queue === undefined) return [];
  const rows = jobTimeRows(queue);
  return [
    `Jobs  ${orderVerdict(queue)}`,
    ...renderRow(jobFigures(queue), width),
    ...renderRow(faultFigures(queue), width),
    ...(rows.length === 0 ? [] : renderGrid(["", ...timesHeads], rows, width)),
    ...queueNotes(queue).flatMap((note) => wrap(note, width, "  ")),
  ];
}

/** In two or three words: whether all jobs were treated as promised. */
export function orderVerdict(queue: ResultQueue): string {
  const faults = faultSentences(queue);
  return faults.length === 0 ? "in order" : `${amount(faults.length, "kind")} of fault`;
}

/** How jobs ended. */
export function jobFigures(queue: ResultQueue): readonly (readonly [name: string, value: string])[] {
  return [
    ["keys", countText(queue.keys)],
    ["jobs", countText(queue.sent)],
    ["completed", countText(queue.completed)],
    ["refused", countText(queue.refused)],
    ["cancelled", countText(queue.cancelled)],
    ["lost", countText(queue.lost)],
    ["running at most", queue.mostRunning === null ? "-" : countText(queue.mostRunning.jobs)],
    ["promised", countText(queue.concurrency)],
  ];
}

/** What should all be 0. */
export function faultFigures(queue: ResultQueue): readonly (readonly [name: string, value: string])[] {
  return [
    ["misordered", countText(queue.misordered)],
    ["over limit", countText(queue.overLimit)],
    ["cancelled, ran", countText(queue.cancelledRan)],
    ["refused, ran", countText(queue.refusedRan)],
    ["started again", countText(queue.startedAgain)],
    ["completed again", countText(queue.completedAgain)],
    ["disagreements", countText(queue.statistics?.disagreements)],
  ];
}

/** How long jobs waited and ran, by row; empty where starts are not told. */
export function jobTimeRows({ waitUs, runUs }: ResultQueue): readonly (readonly string[])[] {
  if (waitUs.count === 0) return [];
  return [
    ["wait", ...timesCells(waitUs)],
    ["run", ...timesCells(runUs)],
  ];
}

/** The faults in words, job by job where they are known, and what the numbers mean. */
export function queueNotes(queue: ResultQueue): readonly string[] {
  const { waitUs, runUs } = queue;
  return [
    ...faultSentences(queue),
    ...namedFaults(queue),
    ...cancelNote(queue),
    ...orderNote(queue),
    statisticsNote(queue),
    ...(waitUs.count === 0
      ? []
      : unresolvedNotes([
          ["wait", waitUs],
          ["run", runUs],
        ])),
    ...(waitUs.count === 0
      ? []
      : ["wait = from handing a job in to its start, run = from there to its completion; both as the client is told"]),
    "jobs handed in = completed + refused + cancelled + lost, warm-up included",
  ];
}

/** One sentence for each kind of fault that was found. */
export function faultSentences(queue: ResultQueue): readonly string[] {
  const sentence = (count: number | null, words: string): readonly string[] =>
    count === null || count === 0 ? [] : [`${amount(count, "job")} ${words}`];
  const starts = (count: number | null, words: string): readonly string[] =>
    count === null || count === 0 ? [] : [`${amount(count, "start")} ${words}`];
  return [
    ...sentence(queue.misordered, "out of order: started or completed after a later one of the same key"),
    ...starts(
      queue.overLimit,
      `with ${countText(queue.concurrency)} of the key running already, which is all that may`,
    ),
    ...sentence(queue.cancelledRan, "ran although the target had confirmed that they were cancelled"),
    ...sentence(queue.refusedRan, "ran although the target had refused them"),
    ...sentence(queue.startedAgain, "started more than once"),
    ...sentence(queue.completedAgain, "completed more than once"),
    ...sentence(queue.neverStarted, "completed without having started"),
    ...sentence(queue.cancelledUnasked, "cancelled although nobody had asked"),
    ...sentence(queue.lost, "lost: no end of theirs was told"),
    ...disagreements(queue),
  ];
}

function disagreements({ statistics }: ResultQueue): readonly string[] {
  if (statistics === null) return [];
  return disagreeingCounts(statistics).map(({ count, target, clients }) =>
    count === "submitted"
      ? `the target's statistics say ${countText(target)} submitted, its clients handed in ${countText(clients)}`
      : `the target's statistics say ${countText(target)} ${count}, its clients were told ${countText(clients)}`,
  );
}

const faultWords: Readonly<Record<ResultQueue["faults"][number]["fault"], string>> = {
  misordered: "out of order",
  "cancelled-ran": "ran though cancelled",
  "refused-ran": "ran though refused",
  "never-started": "completed without a start",
  "cancelled-unasked": "cancelled unasked",
};

function namedFaults({ faults }: ResultQueue): readonly string[] {
  if (faults.length === 0) return [];
  const shown = faults
    .slice(0, named)
    .map(({ fault, key, position }) => `job ${countText(position)} of key ${key} ${faultWords[fault]}`);
  return [`for example: ${shown.join("; ")}`];
}

function cancelNote({ cancelAsked, cancelled, said, cancelledRunning }: ResultQueue): readonly string[] {
  if (cancelAsked === 0) return [];
  const running = cancelledRunning === 0 ? "" : `, ${countText(cancelledRunning)} of them while running`;
  return [
    `${amount(cancelAsked, "job")} to be cancelled: ${countText(cancelled)} ${cancelled === 1 ? "was" : "were"}${running}, for ${countText(said.tooLate)} it was too late`,
  ];
}

function orderNote({ misorderedStarts, completionOrder, overtaken, concurrency }: ResultQueue): readonly string[] {
  return [
    ...(misorderedStarts === null
      ? ["the target does not tell when a job starts: neither the order of starts nor how many run is known"]
      : []),
    ...(completionOrder === "free" && overtaken > 0
      ? [
          `${amount(overtaken, "job")} completed after a later one of the key, which is no fault with ${countText(concurrency)} at a time`,
        ]
      : []),
  ];
}

function statisticsNote({ statistics }: ResultQueue): string {
  if (statistics === null) return "the target was not asked for its own statistics";
  if (!statistics.isCompared) return `the target's own statistics could not be compared: ${statistics.note}`;
  const names = statistics.counts.map(({ count }) => count).join(", ");
  if (statistics.disagreements !== 0) return `compared: ${names}; ${statistics.note}`;
  const { untold = 0 } = statistics;
  return `the target's own statistics agree: ${names}${untold === 0 ? "" : `; but for what was said of ${amount(untold, "job")} on connections that ended`}`;
}
