import { brokenSteadiness } from "./check-steadiness.ts";
import { comesBack } from "./mode-facts.ts";
import type { ResultBlock, ResultMessages, ResultTimes } from "./result-blocks.ts";
import type { ResultInterval, ResultPhase, RunResult } from "./run-result.ts";

type MessageCounter = keyof ResultMessages;

const messageCounters: readonly MessageCounter[] = [
  ...([
    "offered",
    "expected",
    "sent",
    "skipped",
    "unsendable",
    "unsentBlocked",
    "unsentLate",
    "delivered",
    "pending",
  ] as const),
  ...([
    "lost",
    "lostMissing",
    "lostClosed",
    "lostCorrupt",
    "refused",
    "duplicated",
    "reordered",
    "corrupted",
    "late",
  ] as const),
  ...(["unsolicited", "clockErrors", "windowTimeouts", "sentInWindow", "deliveredInWindow"] as const),
];
const connectionCounters = ["attempted", "opened", "failed", "closed", "reconnects"] as const;
const timesNames = ["latencyUs", "serviceUs", "slipUs"] as const;

/**
 * The sums that must hold in a result and do not, each as a sentence; empty for a sound result. While a run is going on
 * its counters are read as they change, so that only sums over phases are looked at.
 */
export function brokenIdentities(result: RunResult): readonly string[] {
  const broken = sumsOverPhases(result);
  if (result.end.kind === "running") return broken;
  broken.push(...brokenInBlock("totals", result.totals, result));
  for (const phase of result.phases) broken.push(...brokenInBlock(phaseName(phase), phase, result));
  for (const block of result.classes ?? []) broken.push(...brokenInBlock(`class "${block.class.name}"`, block, result));
  broken.push(...brokenSizes(result));
  broken.push(...brokenIntervals(result), ...brokenSteadiness(result), ...brokenCapacity(result));
  broken.push(...brokenResilience(result));
  broken.push(...brokenQueue(result));
  broken.push(...brokenConnections(result));
  return broken;
}

/** Every message that was sent has one size. A worker that died may have counted its last one in one place only. */
function brokenSizes({ classes = [], totals, generator, config }: RunResult): readonly string[] {
  const sizes = classes.filter(({ class: { kind } }) => kind === "size");
  if (sizes.length === 0 || generator.lostWorkers.length > 0) return [];
  const sent = ["sent", "sentInWindow"] as const;
  const counters = comesBack(config.mode)
    ? ([...sent, "delivered", "deliveredInWindow", "lost", "duplicated", "reordered", "late", "clockErrors"] as const)
    : sent;
  return counters.flatMap((key) => {
    const sum = sizes.reduce((total, { messages }) => total + messages[key], 0);
    return sum === totals.messages[key] ? [] : [`sizes: their ${key} add up to ${sum}, of all ${totals.messages[key]}`];
  });
}

/** Each job ends in one way. A generator that lost a worker has lost the word of what became of some. */
function brokenQueue({ queue, generator }: RunResult): readonly string[] {
  if (queue === undefined || generator.lostWorkers.length > 0) return [];
  const { sent, completed, refused, cancelled, lost } = queue;
  if (sent === completed + refused + cancelled + lost) return [];
  return [
    `queue: sent ${sent} is not completed ${completed} + refused ${refused} + cancelled ${cancelled} + lost ${lost}`,
  ];
}

const connectionRowCounters = ["sent", "delivered", "lost", "refused", "duplicated", "reordered"] as const;

/**
 * What happened on all connections is what happened. A lost worker has counted what it could not tell; where nothing
 * comes back the target's books tell what was delivered.
 */
function brokenConnections({ connectionFigures, totals, generator, target }: RunResult): readonly string[] {
  if (connectionFigures === undefined || connectionFigures.leftOut > 0) return [];
  if (generator.lostWorkers.length > 0 || target.deliveredFromBooks) return [];
  return connectionRowCounters.flatMap((name) => {
    const sum = connectionFigures.rows.reduce((total, row) => total + row[name], 0);
    const expected = totals.messages[name];
    return sum === expected ? [] : [`connections: ${name} ${sum} in all is not ${expected}, as in the totals`];
  });
}

