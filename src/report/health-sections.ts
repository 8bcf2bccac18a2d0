import type { ResultFailure, ResultMemory, RunResult } from "../result/run-result.ts";
import { samplesNeeded } from "../verdict/evaluate-threshold.ts";
import { explainFailure } from "../verdict/explain-failure.ts";
import {
  amount,
  bytesText,
  changeText,
  countText,
  ratioText,
  rateText,
  secondsText,
  timeText,
  wrap,
} from "./format.ts";
import { renderGrid, renderRow, renderTable, type Column } from "./terminal-table.ts";

/** How opening went, and which connections did not stay. */
export function connectionSection(result: RunResult, width: number): readonly string[] {
  const { connectUs } = result.totals.connections;
  return [
    "Connections",
    ...renderRow(connectionFigures(result), width),
    ...(connectUs.count > 0 ? renderRow(connectFigures(result), width) : []),
    ...connectionNotes(result).flatMap((note) => wrap(note, width, "  ")),
  ];
}

const connectionCounts = ["planned", "attempted", "opened", "failed", "closed", "reconnects"] as const;

/** What became of the connections, by name. */
export function connectionFigures({ totals }: RunResult): readonly (readonly [name: string, count: string])[] {
  const { connections } = totals;
  return [
    ...connectionCounts.map((name) => [name, countText(connections[name])] as const),
    ["open at end", countText(connections.openAtEnd)],
  ];
}

/** How long opening took. */
export function connectFigures({ totals }: RunResult): readonly (readonly [name: string, time: string])[] {
  const { connectUs } = totals.connections;
  const told = (name: "p50" | "p99") => (connectUs.unresolved.includes(name) ? "-" : timeText(connectUs[name]));
  return [
    ["connect min", timeText(connectUs.min)],
    ["p50", told("p50")],
    ["p99", told("p99")],
    ["max", timeText(connectUs.max)],
    ["mean", timeText(connectUs.mean)],
  ];
}

/** Why some of the two percentiles shown are dashes. */
function connectNeeds({ count, unresolved }: RunResult["totals"]["connections"]["connectUs"]): string {
  const needs = ["p50", "p99"]
    .filter((stat) => unresolved.includes(stat))
    .map((stat) => `${stat} needs ${countText(samplesNeeded(stat))}`);
  return `- connect: too few connections: ${needs.join(", ")}; there are ${countText(count)}`;
}

/** What the dashes of connect times mean, how connections ended, and what the words mean. */
export function connectionNotes(result: RunResult): readonly string[] {
  const { totals, config, phases } = result;
  const { connections } = totals;
  const { connectUs, closedLifetimeMs, closeCodes } = connections;
  const codes = Object.entries(closeCodes).map(([code, count]) => `${code} x ${countText(count)}`);
  const readyMs = phases[0]?.startMs;
  const isClean = connections.opened === connections.planned && connections.reconnects === 0;
  return [
    ...(connectUs.count > 0 && connectUs.unresolved.includes("p99") ? [connectNeeds(connectUs)] : []),
    ...(config.mode === "connect" && isClean && readyMs !== undefined && readyMs > 0
      ? [
          `all open ${secondsText(readyMs)} after the first attempt (${rateText(connections.opened / (readyMs / 1000))}/s)`,
        ]
      : []),
    ...(codes.length === 0 ? [] : [`close codes: ${codes.join(", ")}`]),
    ...(closedLifetimeMs === null
      ? []
      : [
          `lifetime of the ${countText(closedLifetimeMs.count)} that ended: min ${secondsText(closedLifetimeMs.min)}, ` +
            `mean ${secondsText(closedLifetimeMs.mean)}, max ${secondsText(closedLifetimeMs.max)}`,
        ]),
    ...shutdownNotes(result),
    "closed = ended by the target or the network while wanted; connect = attempt to ready",
  ];
}

/** How generator and mock ended: what was pending, and what was closed. */
function shutdownNotes({ shutdown }: RunResult): readonly string[] {
  if (shutdown === undefined) return [];
  const { generator, target } = shutdown;
  const ended =
    `closing: ${amount(generator.connectionsClosed, "connection")} and ${amount(generator.workersEnded, "worker")} ended in ` +
    `${timeText(generator.durationMs * 1000)}, after a drain of ${timeText(generator.drainMs * 1000)} that brought ` +
    `${amount(generator.pendingAnswered, "answer")} and gave up on ${countText(generator.pendingLost)}`;
  if (target === null) return [ended];
  return [
    ended,
    `the mock stopped in ${timeText(target.durationMs * 1000)}: pending answers flushed ${countText(target.pendingFlushed)}, ` +
      `dropped ${countText(target.pendingDropped)}; connections closed ${countText(target.connectionsClosed)}; ` +
      `background tasks stopped ${countText(target.backgroundTasksStopped)}`,
  ];
}

/** Generator and target side by side, then what the trend says. */
export function memorySection({ memory }: RunResult, width: number): readonly string[] {
  const sides = [
    { name: "generator", figures: memory.generator, reason: memory.generatorReason },
    { name: "target", figures: memory.target, reason: memory.targetReason },
  ];
  const known = sides.flatMap(({ name, figures }) => (figures === null ? [] : [{ name, figures }]));
  const unknown = sides.filter(({ figures }) => figures === null);
  const heads = ["", "start", "peak", "end", "growth", "slope/min", "p value", "per message", "per conn"];
  return [
    "Memory",
    ...(known.length === 0
      ? []
      : renderGrid(
          heads,
          known.map(({ name, figures }) => [name, ...memoryCells(figures)]),
          width,
        )),
    ...known.flatMap(({ name, figures }) => wrap(`${name}: ${figures.verdict}; ${figures.verdictReason}`, width, "  ")),
    ...unknown.flatMap(({ name, reason }) => wrap(`${name}: unknown; ${reason ?? "not measured"}`, width, "  ")),
    ...(known.length === 0
      ? []
      : wrap("of the steady part; slope: Theil-Sen; p value: chance of such a rise without a trend", width, "  ")),
  ];
}

