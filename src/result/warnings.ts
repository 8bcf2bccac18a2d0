import { howLost } from "../engine/lost-worker.ts";
import { disagreeingCounts } from "./disagreeing-counts.ts";
import { comesBack } from "./mode-facts.ts";
import { findInversion } from "./find-inversion.ts";
import { ownPublications } from "./own-publications.ts";
import { subscribesInSavedPlan } from "./read-saved-plan.ts";
import { stampsAhead } from "./stamps-ahead.ts";
import { formatCount } from "../units/count.ts";
import { formatRate } from "../units/rate.ts";
import { formatRatio } from "../units/ratio.ts";
import { formatMicroseconds } from "../units/time.ts";
import type { ResultBlock } from "./result-blocks.ts";
import type { RunResult, ResultWarning } from "./run-result.ts";

/** Every warning a result can carry: the closed list of what weakens its numbers. */
export const warningCodes = {
  generatorLimited: "generator-limited",
  generatorDegraded: "generator-degraded",
  clockErrors: "clock-errors",
  workersLost: "workers-lost",
  phasesNotReached: "phases-not-reached",
  nothingAnswered: "nothing-answered",
  belowPromise: "streams-below-promise",
  restarted: "streams-restarted",
  numbersTooLarge: "stream-numbers-too-large",
  priorityInversion: "priority-inversion",
  ownPublications: "own-publications",
  jobFaults: "job-faults",
  jobStatistics: "job-statistics",
  deliveryUnknown: "delivery-unknown",
  backlogAtEnd: "backlog-at-end",
  targetNotReading: "target-not-reading",
  notIsolated: "fast-streams-held-up",
  starved: "connections-starved",
  notOpen: "connections-not-open",
  connectsLate: "connections-late",
  skipped: "messages-skipped",
  closedLoop: "closed-loop",
  percentileUnresolved: "percentile-unresolved",
  intervalsMissed: "intervals-missed",
  ledgerGivenUp: "ledger-given-up",
  notCompressed: "compression-not-negotiated",
  targetMemoryUnknown: "target-memory-unknown",
  comparison: "comparison",
} as const;

/** What the warnings need to know beside the result itself. */
export interface WarningFacts {
  /** The message is more than a bare payload. */
  readonly hasTemplate: boolean;
  /** Names of all phases of the plan, in order. */
  readonly plannedPhases: readonly string[];
}

/** Part of the messages that may be in flight when the load ends before it says "backlog at end" (METHOD: 5 %). */
const backlogShare = 0.05;
/** Fewer are no sign of anything: in a short run a handful is always in flight at the end. */
const backlogMessages = 10;
/** Part of the attempts to connect that may be begun late before it is said. */
const lateAttemptShare = 0.01;

/** The warnings that hold for a result, the gravest first. */
export function findWarnings(result: Omit<RunResult, "warnings">, facts: WarningFacts): readonly ResultWarning[] {
  const running = result.end.kind === "running";
  const found = [
    ...generatorWarnings(result),
    lostWorkers(result),
    running ? null : phasesNotReached(result, facts),
    nothingAnswered(result, facts),
    nothingPushed(result),
    numbersTooLarge(result),
    belowPromise(result),
    restarted(result),
    jobFaults(result),
    running ? null : jobStatistics(result),
    running ? null : deliveryUnknown(result),
    running ? null : backlogAtEnd(result),
    targetNotReading(result),
    running ? null : notIsolated(result),
    running ? null : starved(result),
    running ? null : ofText("priorityInversion", findInversion(result)),
    running ? null : ofText("ownPublications", ownPublications(result)),
    notOpen(result.totals),
    connectsLate(result.totals),
    skippedMessages(result.totals),
    closedLoop(result.totals),
    running ? null : percentileUnresolved(result.totals),
    intervalsMissed(result),
    gaveUp(result),
    notCompressed(result),
    targetMemoryUnknown(result),
  ];
  return found.filter((warning) => warning !== null);
}

function generatorWarnings(result: Omit<RunResult, "warnings">): (ResultWarning | null)[] {
  const { generator, totals } = result;
  const { clockErrors } = totals.messages;
  const clocks = stampsAhead(result) ?? `${amount(clockErrors, "instant")} went backwards and could not be measured`;
  const because = generator.reasons.join("; ");
  return [
    generator.health === "limited"
      ? warn(
          "generatorLimited",
          `the generator itself spoiled these numbers, they say nothing about the target: ${because}`,
        )
      : null,
    generator.health === "degraded" ? warn("generatorDegraded", `the generator was at its limit: ${because}`) : null,
    clockErrors > 0 ? warn("clockErrors", clocks) : null,
  ];
}

