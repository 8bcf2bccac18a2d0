import type { ResultBlock, ResultTimes } from "../result/result-blocks.ts";
import type { ResultPhase, RunResult } from "../result/run-result.ts";
import { samplesNeeded } from "../verdict/evaluate-threshold.ts";
import { stampsAhead } from "../result/stamps-ahead.ts";
import { oneWayUnknown } from "../verdict/measured-value.ts";
import { countText, plain, rateText, ratioText, secondsText, timeText, wrap } from "./format.ts";
import { renderGrid, renderRow, renderTable, type Column } from "./terminal-table.ts";

const percentileNames = ["p50", "p90", "p95", "p99", "p999"] as const;

const timesMeaning = {
  latency: "receipt - intended send",
  service: "receipt - actual send",
  slip: "actual - intended send",
} as const;

/** Latency, service and slip side by side; in a closed loop the one time there is, under its own name. */
export function latencySection(result: RunResult, width: number): readonly string[] {
  if (result.config.mode === "connect") return [];
  const { title, times, notes } = shownTimes(result);
  if (times.length === 0 && result.config.mode === "push") return [title, ...wrap(oneWayUnknown(result), width, "  ")];
  if (times.length === 0) return [title, "  no samples"];
  const rows = times.map(([name, each]) => [name, ...timesCells(each)]);
  return [title, ...renderGrid(["", ...timesHeads], rows, width), ...notes.flatMap((note) => wrap(note, width, "  "))];
}

interface ShownTimes {
  readonly title: string;
  readonly times: readonly (readonly [name: keyof typeof timesMeaning | "one-way", times: ResultTimes])[];
  readonly notes: readonly string[];
}

/** Mode push: nothing is sent, so that there is one time at most, and only where its two instants are of clocks that agree. */
function oneWayTimes(result: RunResult): ShownTimes {
  const { totals, streams } = result;
  const title = "One-way latency";
  const { latencyUs } = totals;
  if (latencyUs.count === 0) return { title, times: [], notes: [] };
  const times = [["one-way", latencyUs]] as const;
  const meaning = streams === undefined ? [] : [`one-way = ${streams.oneWay.note}`];
  const ahead = stampsAhead(result);
  return { title, times, notes: [...unresolvedNotes(times), ...(ahead === null ? [] : [ahead]), ...meaning] };
}

/** The times of a run that have samples, with what to call them together and what to know about them. */
export function shownTimes(result: RunResult): ShownTimes {
  const { totals } = result;
  if (result.config.mode === "push") return oneWayTimes(result);
  const isClosed = totals.loop === "closed";
  const title = isClosed
    ? "service time (closed loop)"
    : totals.loop === "mixed"
      ? "Latency (partly a closed loop)"
      : "Latency";
  const all: readonly (readonly [keyof typeof timesMeaning, ResultTimes])[] = isClosed
    ? [["service", totals.serviceUs]]
    : [
        ["latency", totals.latencyUs],
        ["service", totals.serviceUs],
        ["slip", totals.slipUs],
      ];
  const times = all.filter(([, each]) => each.count > 0);
  const meanings = times.map(([name]) => `${name} = ${timesMeaning[name]}`);
  const notes = [
    ...unresolvedNotes(times),
    ...surenessNotes(totals),
    ...undeliveredNotes(totals),
    ...(totals.latencyUs.count === 0 ? ["latency and service are unknown: nothing came back"] : []),
    isClosed ? "service = receipt - send; without a schedule there is no latency at a given rate" : meanings.join("; "),
  ];
  return { title, times, notes };
}

/** The headings of `timesCells`. */
export const timesHeads = ["min", "p50", "p90", "p95", "p99", "p99.9", "max", "mean"] as const;

/** min, the five percentiles and max, mean of a block; `-` for a percentile of too few samples. */
export function timesCells(times: ResultTimes): readonly string[] {
  const told = percentileNames.map((name) => (times.unresolved.includes(name) ? "-" : timeText(times[name])));
  return [timeText(times.min), ...told, timeText(times.max), timeText(times.mean)];
}