/** A bound that no trial bears out. */
function brokenCapacity({ capacity }: RunResult): readonly string[] {
  if (capacity === undefined) return [];
  const { lower, upper, trials } = capacity;
  const isBorneOut = (bound: number | null, outcome: "held" | "failed") =>
    bound === null ||
    trials.some((trial) => trial.load === bound && trial.kind === "final" && trial.outcome === outcome);
  return [
    ...(isBorneOut(lower, "held") ? [] : [`capacity: lower is ${lower}, but no final trial held there`]),
    ...(isBorneOut(upper, "failed") ? [] : [`capacity: upper is ${upper}, but no final trial failed there`]),
    ...(lower !== null && upper !== null && lower >= upper
      ? [`capacity: lower ${lower} is not below upper ${upper}`]
      : []),
  ];
}

/** What is part of something is no more than that. */
function brokenResilience({ resilience }: RunResult): readonly string[] {
  if (resilience === undefined) return [];
  const { outages, onPurpose, returned, recoveryUs, retry, buffer } = resilience;
  const parts: readonly (readonly [string, number, number])[] = [
    ["onPurpose", onPurpose, outages],
    ["returned", returned, outages],
    ["returnedBriefly", resilience.returnedBriefly ?? 0, returned],
    ["retry.successes", retry.successes, retry.attempts],
    ["buffer.sentLater", buffer?.sentLater ?? 0, buffer?.buffered ?? 0],
  ];
  return [
    ...parts.flatMap(([name, part, whole]) =>
      part > whole ? [`resilience: ${name} ${part} is more than there were, ${whole}`] : [],
    ),
    ...(recoveryUs.count === returned
      ? []
      : [`resilience: recoveryUs.count ${recoveryUs.count} is not returned ${returned}`]),
    ...brokenSessions(resilience),
  ];
}

/** Each session that was interrupted came to one end, and so did each message that was in flight on one. */
function brokenSessions({ sessions, outages }: NonNullable<RunResult["resilience"]>): readonly string[] {
  if (sessions == null) return [];
  const { interrupted, resumed, lost, unknown, undecided, unnamed, inFlight } = sessions;
  const { messages, answeredLater, lostThoughResumed, lostWithSession } = inFlight;
  const sums: readonly (readonly [string, number, number])[] = [
    ["interrupted", interrupted, resumed + lost + unknown + undecided],
    ["inFlight.messages", messages, answeredLater + lostThoughResumed + lostWithSession],
  ];
  return [
    ...sums.flatMap(([name, whole, parts]) =>
      whole === parts ? [] : [`resilience: sessions.${name} ${whole} is not the sum of its parts, ${parts}`],
    ),
    ...(undecided < 0 ? [`resilience: sessions.undecided is ${undecided}`] : []),
    ...(interrupted + unnamed > outages
      ? [`resilience: ${interrupted + unnamed} sessions are more than there were outages, ${outages}`]
      : []),
  ];
}

/** Throws when a sum does not hold in a result that was just built: a bug, never the user's fault. */
export function assertIdentities(result: RunResult): void {
  const broken = brokenIdentities(result);
  if (broken.length > 0)
    throw new Error(`the counts of the result do not add up: ${broken.join("; ")}. This is a bug in floodgate.`);
}

function brokenInBlock(name: string, block: ResultBlock, result: RunResult): string[] {
  const m = block.messages;
  const broken = [
    brokenSum(name, m, "offered", ["sent", "skipped", "unsendable", "unsentBlocked", "unsentLate"]),
    brokenSum(name, m, "lost", ["lostMissing", "lostClosed", "lostCorrupt"]),
    brokenSum(name, m, "expected", ["delivered", "lost", "refused"]),
  ];
  if (m.late > m.delivered) broken.push(`${name}: late ${m.late} is more than delivered ${m.delivered}`);
  broken.push(...brokenRates(name, block));
  if (m.pending !== 0) broken.push(`${name}: ${m.pending} messages are still pending although the run has ended`);
  if (result.config.mode === "echo" && m.expected !== m.sent) {
    broken.push(`${name}: expected ${m.expected} is not sent ${m.sent}`);
  }
  broken.push(brokenRatio(name, block));
  if (comesBack(result.config.mode)) {
    const timed = m.delivered + (block.fanOut?.indeterminateDelivered ?? 0);
    broken.push(brokenCount(name, "latencyUs", block.latencyUs, timed, m.clockErrors));
    broken.push(brokenCount(name, "serviceUs", block.serviceUs, timed, m.clockErrors));
  }
  // A class whose messages cannot be counted has times alone.
  const isCounted = m.expected > 0 || !("class" in block);
  if (result.config.mode === "push" && isCounted && block.latencyUs.count + m.clockErrors > m.delivered) {
    broken.push(`${name}: latencyUs.count ${block.latencyUs.count} is more than delivered ${m.delivered}`);
  }
  broken.push(...brokenFanOut(name, block, result));
  if (block.loop === "open") broken.push(brokenCount(name, "slipUs", block.slipUs, m.sent, m.clockErrors));
  if (lateAttempts(block) > block.connections.attempted) {
    broken.push(`${name}: more attempts to connect are late, ${lateAttempts(block)}, than there were`);
  }
  if (block.ownSlipUs.count > block.slipUs.count) {
    broken.push(`${name}: ownSlipUs.count ${block.ownSlipUs.count} is more than slipUs.count ${block.slipUs.count}`);
  }
  return broken.filter((sentence) => sentence !== null);
}