function starved({ connectionFigures }: Omit<RunResult, "warnings">): ResultWarning | null {
  if (connectionFigures === undefined || connectionFigures.starved === null || connectionFigures.starved === 0)
    return null;
  const { starved: count, rows, spread } = connectionFigures;
  const worst = rows.find(({ isStarved }) => isStarved);
  const example =
    worst === undefined
      ? ""
      : `: connection ${worst.connection} had ${formatCount(worst.delivered)} delivered and ${formatCount(worst.lost)} lost` +
        (worst.latencyUs.mean === null ? "" : `, after ${formatMicroseconds(worst.latencyUs.mean)} on average`) +
        `; the middle one had ${formatCount(spread.delivered?.median ?? 0)}` +
        (spread.latencyMeanUs === null ? "" : `, after ${formatMicroseconds(spread.latencyMeanUs.median)}`);
  return {
    code: warningCodes.starved,
    text: `${formatCount(count)} of ${formatCount(connectionFigures.count)} connections fared far worse than the middle one${example}`,
  };
}

function ofText(code: keyof typeof warningCodes, text: string | null): ResultWarning | null {
  return text === null ? null : warn(code, text);
}

function notIsolated({ backpressure }: Omit<RunResult, "warnings">): ResultWarning | null {
  if (backpressure?.isolation.verdict !== "not isolated") return null;
  return warn(
    "notIsolated",
    `fast streams fared worse while others read slowly: ${backpressure.isolation.reasons.join("; ")}`,
  );
}

function lostWorkers({ generator, queue, phases }: Omit<RunResult, "warnings">): ResultWarning | null {
  const [first] = generator.lostWorkers;
  if (first === undefined) return null;
  const sent = phases.reduce((sum, { messages }) => sum + messages.sent, 0);
  const untold = queue === undefined ? 0 : sent - queue.sent;
  return warn(
    "workersLost",
    `${amount(generator.lostWorkers.length, "worker")} lost; worker ${first.index + 1} ${howLost(first.reason)}` +
      (untold > 0 ? `; what is told of the queue leaves out ${amount(untold, "job")} that it had sent` : ""),
  );
}

function phasesNotReached(
  { phases }: Omit<RunResult, "warnings">,
  { plannedPhases }: WarningFacts,
): ResultWarning | null {
  const missing = plannedPhases.slice(phases.length);
  if (missing.length === 0) return null;
  return warn(
    "phasesNotReached",
    `${missing.length} of ${amount(plannedPhases.length, "phase")} did not begin: ${missing.join(", ")}`,
  );
}

function nothingAnswered(
  { totals, phases, target, config }: Omit<RunResult, "warnings">,
  facts: WarningFacts,
): ResultWarning | null {
  const sent = phases.reduce((sum, phase) => sum + phase.messages.sent, 0);
  const delivered = phases.reduce((sum, phase) => sum + phase.messages.delivered, 0);
  const decided = phases.some((phase) => phase.messages.expected > phase.messages.pending);
  if (!comesBack(config.mode) || sent === 0 || delivered > 0 || !decided) return null;
  const what = facts.hasTemplate
    ? "nothing the target sent carries the payload of a message"
    : "nothing came back that carries a marker";
  const seen =
    target.firstForeignFrame === null
      ? `the target sent ${totals.bytes.received > 0 ? "no whole message" : totals.connections.closed > 0 ? "no message before connections were closed" : "nothing at all"}`
      : `the first frame it sent: ${JSON.stringify(target.firstForeignFrame)}`;
  return warn("nothingAnswered", `${what}; ${seen}`);
}

function nothingPushed({
  totals,
  phases,
  target,
  config,
  end,
  streams,
}: Omit<RunResult, "warnings">): ResultWarning | null {
  const delivered = phases.reduce((sum, phase) => sum + phase.messages.delivered, 0);
  if (config.mode !== "push" || end.kind === "running" || totals.connections.opened === 0 || delivered > 0) return null;
  const seen =
    target.firstForeignFrame === null
      ? `the target sent nothing at all${subscribesInSavedPlan({ config }) ? "" : "; where it waits to be asked, --stream-subscribe asks"}`
      : `${(streams?.tooLargeNumbers ?? 0) > 0 ? "all numbers are 2^53 or more, too large to be followed" : "no number was found where it was looked for"}; the first frame: ${JSON.stringify(target.firstForeignFrame)}`;
  return warn("nothingAnswered", seen);
}

