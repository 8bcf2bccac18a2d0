import type { ResultInterval, RunResult } from "../result/run-result.ts";
import { phaseOfInterval } from "./interval-phase.ts";

type Cell = string | number | null;

/** What a second does not say of itself. */
interface Surroundings {
  readonly phase: string;
  /** Whether anything comes back in this mode; otherwise that nothing did says nothing. */
  readonly isAnswered: boolean;
}

/** The columns in order, each with its unit in its name, and what a second has for it. */
const columns: readonly (readonly [name: string, cellOf: (interval: ResultInterval, about: Surroundings) => Cell])[] = [
  ["t_ms", ({ tMs }) => tMs],
  ["length_ms", ({ lengthMs }) => lengthMs],
  ["phase", (_, { phase }) => phase],
  ["sent", ({ sent }) => sent],
  ["delivered", ({ delivered }, { isAnswered }) => (isAnswered ? delivered : null)],
  ["lost", ({ lost }, { isAnswered }) => (isAnswered ? lost : null)],
  ["latency_count", ({ latencyUs }) => latencyUs.count],
  ["latency_p50_us", ({ latencyUs }) => latencyUs.p50],
  ["latency_p95_us", ({ latencyUs }) => latencyUs.p95],
  ["latency_p99_us", ({ latencyUs }) => latencyUs.p99],
  ["latency_max_us", ({ latencyUs }) => latencyUs.max],
  ["slip_count", ({ slipUs }) => slipUs.count],
  ["slip_p99_us", ({ slipUs }) => slipUs.p99],
  ["generator_rss_bytes", ({ generatorRssBytes }) => generatorRssBytes],
  ["target_rss_bytes", ({ targetRssBytes }) => targetRssBytes],
  ["generator_lag_max_us", ({ lagUs }) => lagUs],
];

/**
 * The seconds of a run as CSV (RFC 4180): a header, then one row a second, warm-up included. Numbers are those of the
 * result, neither rounded nor grouped; a cell without a value is empty.
 */
export function renderCsv(result: RunResult): string {
  const isAnswered = result.config.mode !== "oneway";
  const header = columns.map(([name]) => name);
  const rows = result.intervals.map((interval) => {
    const about = { phase: phaseOfInterval(interval, result.phases)?.name ?? "", isAnswered };
    return columns.map(([, cellOf]) => cellOf(interval, about));
  });
  return [header, ...rows].map((cells) => `${cells.map(cellText).join(",")}\r\n`).join("");
}

function cellText(cell: Cell): string {
  const text = cell === null ? "" : String(cell);
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text;
}