/** start, peak, end, growth, slope a minute, p value, per message, per connection. */
export function memoryCells(memory: ResultMemory): readonly string[] {
  const slope = memory.slopeBytesPerSecond;
  return [
    bytesText(memory.startBytes),
    bytesText(memory.peakBytes),
    bytesText(memory.endBytes),
    changeText(memory.growthBytes),
    changeText(slope === null ? null : slope * 60),
    memory.pValue === null ? "-" : memory.pValue < 0.001 ? "< 0.001" : memory.pValue.toFixed(3),
    changeText(memory.perMessageBytes),
    changeText(memory.perConnectionBytes),
  ];
}

/** Whether the generator could do what was asked of it. */
export function generatorSection(result: RunResult, width: number): readonly string[] {
  const { health } = result.generator;
  return [
    `Generator  ${health === "ok" ? "[PASS]" : "[WARN]"} ${health}`,
    ...renderRow(generatorFigures(result), width),
    ...generatorNotes(result).flatMap((note) => wrap(note, width, "  ")),
  ];
}

/** How the generator did, by name. */
export function generatorFigures({
  generator,
  totals,
}: RunResult): readonly (readonly [name: string, value: string])[] {
  const { lagUs, workers } = generator;
  const perMillion = generator.cpuSecondsPerMillionMessages;
  return [
    ["workers", countText(workers.length)],
    ["lag p50", timeText(lagUs?.p50)],
    ["lag p99", timeText(lagUs?.p99)],
    ["lag max", timeText(lagUs?.max)],
    ["own slip p99", timeText(totals.ownSlipUs.p99)],
    ["busiest", ratioText(generator.utilization)],
    ["CPU", secondsText(generator.cpuSeconds * 1000)],
    ["CPU/1M msgs", perMillion === null ? "-" : secondsText(perMillion * 1000)],
    ["msgs/write", generator.framesPerWrite == null ? "-" : generator.framesPerWrite.toFixed(1)],
  ];
}

/** Why the generator is in doubt, where no banner says it, and what the words mean. */
export function generatorNotes({ generator }: RunResult): readonly string[] {
  const { health, reasons } = generator;
  return [
    ...(health === "degraded" ? reasons : []),
    ...generator.lostWorkers.map(({ index, reason }) => `worker ${index + 1} was lost: ${reason}`),
    ...(generator.throttledRatio !== null && generator.throttledRatio > 0
      ? [`throttled by its CPU quota for ${ratioText(generator.throttledRatio)} of the run`]
      : []),
    ...(generator.stealRatio !== null && generator.stealRatio > 0.001
      ? [`${ratioText(generator.stealRatio)} of the host's CPU time went to other guests`]
      : []),
    "lag = event loop lateness; own slip = slip while the connection took bytes; busiest = busy share",
  ];
}

/** Every kind of failure with its number, whose it was, and the text of one. */
export function errorSection(result: RunResult, width: number): readonly string[] {
  const { failures } = result;
  if (failures.length === 0) return ["Errors", "  none"];
  const columns: readonly Column[] = [
    { title: "error", align: "left" },
    { title: "count" },
    { title: "per 1000" },
    { title: "blame", align: "left" },
    { title: "when", dropRank: 1 },
    { title: "example", align: "left" },
  ];
  const sorted = sortedFailures(result);
  const rows = sorted.map((failure) => errorCells(failure, result));
  const total = failures.reduce((sum, failure) => sum + failure.count, 0);
  return [
    `Errors  ${amount(total, "error")}`,
    ...renderTable(columns, rows, width),
    ...explainedFailures(sorted).flatMap((line) => wrap(line, width, "  ")),
    ...wrap(errorsMeaning, width, "  "),
  ];
}

/** The failures of a run, the most frequent first. */
export function sortedFailures({ failures }: RunResult): readonly ResultFailure[] {
  return [...failures].sort((a, b) => b.count - a.count);
}

/** error, count, per 1000, blame, when, example. */
export function errorCells(failure: ResultFailure, { totals, durationMs }: RunResult): readonly string[] {
  return [
    failure.code,
    countText(failure.count),
    perThousand(failure, failure.phase === "message" ? totals.messages.sent : totals.connections.attempted),
    failure.blame,
    `${secondsText(Math.min(failure.firstMs, durationMs)).replace(" s", "")}-${secondsText(failure.lastMs)}`,
    failure.example,
  ];
}

/** What the most frequent failures mostly mean. */
export function explainedFailures(sorted: readonly ResultFailure[]): readonly string[] {
  return sorted
    .flatMap((failure) => {
      const words = explainFailure(failure);
      return words === null ? [] : [`${failure.code}: ${words}`];
    })
    .slice(0, 5);
}

/** What the column "per 1000" counts against. */
export const errorsMeaning = "per 1000 connection attempts; message/... per 1000 messages sent";

function perThousand({ count }: ResultFailure, attempts: number): string {
  return attempts === 0 ? "-" : rateText((count / attempts) * 1000);
}