/** Numbers that a double cannot tell apart; of those alone `nothingPushed` tells. */
function numbersTooLarge({ streams, totals }: Omit<RunResult, "warnings">): ResultWarning | null {
  if (streams?.tooLargeNumbers === undefined || totals.messages.delivered === 0) return null;
  return warn(
    "numbersTooLarge",
    `${amount(streams.tooLargeNumbers, "message")} had a number of 2^53 or more, too large to be followed: they are in no count but unsolicited, and whether any of them was lost is not known`,
  );
}

/** Whatever the reason: where the generator itself was limited that is said before. */
function belowPromise({ streams }: Omit<RunResult, "warnings">): ResultWarning | null {
  if (streams?.belowPromise == null || streams.belowPromise === 0 || streams.slowest === null) return null;
  const { stream, seenPerSecond } = streams.slowest;
  const promised = formatRate(streams.promisedPerSecond ?? 0);
  return warn(
    "belowPromise",
    `${formatCount(streams.belowPromise)} of ${amount(streams.count, "stream")} gave less than 95 % of the promised ${promised}; the least, stream ${stream}: ${formatRate(seenPerSecond)}`,
  );
}

function restarted({ streams }: Omit<RunResult, "warnings">): ResultWarning | null {
  if (streams === undefined || streams.restarts === 0) return null;
  const many =
    streams.restarts === 1
      ? "a stream began its numbers anew"
      : `streams began their numbers anew ${formatCount(streams.restarts)} times`;
  const { repeatedMessages = 0 } = streams;
  const repeated =
    repeatedMessages === 0
      ? ""
      : `; after ${amount(repeatedMessages, "message")} of that a stream went on where it was: its past once more, which counts as delivered and as duplicated`;
  return warn(
    "restarted",
    `${many}: each beginning counts for itself, and what was lost between two is not known${repeated}`,
  );
}

/** What a work queue did to jobs that no work queue may do. */
function jobFaults({ queue }: Omit<RunResult, "warnings">): ResultWarning | null {
  if (queue === undefined) return null;
  const found = [
    [queue.misordered, "out of order"],
    [queue.overLimit ?? 0, "beyond the jobs of a key that may run at a time"],
    [queue.cancelledRan, "run although cancelled"],
    [queue.refusedRan, "run although refused"],
    [queue.startedAgain, "started again"],
    [queue.completedAgain, "completed again"],
  ] as const;
  const words = found.filter(([count]) => count > 0).map(([count, what]) => `${formatCount(count)} ${what}`);
  return words.length === 0 ? null : warn("jobFaults", `jobs were not treated as promised: ${words.join(", ")}`);
}

function jobStatistics({ queue }: Omit<RunResult, "warnings">): ResultWarning | null {
  const statistics = queue?.statistics;
  if (statistics == null) return null;
  if (!statistics.isCompared)
    return warn("jobStatistics", `the statistics of the queue are not known: ${statistics.note}`);
  const differing = disagreeingCounts(statistics);
  if (differing.length === 0) return null;
  const words = differing.map(
    ({ count, target, clients }) => `${formatCount(target)} ${count} where clients saw ${formatCount(clients)}`,
  );
  return warn(
    "jobStatistics",
    `the statistics of the queue disagree with what it told its clients: ${words.join(", ")}`,
  );
}

function deliveryUnknown({ totals, config, target }: Omit<RunResult, "warnings">): ResultWarning | null {
  if (config.mode !== "oneway" || target.deliveredFromBooks || totals.messages.sent === 0) return null;
  const why =
    target.books === null
      ? "in mode oneway nothing comes back, and only the mock tells what it took in"
      : "the mock's books cannot be shared out over the phases of this run";
  return warn("deliveryUnknown", `delivery is unknown: ${why}`);
}

function backlogAtEnd({ phases, config }: Omit<RunResult, "warnings">): ResultWarning | null {
  const [one, many] =
    config.mode === "broadcast" ? (["delivery", "deliveries"] as const) : (["message", "messages"] as const);
  for (const segment of new Set(phases.map((phase) => phase.segment))) {
    const own = phases.filter((phase) => phase.segment === segment && phase.measured && phase.loop === "open");
    const expected = own.reduce((sum, phase) => sum + phase.messages.expected, 0);
    const late = own.reduce((sum, phase) => sum + phase.messages.late, 0);
    if (late < backlogMessages || late / expected <= backlogShare) continue;
    return warn(
      "backlogAtEnd",
      `backlog at end: ${amount(late, one, many)} of ${formatCount(expected)} (${percent(late / expected)}) came back only after the load of phase ` +
        `"${own.at(-1)!.name}" had ended: the target falls behind, or the phase is too short for its latency`,
    );
  }
  return null;
}

