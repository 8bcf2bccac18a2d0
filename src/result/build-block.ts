import type {
  ByteCounts,
  CollectedPhase,
  ConnectionCounts,
  FanOutCounts,
  MessageCounts,
} from "../engine/collected-phase.ts";
import { Histogram } from "../measure/histogram.ts";
import type { Mode, Plan } from "../plan/plan.ts";
import { fanOutBlock, sumOfFanOuts } from "./fan-out-blocks.ts";
import { comesBack } from "./mode-facts.ts";
import type { ResultBlock, ResultConnections, ResultMessages, ResultRate } from "./result-blocks.ts";
import { timesOfHistogram } from "./times-of-histogram.ts";

/** What a block is made of: a phase as collected, or the sum of several. Numbers only, and histograms that may be added. */
export interface BlockParts {
  readonly loop: ResultBlock["loop"];
  readonly messages: ResultMessages;
  /** Part of the skipped messages: they had waited for the target to read. */
  readonly skippedBlocked: number;
  readonly bytes: ByteCounts;
  /** Length of the load, milliseconds. */
  readonly windowMs: number;
  /** Mode push: messages that the streams promised for this window; null when they promise none. */
  readonly promised: number | null;
  readonly latencyUs: Histogram;
  readonly serviceUs: Histogram;
  readonly slipUs: Histogram;
  readonly ownSlipUs: Histogram;
  readonly connections: ConnectionParts;
  /** Null in any other mode than broadcast. */
  readonly fanOut: FanOutCounts | null;
  readonly errors: Readonly<Record<string, number>>;
}

type ConnectionParts = Omit<ConnectionCounts, "closedLifetimeMs" | "attemptedLate"> &
  Pick<ResultConnections, "planned" | "closedLifetimeMs" | "attemptedLate">;

/** The parts of one collected phase; in modes without answers nothing is expected, whatever was counted. */
export function partsOfPhase(phase: CollectedPhase, { mode, stream }: Pick<Plan, "mode" | "stream">): BlockParts {
  const windowMs = Math.max(0, phase.endMs - phase.startMs);
  const promisedPerSecond = stream?.promisedPerSecond ?? null;
  return {
    loop: loopOf(phase, mode),
    messages: messagesOf(phase.messages, mode),
    skippedBlocked: phase.messages.skippedBlocked,
    bytes: phase.bytes,
    windowMs,
    promised: promisedPerSecond === null ? null : (promisedPerSecond * phase.connections * windowMs) / 1000,
    latencyUs: phase.latencyUs,
    serviceUs: phase.serviceUs,
    slipUs: phase.slipUs,
    ownSlipUs: phase.ownSlipUs,
    connections: { planned: phase.connections, ...phase.connectionCounts },
    fanOut: phase.fanOut,
    errors: phase.errors,
  };
}

/**
 * Totals: messages, times, bytes and windows of the measured phases. Connections are opened before the first message,
 * mostly in a warm-up, and one that fails there must not be forgotten: connections and errors are those of all phases.
 */
export function sumOfParts(measured: readonly BlockParts[], all: readonly BlockParts[]): BlockParts {
  return {
    loop: loopOfAll(measured.map((parts) => parts.loop)),
    messages: sumOfCounts(
      noMessages,
      measured.map((parts) => parts.messages),
    ),
    skippedBlocked: measured.reduce((sum, parts) => sum + parts.skippedBlocked, 0),
    bytes: sumOfCounts(
      { sent: 0, received: 0, accepted: 0 },
      measured.map((parts) => parts.bytes),
    ),
    windowMs: measured.reduce((sum, parts) => sum + parts.windowMs, 0),
    promised: sumOfPromises(measured),
    latencyUs: sumOfHistograms(measured.map((parts) => parts.latencyUs)),
    serviceUs: sumOfHistograms(measured.map((parts) => parts.serviceUs)),
    slipUs: sumOfHistograms(measured.map((parts) => parts.slipUs)),
    ownSlipUs: sumOfHistograms(measured.map((parts) => parts.ownSlipUs)),
    connections: sumOfConnections(all.map((parts) => parts.connections)),
    fanOut: sumOfFanOuts(measured, all),
    errors: sumOfTallies(all.map((parts) => parts.errors)),
  };
}

/** The block of a saved result. `encode: false` leaves out the text form of the histograms. */
export function blockOfParts(parts: BlockParts, encode: boolean): ResultBlock {
  const { messages, connections } = parts;
  const decided = messages.expected - messages.pending;
  return {
    loop: parts.loop,
    messages,
    deliveryRatio: decided > 0 ? messages.delivered / decided : null,
    rate: rateOf(messages, parts.windowMs, parts.promised),
    bytes: parts.bytes,
    latencyUs: timesOfHistogram(parts.latencyUs, encode),
    serviceUs: timesOfHistogram(parts.serviceUs, encode),
    slipUs: timesOfHistogram(parts.slipUs, encode),
    ownSlipUs: timesOfHistogram(parts.ownSlipUs, encode),
    connections: { ...connections, connectUs: timesOfHistogram(connections.connectUs, encode) },
    ...(parts.fanOut !== null && { fanOut: fanOutBlock(parts.fanOut, messages, encode) }),
    errors: parts.errors,
  };
}

/**
 * Nobody expected an answer, or nobody knows what arrived, or, where a target's books say that it did, when: then there is
 * no rate, rather than 0.
 */
function knowsWhenDelivered({ expected, delivered, deliveredInWindow, late }: ResultMessages): boolean {
  return expected > 0 && (delivered === 0 || deliveredInWindow + late > 0);
}