/** One line for each set of dashes that has a reason of its own. */
export function unresolvedNotes(measured: readonly (readonly [string, ResultTimes])[]): readonly string[] {
  const notes = new Map<string, string[]>();
  for (const [name, times] of measured) {
    const needs = percentileNames
      .filter((percentile) => times.unresolved.includes(percentile))
      .map(
        (percentile) => `${percentileTitle(percentile)} needs ${countText(samplesNeeded(percentileTitle(percentile)))}`,
      );
    if (needs.length === 0) continue;
    const note = `too few samples: ${needs.join(", ")}; there are ${countText(times.count)}`;
    notes.set(note, [...(notes.get(note) ?? []), name]);
  }
  return [...notes].map(([note, names]) => `- ${names.join(", ")}: ${note}`);
}

/** The 95 % intervals of the latency percentiles that have one. */
function surenessNotes({ percentileIntervals = [], loop }: ResultBlock): readonly string[] {
  const shown = loop === "closed" ? "service" : "latency";
  const told = percentileIntervals
    .filter(({ metric }) => metric === shown)
    .map(({ percentile, lowUs, highUs }) =>
      highUs === null
        ? `p${percentile} > ${timeText(lowUs)}`
        : `p${percentile} ${timeText(lowUs)} .. ${timeText(highUs)}`,
    );
  return told.length === 0 ? [] : [`95 % sure of ${shown}: ${told.join(", ")}`];
}

/** What percentiles are when messages that never came back are not left out. */
function undeliveredNotes({ latencyOfferedUs: offered }: ResultBlock): readonly string[] {
  if (offered === undefined || offered.undelivered === 0) return [];
  const told = percentileNames
    .filter((name) => !offered.unresolved.includes(name))
    .map((name) => `${percentileTitle(name)} ${typeof offered[name] === "string" ? "lost" : timeText(offered[name])}`);
  if (told.length === 0) return [];
  return [
    `with the ${countText(offered.undelivered)} that were lost or refused as infinitely late: ${told.join(", ")}`,
  ];
}

function percentileTitle(name: string): string {
  return name === "p999" ? "p99.9" : name;
}

/** What was asked for, what left, what came back, in messages per second. */
export function rateSection(result: RunResult, width: number): readonly string[] {
  const { totals, config } = result;
  if (config.mode === "connect") return [];
  const meaning =
    config.mode === "push"
      ? "seen = arrived in it"
      : totals.loop === "closed"
        ? "a closed loop has no schedule, so nothing is offered"
        : "offered = what the schedule asked for";
  return [
    "Rate",
    ...renderRow(rateFigures(totals, config), width),
    ...unsentNotes(result).flatMap((note) => wrap(note, width, "  ")),
    ...wrap(`over the measured window only; ${meaning}; bytes without frame headers`, width, "  "),
  ];
}

/** Messages and bytes per second over the measured window, by name. */
export function rateFigures(
  totals: ResultBlock,
  config: RunResult["config"],
): readonly (readonly [name: string, value: string])[] {
  const { rate, bytes } = totals;
  const isClosed = totals.loop === "closed";
  const seconds = rate.windowMs / 1000;
  const perSecond = (value: number) => (seconds > 0 ? value / seconds : null);
  if (config.mode === "push") {
    return [
      ["promised/s", rateText(rate.promisedPerSecond)],
      ["seen/s", deliveredRate(totals, config)],
      ["seen/promised", rate.promisedPerSecond == null ? "-" : ratioText(rate.achievedRatio)],
      ["received kB/s", rateText(perSecond(bytes.received / 1000))],
      ["window", secondsText(rate.windowMs)],
    ];
  }
  return [
    ["offered/s", isClosed ? "-" : rateText(rate.offeredPerSecond)],
    ["sent/s", rateText(rate.sentPerSecond)],
    ["delivered/s", deliveredRate(totals, config)],
    ["sent/offered", isClosed ? "-" : ratioText(rate.achievedRatio)],
    ["sent kB/s", rateText(perSecond(bytes.sent / 1000))],
    ["received kB/s", rateText(perSecond(bytes.received / 1000))],
    ["window", secondsText(rate.windowMs)],
  ];
}

/** What the schedule asked for and was not sent, and why; empty when all was. */
export function unsentNotes({ totals, generator }: RunResult): readonly string[] {
  const { messages } = totals;
  const unsent = [
    [messages.skipped, "skipped as too late"],
    [messages.unsendable, "due on a connection that was not open"],
    [
      messages.unsentBlocked,
      generator.health === "limited" ? "held back by a full buffer" : "held back because the target did not read",
    ],
    [messages.unsentLate, "still waiting for a late generator"],
  ] as const;
  const told = unsent.filter(([count]) => count > 0).map(([count, words]) => `${countText(count)} ${words}`);
  return told.length === 0 ? [] : [`not sent: ${told.join(", ")}`];
}