/**
 * What receivers say they were owed is, but for what nobody can say, what senders say they owed. A generator that lost a
 * worker has lost the receivers' word for some of it.
 */
function brokenFanOut(name: string, { messages, fanOut }: ResultBlock, result: RunResult): string[] {
  if (fanOut === undefined) return [];
  const broken: string[] = [];
  const { presentAtSend, indeterminate, indeterminateDelivered, timed, incomplete, unsettled } = fanOut;
  const { expected } = messages;
  const isWhole = result.generator.lostWorkers.length === 0;
  if (isWhole && (presentAtSend < expected || presentAtSend > expected + indeterminate)) {
    broken.push(
      `${name}: receivers were owed ${expected} and perhaps ${indeterminate} more, but ${presentAtSend} were there when messages were sent`,
    );
  }
  if (indeterminateDelivered > indeterminate) {
    broken.push(`${name}: more of the indeterminate ${indeterminate} met than there are, ${indeterminateDelivered}`);
  }
  const followed = timed + incomplete + unsettled;
  if (followed > messages.sent) broken.push(`${name}: ${followed} messages were followed, but ${messages.sent} sent`);
  const { firstUs, medianUs, nearlyAllUs, lastUs, spreadUs } = fanOut;
  for (const { count } of [firstUs, medianUs, nearlyAllUs, lastUs, spreadUs]) {
    if (count !== timed) broken.push(`${name}: fanOut has ${count} times of ${timed} messages`);
  }
  return broken;
}

/** Rates are what the counts of the window come to. */
function brokenRates(name: string, { messages, rate }: ResultBlock): string[] {
  const counts = {
    offeredPerSecond: messages.offered,
    sentPerSecond: messages.sentInWindow,
    deliveredPerSecond: messages.deliveredInWindow,
  };
  return (["offeredPerSecond", "sentPerSecond", "deliveredPerSecond"] as const).flatMap((key) => {
    const given = rate[key];
    const due = (counts[key] * 1000) / rate.windowMs;
    if (given === null || Math.abs(given - due) <= 1e-6 * Math.max(1, due)) return [];
    return [`${name}: rate.${key} ${given} is not ${counts[key]} in ${rate.windowMs} ms`];
  });
}

/** `total = a + b + c`, or the sentence that says it is not so. */
function brokenSum(
  name: string,
  m: ResultMessages,
  total: MessageCounter,
  parts: readonly MessageCounter[],
): string | null {
  const sum = parts.reduce((value, part) => value + m[part], 0);
  if (m[total] === sum) return null;
  return `${name}: ${total} ${m[total]} is not ${parts.map((part) => `${part} ${m[part]}`).join(" + ")} = ${sum}`;
}

function brokenRatio(name: string, block: ResultBlock): string | null {
  const { delivered, expected } = block.messages;
  const ratio = expected === 0 ? null : delivered / expected;
  const same =
    ratio === null || block.deliveryRatio === null
      ? ratio === block.deliveryRatio
      : Math.abs(ratio - block.deliveryRatio) < 1e-9;
  if (same) return null;
  return `${name}: deliveryRatio ${block.deliveryRatio} is not delivered ${delivered} / expected ${expected}`;
}

/** Each of `whole` messages has one sample, but for those whose instants went backwards. */
function brokenCount(name: string, key: string, times: ResultTimes, whole: number, clockErrors: number): string | null {
  if (times.count <= whole && times.count >= whole - clockErrors) return null;
  return `${name}: ${key}.count ${times.count} is not the number of its messages, ${whole}`;
}

