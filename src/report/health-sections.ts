import type { ResultFailure, ResultMemory, RunResult } from "../result/run-result.ts";
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
export function connectionSection({ totals, config, phases }: RunResult, width: number): readonly string[] {
  const { connections } = totals;
  const { connectUs, closedLifetimeMs, closeCodes } = connections;
  const counts = ["planned", "attempted", "opened", "failed", "closed", "reconnects"] as const;
  const isTold = (name: "p50" | "p99") => !connectUs.unresolved.includes(name);
  const figures = [
    ...counts.map((name) => [name, countText(connections[name])] as const),
    ["open at end", countText(connections.openAtEnd)],
  ] as const;
  const times = [
    ["connect min", timeText(connectUs.min)],
    ["p50", isTold("p50") ? timeText(connectUs.p50) : "-"],
    ["p99", isTold("p99") ? timeText(connectUs.p99) : "-"],
    ["max", timeText(connectUs.max)],
    ["mean", timeText(connectUs.mean)],
  ] as const;
  const codes = Object.entries(closeCodes).map(([code, count]) => `${code} x ${countText(count)}`);
  const readyMs = phases[0]?.startMs;
  const isClean = connections.opened === connections.planned && connections.reconnects === 0;
  return [
    "Connections",
    ...renderRow(figures, width),
    ...(connectUs.count > 0 ? renderRow(times, width) : []),
    ...(connectUs.count > 0 && !isTold("p99")
      ? wrap("- connect: p50 needs 20 connections, p99 needs 1,000", width, "  ")
      : []),
    ...(config.mode === "connect" && isClean && readyMs !== undefined && readyMs > 0
      ? wrap(
          `all open ${secondsText(readyMs)} after the first attempt (${rateText(connections.opened / (readyMs / 1000))}/s)`,
          width,
          "  ",
        )
      : []),
    ...(codes.length === 0 ? [] : wrap(`close codes: ${codes.join(", ")}`, width, "  ")),
    ...(closedLifetimeMs === null
      ? []
      : wrap(
          `lifetime of the ${countText(closedLifetimeMs.count)} that ended: min ${secondsText(closedLifetimeMs.min)}, ` +
            `mean ${secondsText(closedLifetimeMs.mean)}, max ${secondsText(closedLifetimeMs.max)}`,
          width,
          "  ",
        )),
    ...wrap("closed = ended by the target or the network while wanted; connect = attempt to ready", width, "  "),
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

function memoryCells(memory: ResultMemory): readonly string[] {
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
export function generatorSection({ generator, totals }: RunResult, width: number): readonly string[] {
  const { lagUs, health, reasons, workers } = generator;
  const perMillion = generator.cpuSecondsPerMillionMessages;
  const figures = [
    ["workers", countText(workers.length)],
    ["lag p50", timeText(lagUs?.p50)],
    ["lag p99", timeText(lagUs?.p99)],
    ["lag max", timeText(lagUs?.max)],
    ["own slip p99", timeText(totals.ownSlipUs.p99)],
    ["busiest", ratioText(generator.utilization)],
    ["CPU", secondsText(generator.cpuSeconds * 1000)],
    ["CPU/1M msgs", perMillion === null ? "-" : secondsText(perMillion * 1000)],
    ["msgs/write", generator.framesPerWrite == null ? "-" : generator.framesPerWrite.toFixed(1)],
  ] as const;
  const notes = [
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
  return [
    `Generator  ${health === "ok" ? "[PASS]" : "[WARN]"} ${health}`,
    ...renderRow(figures, width),
    ...notes.flatMap((note) => wrap(note, width, "  ")),
  ];
}

/** Every kind of failure with its number, whose it was, and the text of one. */
export function errorSection({ failures, totals, durationMs }: RunResult, width: number): readonly string[] {
  if (failures.length === 0) return ["Errors", "  none"];
  const columns: readonly Column[] = [
    { title: "error", align: "left" },
    { title: "count" },
    { title: "per 1000" },
    { title: "blame", align: "left" },
    { title: "when", dropRank: 1 },
    { title: "example", align: "left" },
  ];
  const sorted = [...failures].sort((a, b) => b.count - a.count);
  const rows = sorted.map((failure) => [
    failure.code,
    countText(failure.count),
    perThousand(failure, failure.phase === "message" ? totals.messages.sent : totals.connections.attempted),
    failure.blame,
    `${secondsText(Math.min(failure.firstMs, durationMs)).replace(" s", "")}-${secondsText(failure.lastMs)}`,
    failure.example,
  ]);
  const explained = sorted.flatMap((failure) => {
    const words = explainFailure(failure);
    return words === null ? [] : [`${failure.code}: ${words}`];
  });
  return [
    `Errors  ${amount(
      failures.reduce((sum, failure) => sum + failure.count, 0),
      "error",
    )}`,
    ...renderTable(columns, rows, width),
    ...explained.slice(0, 5).flatMap((line) => wrap(line, width, "  ")),
    ...wrap("per 1000 connection attempts; message/... per 1000 messages sent", width, "  "),
  ];
}

function perThousand({ count }: ResultFailure, attempts: number): string {
  return attempts === 0 ? "-" : rateText((count / attempts) * 1000);
}
