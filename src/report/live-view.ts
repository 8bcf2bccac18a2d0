import type { ResultInterval, RunResult } from "../result/run-result.ts";
import {
  bytesText,
  countText,
  cut,
  plain,
  rateText,
  ratioText,
  secondsText,
  timeText,
  widestColumns,
} from "./format.ts";
import { latencyChart, memoryTrend, resilienceRows, row } from "./live-rows.ts";

/** What the live view knows beside the result so far. */
export interface LiveFacts {
  /** What is being done now, in a word or two for people: `connecting`, `load`, `draining`. */
  readonly stage: string;
  /** All phases of the plan, in order. */
  readonly phases: readonly { readonly name: string; readonly durationMs: number }[];
  /**
   * What the schedule asked for in `lastWholeSecond`, in mode push what is promised, messages per second; null in a closed
   * loop, without a promise and outside of load.
   */
  readonly offeredPerSecond: number | null;
}

/** The stage of which "now" can be told: in any other no load goes out. */
const loading = "load";

/** Several lines for a terminal, redrawn each second: where the run is, and how it goes. At most `columns` wide. */
export function renderLiveView(result: RunResult, facts: LiveFacts, columns: number): string {
  const width = Math.max(20, Math.min(widestColumns, columns - 1));
  const { latencyUs, messages, connections, deliveryRatio } = result.totals;
  const now = lastSecond(result, facts);
  const progress = progressOf(result, facts);
  const isClosed = progress.loop === "closed";
  const whole = progress.doneMs + progress.leftMs;
  const share = whole === 0 ? 0 : progress.doneMs / whole;
  const bar = progressBar(share, Math.max(10, Math.min(40, width - 62)));
  const percent = `${(share * 100).toFixed(0).padStart(3)}%`;
  const times = `${secondsText(progress.doneMs)} done, ${secondsText(progress.leftMs)} left`;
  const offered = offeredText(facts, progress);
  const lines = [
    `${bar} ${percent}  ${stageText(facts, progress)}  ${times}`,
    row("rate/s", ...rateTexts(result, offered, now)),
    row(
      isClosed ? "service" : "latency",
      ["now p50", now.p50],
      ["p99", now.p99],
      ["run p50", timeText(latencyUs.p50)],
      ["p99", timeText(latencyUs.p99)],
    ),
    ...latencyChart(result, width),
    row(
      "messages",
      ["lost", countText(messages.lost)],
      ["delivery", ratioText(deliveryRatio)],
      ["pending", countText(messages.pending)],
      ...(result.config.mode === "push" ? [] : [["slip p99", now.slipP99] as const]),
      ...(messages.refused === 0 ? [] : [["refused", countText(messages.refused)] as const]),
    ),
    row(
      "conns",
      ["open", countText(connections.openAtEnd)],
      ["failed", countText(connections.failed)],
      ["closed", countText(connections.closed)],
      ["errors", countText(errorCount(result))],
    ),
    ...resilienceRows(result.resilience),
    row("memory", ["generator", now.generatorRss], ["target", now.targetRss]),
    ...memoryTrend(result),
    row("health", [healthText(result), ""]),
  ];
  return lines.map((line) => cut(plainLine(line), width)).join("\n");
}

/**
 * One line a second where there is no terminal: `key=value` columns in a fixed order, without a line break. Rates are
 * messages per second; between phases the stage stands in brackets in place of the phase.
 */
export function renderProgressLine(result: RunResult, facts: LiveFacts): string {
  const { messages, connections } = result.totals;
  const now = lastSecond(result, facts);
  const progress = progressOf(result, facts);
  const whole = progress.doneMs + progress.leftMs;
  const columns = [
    ["t", `${(result.durationMs / 1000).toFixed(0)}s`],
    ["phase", facts.stage === loading ? progress.phase : `(${facts.stage})`],
    ["done", `${whole === 0 ? 0 : ((progress.doneMs / whole) * 100).toFixed(0)}%`],
    ...rateTexts(result, offeredText(facts, progress), now),
    ["p50", now.p50],
    ["p99", now.p99],
    ["lost", countText(messages.lost)],
    ["conns", countText(connections.openAtEnd)],
    ["errors", countText(errorCount(result))],
    ["target_mem", now.targetRss],
    ["health", result.generator.health],
  ] as const;
  return columns.map(([key, value]) => `${key}=${plain(value).replaceAll(/[ ,]/g, "") || "-"}`).join(" ");
}