/** The delivered rate. Where no arrival is seen the books of the mock may tell how many came, but not when. */
export function deliveredRate({ messages, rate }: ResultBlock, { mode }: RunResult["config"]): string {
  return messages.expected === 0 || mode === "oneway" ? "-" : rateText(rate.deliveredPerSecond);
}

/** One line per measured phase, when there are several. */
export function phaseSection(result: RunResult, width: number): readonly string[] {
  const rows = phaseRows(result);
  if (rows.length === 0) return [];
  const hasEfficiency = result.config.scaling !== null;
  const [due, done, delivered] = rateHeads(result.config);
  const columns: readonly Column[] = [
    { title: "phase", align: "left" },
    { title: "conns", dropRank: result.config.scaling === "connections" ? 0 : 2 },
    { title: due },
    { title: done, dropRank: 4 },
    { title: delivered },
    { title: "delivery" },
    { title: "p50", dropRank: 1 },
    { title: "p99" },
    ...(hasEfficiency ? [{ title: "efficiency" }] : []),
    { title: "schedule", align: "left", dropRank: 3 },
  ];
  const notes = phaseNotes(result);
  return ["Phases", ...renderTable(columns, rows, width), ...notes.flatMap((note) => wrap(note, width, "  "))];
}

/** The headings of the rates in `phaseRows`. */
export function rateHeads({ mode }: RunResult["config"]): readonly [due: string, done: string, delivered: string] {
  return mode === "push" ? ["promised/s", "seen/promised", "seen/s"] : ["offered/s", "sent/s", "delivered/s"];
}

/**
 * Of each measured phase: name, connections, offered, sent and delivered rate, delivery, median and p99 of latency, in a
 * scaling profile its efficiency, and how its schedule was kept. Empty when there are not several.
 */
export function phaseRows({ phases, config }: RunResult): readonly (readonly string[])[] {
  const measured = phases.filter((phase) => phase.measured);
  if (measured.length < 2 || config.mode === "connect") return [];
  return measured.map((phase) => [
    phase.name,
    countText(phase.connections.planned),
    ...dueCells(phase, config),
    deliveredRate(phase, config),
    ratioText(phase.deliveryRatio),
    resolvedText(phase, "p50"),
    resolvedText(phase, "p99"),
    ...(config.scaling === null ? [] : [ratioText(phase.scalingEfficiency)]),
    scheduleText(phase),
  ]);
}

/** How the generator kept the schedule of a phase; a dash where it had none to keep. */
export function scheduleText({ loop, generatorHealth }: ResultPhase): string {
  return loop === "open" || generatorHealth !== "ok" ? generatorHealth : "-";
}

/** What was offered and sent; in mode push what was promised, and the part of it that was seen. */
export function dueCells({ loop, rate }: ResultBlock, { mode }: RunResult["config"]): readonly string[] {
  if (mode !== "push") return [loop === "closed" ? "-" : rateText(rate.offeredPerSecond), rateText(rate.sentPerSecond)];
  return [rateText(rate.promisedPerSecond), rate.promisedPerSecond == null ? "-" : ratioText(rate.achievedRatio)];
}

/** What efficiency means, and why the generator was limited. */
export function phaseNotes({ phases, config, generator }: RunResult): readonly string[] {
  const isDoubtOfWhole =
    generator.health !== "ok" && phases.every((phase) => !phase.measured || phase.generatorHealth === "ok");
  return [
    ...(config.scaling === "rate" ? ["efficiency = delivered / offered"] : []),
    ...(config.scaling === "connections" ? ["efficiency = delivered per connection, against the first phase"] : []),
    ...phases
      .filter((phase) => phase.measured && phase.generatorHealth === "limited")
      .map((phase) => `generator limited in ${plain(phase.name)}: ${phase.generatorReasons.join("; ")}`),
    ...(isDoubtOfWhole
      ? [
          `schedule = whether each phase kept its own; the generator was ${generator.health} over the whole run (Generator)`,
        ]
      : []),
  ];
}

/** A percentile of latency; `-` when it has too few samples. */
export function resolvedText({ latencyUs }: ResultBlock, name: "p50" | "p95" | "p99"): string {
  return latencyUs.unresolved.includes(name) ? "-" : timeText(latencyUs[name]);
}
