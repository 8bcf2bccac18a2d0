import type { ResultBlock, ResultTimes } from "../result/result-blocks.ts";
import type { ResultPhase, RunResult } from "../result/run-result.ts";
import { clopperPearson, zeroLossUpperBound } from "../statistics/ratio-interval.ts";
import { amount, countText, plain, rateText, ratioText, secondsText, timeText, wrap } from "./format.ts";
import { renderGrid, renderRow, renderTable, type Column } from "./terminal-table.ts";

const percentileNames = ["p50", "p90", "p95", "p99", "p999"] as const;
const samplesNeeded = { p50: 20, p90: 100, p95: 200, p99: 1000, p999: 10_000 } as const;

const timesMeaning = {
  latency: "receipt - intended send",
  service: "receipt - actual send",
  slip: "actual - intended send",
} as const;

/** What came back, what did not and why, and how sure that is. */
export function deliverySection(result: RunResult, width: number): readonly string[] {
  const { totals, config, target } = result;
  const { messages } = totals;
  if (messages.expected === 0) {
    const why = messages.sent === 0 ? "nothing was sent" : `unknown: in mode ${config.mode} nothing comes back`;
    const accepted =
      config.mode === "oneway" && messages.sent > 0
        ? `; the network took ${countText(totals.bytes.accepted)} bytes`
        : "";
    return ["Delivery", ...wrap(`${why}${accepted}`, width, "  ")];
  }
  const names = [
    "delivered",
    "lost",
    "refused",
    "duplicated",
    "reordered",
    "corrupted",
    "late",
    "unsolicited",
  ] as const;
  const notes = [
    lossSentence(totals),
    ...lossCauses(totals),
    ...drainNotes(result),
    ...(target.deliveredFromBooks ? ["delivered as counted by the mock, not measured"] : []),
    ...(messages.pending > 0 ? [`${amount(messages.pending, "message")} not yet decided`] : []),
    "expected = delivered + lost + refused; late = delivered, but only during the drain",
  ];
  return [
    `Delivery  ${ratioText(totals.deliveryRatio)}`,
    ...renderRow(
      [["expected", countText(messages.expected)], ...names.map((name) => [name, countText(messages[name])] as const)],
      width,
    ),
    ...notes.flatMap((note) => wrap(note, width, "  ")),
  ];
}

/** The loss with what a sample of this size can be sure of (one-sided when nothing was lost, else Clopper-Pearson). */
export function lossSentence({ messages }: ResultBlock): string {
  const { lost, pending } = messages;
  const decided = messages.expected - pending;
  const start = `${countText(lost)} lost of ${countText(decided)}`;
  if (decided <= 0 || lost > decided) return start;
  if (lost === 0) return `${start}; 95 % sure that loss < ${percentText(zeroLossUpperBound(decided), Math.ceil)}`;
  const { low, high } = clopperPearson(lost, decided);
  const between = `${percentText(low, Math.floor)} and ${percentText(high, Math.ceil)}`;
  return `${start} (${percentText(lost / decided, Math.round)}); 95 % sure that loss is between ${between}`;
}

/** Two significant digits, as an estimate deserves; bounds are rounded outwards, so as not to claim more than is known. */
function percentText(ratio: number, round: (value: number) => number): string {
  const percent = ratio * 100;
  if (percent <= 0) return "0 %";
  const decimals = Math.max(0, 1 - Math.floor(Math.log10(percent)));
  if (decimals > 9) return `${percent.toExponential(1)} %`;
  // Rounding errors of the scaling must not push an exact value up or down a digit.
  const scaled = round(Number((percent * 10 ** decimals).toPrecision(12)));
  const shown = scaled >= 100 ? Math.max(0, decimals - 1) : decimals;
  return `${(scaled / 10 ** decimals).toFixed(shown)} %`;
}

function lossCauses({ messages }: ResultBlock): readonly string[] {
  if (messages.lost === 0) return [];
  const parts = [
    [messages.lostMissing, "never came back"],
    [messages.lostClosed, "in flight when their connection ended"],
    [messages.lostCorrupt, "came back broken only"],
  ] as const;
  const told = parts.filter(([count]) => count > 0).map(([count, words]) => `${countText(count)} ${words}`);
  return [`lost: ${told.join(", ")}`];
}

/** Messages due at the very end that are missing may only have been waited for too briefly. */
function drainNotes({ totals, intervals, config }: RunResult): readonly string[] {
  const atEnd = new Map(intervals.map((interval) => [interval.segment, interval]));
  const isLostAtEnd = [...atEnd.values()].some((interval) => interval.lost > 0);
  if (totals.messages.lostMissing === 0 || !isLostAtEnd || config.mode !== "echo") return [];
  const { settings } = config;
  const drain = typeof settings === "object" && settings !== null && "drain" in settings ? settings.drain : undefined;
  const waited = typeof drain === "string" ? ` (--drain ${plain(drain)})` : "";
  return [`some were due at the very end; raise --drain if answers take longer than was waited${waited}`];
}