/** Totals are sums: messages, bytes and times over the measured phases, connections and errors over all. */
function sumsOverPhases(result: RunResult): string[] {
  const { totals, phases } = result;
  const measured = phases.filter((phase) => phase.measured);
  const broken: string[] = [];
  const compare = (
    key: string,
    total: number,
    of: readonly ResultPhase[],
    read: (phase: ResultPhase) => number,
  ): void => {
    const sum = of.reduce((value, phase) => value + read(phase), 0);
    if (total !== sum) broken.push(`totals: ${key} ${total} is not the sum of the phases, ${sum}`);
  };
  for (const key of messageCounters) compare(key, totals.messages[key], measured, (phase) => phase.messages[key]);
  for (const key of ["sent", "received", "accepted"] as const) {
    compare(`bytes.${key}`, totals.bytes[key], measured, (phase) => phase.bytes[key]);
  }
  for (const key of timesNames) compare(`${key}.count`, totals[key].count, measured, (phase) => phase[key].count);
  for (const key of connectionCounters) {
    compare(`connections.${key}`, totals.connections[key], phases, (phase) => phase.connections[key]);
  }
  compare("connections.attemptedLate", totals.connections.attemptedLate ?? 0, phases, lateAttempts);
  for (const code of new Set([totals, ...phases].flatMap((block) => Object.keys(block.errors)))) {
    compare(`errors.${code}`, totals.errors[code] ?? 0, phases, (phase) => phase.errors[code] ?? 0);
  }
  return broken;
}

/**
 * What the phases count and what the workers recorded by seconds are told apart from each other, message by message: the
 * seconds of all intervals, with those that are known to be missed, come to the phases.
 */
function brokenIntervals({ phases, intervals, generator, config }: RunResult): string[] {
  const ofPhases = (read: (phase: ResultPhase) => number): number => sumOf(phases, read);
  const ofIntervals = (read: (interval: ResultInterval) => number): number => sumOf(intervals, read);
  const missed = generator.missedIntervalCounts;
  const clockErrors = ofPhases((phase) => phase.messages.clockErrors);
  const latencies = {
    what: "latencyUs.count",
    inIntervals: ofIntervals((interval) => interval.latencyUs.count),
    missed: generator.missedIntervalSamples,
    inPhases: ofPhases((phase) => phase.latencyUs.count),
  };
  // A file of an earlier version does not say what it missed of the others.
  if (missed === undefined) return brokenSeconds(latencies, 0);
  const sent = {
    what: "sent",
    inIntervals: ofIntervals((interval) => interval.sent),
    missed: missed.sent,
    inPhases: ofPhases((phase) => phase.messages.sent),
  };
  // Other modes have delivery from the target's books, which know no seconds.
  if (!comesBack(config.mode) && config.mode !== "push")
    return [...brokenSeconds(latencies, 0), ...brokenSeconds(sent, 0)];
  const delivered = {
    what: "delivered",
    inIntervals: ofIntervals((interval) => interval.delivered),
    missed: missed.delivered,
    inPhases: ofPhases((phase) => phase.messages.deliveredInWindow),
  };
  const lost = {
    what: "lost",
    inIntervals: ofIntervals((interval) => interval.lost),
    missed: missed.lost,
    inPhases: ofPhases((phase) => phase.messages.lost),
  };
  return [
    ...brokenSeconds(latencies, 0),
    ...brokenSeconds(sent, 0),
    // A message whose instants went backwards is delivered, but (in echo) in no second.
    ...brokenSeconds(delivered, comesBack(config.mode) ? clockErrors : 0),
    ...brokenSeconds(lost, 0),
  ];
}

interface SecondsAndPhases {
  readonly what: string;
  readonly inIntervals: number;
  readonly missed: number;
  readonly inPhases: number;
}

/** The seconds may have up to `fewer` less than the phases. */
function brokenSeconds({ what, inIntervals, missed, inPhases }: SecondsAndPhases, fewer: number): string[] {
  const known = inIntervals + missed;
  if (missed >= 0 && known <= inPhases && known >= inPhases - fewer) return [];
  return [
    `intervals: their ${what} adds up to ${inIntervals}, with ${missed} missed; that of the phases to ${inPhases}`,
  ];
}

function sumOf<T>(all: readonly T[], read: (each: T) => number): number {
  return all.reduce((sum, each) => sum + read(each), 0);
}

/** Not told by earlier versions. */
function lateAttempts({ connections }: ResultBlock): number {
  return connections.attemptedLate ?? 0;
}

function phaseName(phase: ResultPhase): string {
  return `phase "${phase.name}"`;
}