/** Full buffers are the target's doing only where the generator itself was not behind. */
function targetNotReading({ totals, generator }: Omit<RunResult, "warnings">): ResultWarning | null {
  const { unsentBlocked } = totals.messages;
  if (unsentBlocked === 0) return null;
  const because =
    generator.health === "limited"
      ? "as the buffers of their connections were full"
      : "because the target did not read";
  return warn("targetNotReading", `${amount(unsentBlocked, "message")} could not be sent ${because}`);
}

function notOpen({ messages }: ResultBlock): ResultWarning | null {
  if (messages.unsendable === 0) return null;
  return warn(
    "notOpen",
    `${amount(messages.unsendable, "message")} could not be sent because the connection was not open`,
  );
}

/** The wait of a connection for its turn is the generator's doing, and in no connect time. */
function connectsLate({ connections }: ResultBlock): ResultWarning | null {
  const { attempted, attemptedLate = 0 } = connections;
  if (attemptedLate <= lateAttemptShare * attempted) return null;
  return warn(
    "connectsLate",
    `${formatCount(attemptedLate)} of ${amount(attempted, "attempt")} to connect (${percent(attemptedLate / attempted)}) began more than 20 ms after their turn: ` +
      "this generator could not keep --connect-rate, and connect times leave that wait out",
  );
}

function skippedMessages({ messages }: ResultBlock): ResultWarning | null {
  if (messages.skipped === 0) return null;
  const share = percent(messages.skipped / messages.offered);
  return warn(
    "skipped",
    `${amount(messages.skipped, "message")} (${share} of the schedule) came due too late and were left out by --on-late skip; latency does not show them`,
  );
}

function closedLoop({ loop }: ResultBlock): ResultWarning | null {
  if (loop !== "closed" && loop !== "mixed") return null;
  const part = loop === "mixed" ? "a part of the run was a closed loop" : "closed loop";
  return warn(
    "closedLoop",
    `${part}: messages left when answers came, so latency is service time and hides waiting; it is no latency at a given rate`,
  );
}

function percentileUnresolved({ latencyUs }: ResultBlock): ResultWarning | null {
  if (latencyUs.count === 0 || latencyUs.unresolved.length === 0) return null;
  const names = latencyUs.unresolved.map((name) => (name === "p999" ? "p99.9" : name)).join(", ");
  return warn(
    "percentileUnresolved",
    `latency ${names}: fewer than 10 of ${amount(latencyUs.count, "sample")} lie beyond; take it as a hint`,
  );
}

function intervalsMissed({ generator }: Omit<RunResult, "warnings">): ResultWarning | null {
  const { missedIntervalSamples, missedIntervalCounts: missed, lostWorkers } = generator;
  const parts = [
    { count: missed?.sent ?? 0, text: `${amount(missed?.sent ?? 0, "message")} sent` },
    { count: missed?.delivered ?? 0, text: `${formatCount(missed?.delivered ?? 0)} delivered` },
    { count: missed?.lost ?? 0, text: `${formatCount(missed?.lost ?? 0)} lost` },
    { count: missedIntervalSamples, text: amount(missedIntervalSamples, "latency", "latencies") },
  ].filter(({ count }) => count !== 0);
  if (parts.length === 0) return null;
  const why =
    lostWorkers.length > 0
      ? "as a worker was lost before it could tell their seconds"
      : "as this process was too busy to read them in time";
  const what = parts.map(({ text }) => text).join(", ");
  return warn("intervalsMissed", `${what}: in no interval, ${why}; totals and phases hold them`);
}

function gaveUp({ generator }: Omit<RunResult, "warnings">): ResultWarning | null {
  if (generator.ledgerGivenUp === 0) return null;
  return warn(
    "ledgerGivenUp",
    `${amount(generator.ledgerGivenUp, "message")} counted as lost before the end of the drain, as too many were unanswered at once; late answers to them count as duplicates`,
  );
}

function notCompressed({ target }: Omit<RunResult, "warnings">): ResultWarning | null {
  if (target.compressionAgreed !== false) return null;
  return warn("notCompressed", "--compress was asked for, but the target did not agree to it on every connection");
}

function targetMemoryUnknown({ memory }: Omit<RunResult, "warnings">): ResultWarning | null {
  return memory.target === null
    ? warn("targetMemoryUnknown", `the target's memory is unknown: ${memory.targetReason ?? "not asked for"}`)
    : null;
}

function warn(code: keyof typeof warningCodes, text: string): ResultWarning {
  return { code: warningCodes[code], text };
}

function amount(count: number, one: string, many = `${one}s`): string {
  return `${formatCount(count)} ${count === 1 ? one : many}`;
}

function percent(share: number): string {
  return formatRatio(Number(share.toPrecision(3)));
}