/** Latency, service and slip side by side; in a closed loop the one time there is, under its own name. */
export function latencySection({ totals, config }: RunResult, width: number): readonly string[] {
  if (config.mode === "connect") return [];
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
  const measured = all.filter(([, times]) => times.count > 0);
  if (measured.length === 0) return [title, "  no samples"];
  const heads = ["", "min", "p50", "p90", "p95", "p99", "p99.9", "max", "mean"];
  const rows = measured.map(([name, times]) => [name, ...timesCells(times)]);
  const meanings = measured.map(([name]) => `${name} = ${timesMeaning[name]}`);
  const notes = [
    ...unresolvedNotes(measured),
    ...(totals.latencyUs.count === 0 ? ["latency and service are unknown: nothing came back"] : []),
    isClosed ? "service = receipt - send; without a schedule there is no latency at a given rate" : meanings.join("; "),
  ];
  return [title, ...renderGrid(heads, rows, width), ...notes.flatMap((note) => wrap(note, width, "  "))];
}

function timesCells(times: ResultTimes): readonly string[] {
  const told = percentileNames.map((name) => (times.unresolved.includes(name) ? "-" : timeText(times[name])));
  return [timeText(times.min), ...told, timeText(times.max), timeText(times.mean)];
}

/** One line for each set of dashes that has a reason of its own. */
function unresolvedNotes(measured: readonly (readonly [string, ResultTimes])[]): readonly string[] {
  const notes = new Map<string, string[]>();
  for (const [name, times] of measured) {
    const needs = percentileNames
      .filter((percentile) => times.unresolved.includes(percentile))
      .map((percentile) => `${percentileTitle(percentile)} needs ${countText(samplesNeeded[percentile])}`);
    if (needs.length === 0) continue;
    const note = `too few samples: ${needs.join(", ")}; there are ${countText(times.count)}`;
    notes.set(note, [...(notes.get(note) ?? []), name]);
  }
  return [...notes].map(([note, names]) => `- ${names.join(", ")}: ${note}`);
}

function percentileTitle(name: string): string {
  return name === "p999" ? "p99.9" : name;
}

/** What was asked for, what left, what came back, in messages per second. */
export function rateSection({ totals, config, generator }: RunResult, width: number): readonly string[] {
  if (config.mode === "connect") return [];
  const { rate, bytes, messages } = totals;
  const isClosed = totals.loop === "closed";
  const seconds = rate.windowMs / 1000;
  const perSecond = (value: number) => (seconds > 0 ? value / seconds : null);
  const figures = [
    ["offered/s", isClosed ? "-" : rateText(rate.offeredPerSecond)],
    ["sent/s", rateText(rate.sentPerSecond)],
    ["delivered/s", deliveredRate(totals, config)],
    ["sent/offered", isClosed ? "-" : ratioText(rate.achievedRatio)],
    ["sent kB/s", rateText(perSecond(bytes.sent / 1000))],
    ["received kB/s", rateText(perSecond(bytes.received / 1000))],
    ["window", secondsText(rate.windowMs)],
  ] as const;
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
  return [
    "Rate",
    ...renderRow(figures, width),
    ...(told.length === 0 ? [] : wrap(`not sent: ${told.join(", ")}`, width, "  ")),
    ...wrap(
      `over the measured window only; ${isClosed ? "a closed loop has no schedule, so nothing is offered" : "offered = what the schedule asked for"}; bytes without frame headers`,
      width,
      "  ",
    ),
  ];
}

/** Where no arrival is seen the books of the mock may tell how many came, but not when. */
function deliveredRate({ messages, rate }: ResultBlock, { mode }: RunResult["config"]): string {
  return messages.expected === 0 || mode === "oneway" ? "-" : rateText(rate.deliveredPerSecond);
}

/** One line per measured phase, when there are several. */
export function phaseSection({ phases, config }: RunResult, width: number): readonly string[] {
  const measured = phases.filter((phase) => phase.measured);
  if (measured.length < 2 || config.mode === "connect") return [];
  const hasEfficiency = config.scaling !== null;
  const columns: readonly Column[] = [
    { title: "phase", align: "left" },
    { title: "conns", dropRank: config.scaling === "connections" ? 0 : 2 },
    { title: "offered/s" },
    { title: "sent/s", dropRank: 4 },
    { title: "delivered/s" },
    { title: "delivery" },
    { title: "p50", dropRank: 1 },
    { title: "p99" },
    ...(hasEfficiency ? [{ title: "efficiency" }] : []),
    { title: "generator", align: "left", dropRank: 3 },
  ];
  const rows = measured.map((phase) => [
    phase.name,
    countText(phase.connections.planned),
    phase.loop === "closed" ? "-" : rateText(phase.rate.offeredPerSecond),
    rateText(phase.rate.sentPerSecond),
    deliveredRate(phase, config),
    ratioText(phase.deliveryRatio),
    resolvedText(phase, "p50"),
    resolvedText(phase, "p99"),
    ...(hasEfficiency ? [ratioText(phase.scalingEfficiency)] : []),
    phase.generatorHealth,
  ]);
  const notes = [
    ...(config.scaling === "rate" ? ["efficiency = delivered / offered"] : []),
    ...(config.scaling === "connections" ? ["efficiency = delivered per connection, against the first phase"] : []),
    ...measured
      .filter((phase) => phase.generatorHealth === "limited")
      .map((phase) => `generator limited in ${plain(phase.name)}: ${phase.generatorReasons.join("; ")}`),
  ];
  return ["Phases", ...renderTable(columns, rows, width), ...notes.flatMap((note) => wrap(note, width, "  "))];
}

function resolvedText(phase: ResultPhase, name: "p50" | "p99"): string {
  return phase.latencyUs.unresolved.includes(name) ? "-" : timeText(phase.latencyUs[name]);
}