interface Progress {
  readonly phase: string;
  readonly number: number;
  readonly loop: string;
  readonly doneMs: number;
  readonly leftMs: number;
}

/** By planned time: a phase that has begun counts as far as its load has come, those before it as a whole. */
function progressOf(result: RunResult, { phases }: LiveFacts): Progress {
  const begun = result.phases.length;
  const current = result.phases.at(-1);
  const planned = (list: readonly { readonly durationMs: number }[]) =>
    list.reduce((sum, phase) => sum + phase.durationMs, 0);
  const inPhaseMs = current === undefined ? 0 : current.endMs - current.startMs;
  const currentMs = Math.max(0, Math.min(inPhaseMs, phases[begun - 1]?.durationMs ?? inPhaseMs));
  const doneMs = begun === 0 ? 0 : planned(phases.slice(0, begun - 1)) + currentMs;
  return {
    phase: current?.name ?? "-",
    number: begun,
    loop: current?.loop ?? "none",
    doneMs,
    leftMs: Math.max(0, planned(phases) - doneMs),
  };
}

function stageText({ stage, phases }: LiveFacts, { phase, number }: Progress): string {
  if (number === 0) return plain(stage);
  const place = phases.length > 1 ? ` (${number} of ${phases.length})` : "";
  return `${plain(stage)}: ${cut(plain(phase), 24)}${place}`;
}

interface Second {
  readonly sent: string;
  readonly delivered: string;
  readonly p50: string;
  readonly p99: string;
  readonly slipP99: string;
  readonly generatorRss: string;
  readonly targetRss: string;
}

/** The newest whole second of the segment that is under load; the one going on would show rates too low. */
export function lastWholeSecond({ intervals, phases }: RunResult): ResultInterval | undefined {
  const own = intervals.filter((interval) => interval.segment === phases.at(-1)?.segment);
  return own.findLast((interval) => interval.lengthMs >= 995) ?? own.at(-1);
}

/** Nothing of the past is shown as now: outside of load there are dashes. */
function lastSecond(result: RunResult, { stage }: LiveFacts): Second {
  const { intervals } = result;
  const whole = stage === loading ? lastWholeSecond(result) : undefined;
  const seconds = (whole?.lengthMs ?? 0) / 1000;
  const rate = (count: number | undefined) => (seconds > 0 ? rateText((count ?? 0) / seconds) : "-");
  const newest = intervals.at(-1);
  return {
    sent: rate(whole?.sent),
    delivered: rate(whole?.delivered),
    p50: timeText(whole?.latencyUs.p50),
    p99: timeText(whole?.latencyUs.p99),
    slipP99: timeText(whole?.slipUs.p99),
    generatorRss: bytesText(newest?.generatorRssBytes),
    targetRss: bytesText(newest?.targetRssBytes),
  };
}

/** What should come, what left and what came; in mode push nothing leaves. */
function rateTexts({ config }: RunResult, offered: string, now: Second): readonly (readonly [string, string])[] {
  if (config.mode === "push") {
    return [
      ["promised", offered],
      ["seen", now.delivered],
    ];
  }
  return [
    ["offered", offered],
    ["sent", now.sent],
    ["delivered", now.delivered],
  ];
}

function errorCount({ failures }: RunResult): number {
  return failures.reduce((sum, failure) => sum + failure.count, 0);
}

function healthText({ generator }: RunResult): string {
  const [first] = generator.reasons;
  if (generator.health === "ok") return "[PASS] ok";
  return `[WARN] ${generator.health}${first === undefined ? "" : `: ${plain(first)}`}`;
}

function progressBar(share: number, length: number): string {
  const done = Math.round(Math.max(0, Math.min(1, share)) * length);
  return `[${"#".repeat(done)}${".".repeat(length - done)}]`;
}

function offeredText({ stage, offeredPerSecond }: LiveFacts, { loop }: Progress): string {
  return loop === "closed" && stage === loading ? "max" : rateText(offeredPerSecond);
}

/** Keeps the columns: only what cannot be printed is replaced. */
function plainLine(text: string): string {
  return text.replace(/[^ -~]/gu, "?").trimEnd();
}