/** Rates over the window alone: messages that left or came outside it are no part of them. */
export function rateOf(messages: ResultMessages, windowMs: number, promised: number | null = null): ResultRate {
  const perSecond = (count: number): number | null => (windowMs > 0 ? (count * 1000) / windowMs : null);
  const [done, due] = promised === null ? [messages.sent, messages.offered] : [messages.deliveredInWindow, promised];
  return {
    offeredPerSecond: perSecond(messages.offered),
    sentPerSecond: perSecond(messages.sentInWindow),
    deliveredPerSecond: knowsWhenDelivered(messages) ? perSecond(messages.deliveredInWindow) : null,
    achievedRatio: due > 0 ? done / due : null,
    ...(promised !== null && { promisedPerSecond: perSecond(promised) }),
    windowMs,
  };
}

/** Messages promised in several phases, or by several generators; null as soon as one promises nothing. */
export function sumOfPromises(all: readonly Pick<BlockParts, "promised">[]): number | null {
  let sum = 0;
  for (const { promised } of all) {
    if (promised === null) return null;
    sum += promised;
  }
  return all.length === 0 ? null : sum;
}

/** Adds two or more tallies by key. */
export function sumOfTallies(tallies: readonly Readonly<Record<string, number>>[]): Readonly<Record<string, number>> {
  const sum = new Map<string, number>();
  for (const tally of tallies) {
    for (const [key, count] of Object.entries(tally)) sum.set(key, (sum.get(key) ?? 0) + count);
  }
  return Object.fromEntries([...sum].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** A new histogram with the values of all; the inputs are left as they are. */
export function sumOfHistograms(histograms: readonly Histogram[]): Histogram {
  const sum = Histogram.empty();
  for (const histogram of histograms) sum.add(histogram);
  return sum;
}

/** Adds counts field by field; `zero` says which fields there are. */
export function sumOfCounts<T extends Readonly<Record<keyof T, number>>>(zero: T, all: readonly T[]): T {
  const keys = Object.keys(zero) as (keyof T)[];
  const entries = keys.map((key) => [key, all.reduce((sum, counts) => sum + counts[key], 0)]);
  return Object.fromEntries(entries) as T;
}

/** The loop of several phases together: those without messages do not count. */
export function loopOfAll(loops: readonly ResultBlock["loop"][]): ResultBlock["loop"] {
  const kinds = new Set(loops.filter((loop) => loop !== "none"));
  const [only] = kinds;
  return only === undefined ? "none" : kinds.size === 1 ? only : "mixed";
}

function loopOf({ plan }: CollectedPhase, mode: Mode): ResultBlock["loop"] {
  if (mode === "connect" || plan.load.kind === "idle") return "none";
  return plan.load.kind === "max" ? "closed" : "open";
}

function messagesOf(counts: MessageCounts, mode: Mode): ResultMessages {
  const { lostMissing, lostClosed, lostCorrupt } = counts;
  const known: ResultMessages = { ...noMessages, ...counts, lost: lostMissing + lostClosed + lostCorrupt };
  if (comesBack(mode) || mode === "push") return known;
  const undecided = { expected: 0, delivered: 0, pending: 0, lost: 0, lostMissing: 0, lostClosed: 0, lostCorrupt: 0 };
  return { ...known, ...undecided, refused: 0, late: 0, deliveredInWindow: 0 };
}

/** All zero; also says which counters there are. */
export const noMessages: ResultMessages = {
  offered: 0,
  expected: 0,
  sent: 0,
  skipped: 0,
  unsendable: 0,
  unsentBlocked: 0,
  unsentLate: 0,
  delivered: 0,
  pending: 0,
  lost: 0,
  lostMissing: 0,
  lostClosed: 0,
  lostCorrupt: 0,
  refused: 0,
  duplicated: 0,
  reordered: 0,
  corrupted: 0,
  late: 0,
  unsolicited: 0,
  clockErrors: 0,
  windowTimeouts: 0,
  sentInWindow: 0,
  deliveredInWindow: 0,
};

function sumOfConnections(all: readonly ConnectionParts[]): ConnectionParts {
  const counts = { attempted: 0, opened: 0, failed: 0, closed: 0, reconnects: 0 };
  return {
    ...sumOfCounts(counts, all),
    ...sumOfLateAttempts(all),
    planned: all.reduce((most, { planned }) => Math.max(most, planned), 0),
    openAtEnd: all.at(-1)?.openAtEnd ?? 0,
    connectUs: sumOfHistograms(all.map(({ connectUs }) => connectUs)),
    closedLifetimeMs: sumOfLifetimes(all.map(({ closedLifetimeMs }) => closedLifetimeMs)),
    closeCodes: sumOfTallies(all.map(({ closeCodes }) => closeCodes)),
  };
}

/** Not told as soon as one, of an earlier version, does not tell. */
export function sumOfLateAttempts(
  all: readonly Pick<ConnectionParts, "attemptedLate">[],
): Pick<ConnectionParts, "attemptedLate"> {
  const told = all.flatMap(({ attemptedLate }) => attemptedLate ?? []);
  return told.length < all.length ? {} : { attemptedLate: told.reduce((sum, count) => sum + count, 0) };
}

/** Minimum of the minima, maximum of the maxima, mean by weight; null when there are none. */
export function sumOfLifetimes(
  all: readonly ResultConnections["closedLifetimeMs"][],
): ResultConnections["closedLifetimeMs"] {
  const some = all.filter((lifetimes) => lifetimes !== null);
  if (some.length === 0) return null;
  const count = some.reduce((sum, lifetimes) => sum + lifetimes.count, 0);
  const total = some.reduce((sum, lifetimes) => sum + lifetimes.mean * lifetimes.count, 0);
  return {
    count,
    min: Math.min(...some.map((lifetimes) => lifetimes.min)),
    mean: total / count,
    max: Math.max(...some.map((lifetimes) => lifetimes.max)),
  };
}
