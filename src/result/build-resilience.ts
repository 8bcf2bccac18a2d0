import type { Collected } from "../engine/collected.ts";
import type { OutageCounts } from "../engine/collected-phase.ts";
import type { BreakerRecord } from "../engine/collected-resilience.ts";
import { reopens, type ConnectPlan } from "../plan/plan.ts";
import { sumOfCounts, sumOfHistograms } from "./build-block.ts";
import type { ResultResilience } from "./run-result.ts";
import { histogramOfTimes, timesOfHistogram } from "./times-of-histogram.ts";

const noOutages: OutageCounts = {
  outages: 0,
  onPurpose: 0,
  returned: 0,
  returnedBriefly: 0,
  retries: 0,
  retriesSucceeded: 0,
  retriesGivenUp: 0,
  buffered: 0,
  bufferSent: 0,
  bufferOverflowed: 0,
  breakerHeld: 0,
  breakerRejected: 0,
  sessionsInterrupted: 0,
  sessionsUnnamed: 0,
  sessionsResumed: 0,
  sessionsLost: 0,
  sessionsUnknown: 0,
  heldAnswered: 0,
  heldLostResumed: 0,
  heldLostWithSession: 0,
};

/** What became of connections that ended while they were wanted; undefined where none is opened again. */
export function buildResilience(
  connect: ConnectPlan,
  { phases, resilience }: Pick<Collected, "phases" | "resilience">,
  encode: boolean,
): ResultResilience | undefined {
  if (!reopens(connect)) return undefined;
  const counts = sumOfCounts(
    noOutages,
    phases.map(({ outageCounts }) => outageCounts),
  );
  return {
    outages: counts.outages,
    onPurpose: counts.onPurpose,
    returned: counts.returned,
    returnedBriefly: counts.returnedBriefly,
    returnedRatio: shareOf(counts.returned, counts.outages),
    recoveryUs: timesOfHistogram(sumOfHistograms(phases.map(({ recoveryUs }) => recoveryUs)), encode),
    retry: {
      attempts: counts.retries,
      successes: counts.retriesSucceeded,
      successRatio: shareOf(counts.retriesSucceeded, counts.retries),
      givenUp: counts.retriesGivenUp,
    },
    buffer: bufferOf(connect, counts, resilience?.bufferHighWater ?? 0),
    herds: [...(resilience?.herds ?? [])],
    breaker: breakerOf(connect, counts, resilience?.breakers ?? []),
    sessions: sessionsOf(connect, counts),
  };
}

/** The outages of several generators together. Undefined as soon as one tells of none. */
export function addResilience(all: readonly (ResultResilience | undefined)[]): ResultResilience | undefined {
  const told = all.filter((each) => each !== undefined);
  const [first] = told;
  if (first === undefined || told.length < all.length) return undefined;
  const sum = (read: (each: ResultResilience) => number): number => told.reduce((total, each) => total + read(each), 0);
  const [outages, returned] = [sum((each) => each.outages), sum((each) => each.returned)];
  const [attempts, successes] = [sum(({ retry }) => retry.attempts), sum(({ retry }) => retry.successes)];
  return {
    outages,
    onPurpose: sum(({ onPurpose }) => onPurpose),
    returned,
    returnedBriefly: sum((each) => each.returnedBriefly ?? 0),
    returnedRatio: shareOf(returned, outages),
    recoveryUs: timesOfHistogram(sumOfHistograms(told.map(({ recoveryUs }) => histogramOfTimes(recoveryUs))), true),
    retry: {
      attempts,
      successes,
      successRatio: shareOf(successes, attempts),
      givenUp: sum(({ retry }) => retry.givenUp),
    },
    buffer:
      first.buffer === null
        ? null
        : {
            limit: first.buffer.limit,
            buffered: sum(({ buffer }) => buffer?.buffered ?? 0),
            sentLater: sum(({ buffer }) => buffer?.sentLater ?? 0),
            overflowed: sum(({ buffer }) => buffer?.overflowed ?? 0),
            highWater: Math.max(...told.map(({ buffer }) => buffer?.highWater ?? 0)),
          },
    herds: told.flatMap(({ herds }) => herds).sort((a, b) => a.startMs - b.startMs),
    breaker: first.breaker === null ? null : addBreakers(told.flatMap(({ breaker }) => breaker ?? [])),
    sessions: addSessions(told.map(({ sessions }) => sessions ?? null)),
  };
}

type ResultSessions = NonNullable<ResultResilience["sessions"]>;

/** Null as soon as one generator tells of none. */
function addSessions(all: readonly (ResultSessions | null)[]): ResultSessions | null {
  const told = all.filter((each) => each !== null);
  if (told.length < all.length) return null;
  const sum = (read: (sessions: ResultSessions) => number): number =>
    told.reduce((total, each) => total + read(each), 0);
  const [interrupted, resumed] = [sum((each) => each.interrupted), sum((each) => each.resumed)];
  return {
    interrupted,
    resumed,
    resumedRatio: shareOf(resumed, interrupted),
    lost: sum(({ lost }) => lost),
    unknown: sum(({ unknown }) => unknown),
    undecided: sum(({ undecided }) => undecided),
    unnamed: sum(({ unnamed }) => unnamed),
    inFlight: {
      messages: sum(({ inFlight }) => inFlight.messages),
      answeredLater: sum(({ inFlight }) => inFlight.answeredLater),
      lostThoughResumed: sum(({ inFlight }) => inFlight.lostThoughResumed),
      lostWithSession: sum(({ inFlight }) => inFlight.lostWithSession),
    },
  };
}

type ResultBreaker = NonNullable<ResultResilience["breaker"]>;

function addBreakers(all: readonly ResultBreaker[]): ResultBreaker {
  const sum = (read: (breaker: ResultBreaker) => number): number => all.reduce((total, each) => total + read(each), 0);
  return {
    ...all[0]!,
    opens: sum(({ opens }) => opens),
    halfOpens: sum(({ halfOpens }) => halfOpens),
    closes: sum(({ closes }) => closes),
    openMs: sum(({ openMs }) => openMs),
    held: sum(({ held }) => held),
    rejected: sum(({ rejected }) => rejected),
    notClosedAtEnd: sum(({ notClosedAtEnd }) => notClosedAtEnd),
    changes: all.flatMap(({ changes }) => changes).sort((a, b) => a.tMs - b.tMs),
  };
}

function bufferOf({ reconnect }: ConnectPlan, counts: OutageCounts, highWater: number): ResultResilience["buffer"] {
  const limit = reconnect?.bufferMessages ?? null;
  if (limit === null) return null;
  const { buffered, bufferSent, bufferOverflowed } = counts;
  return { limit, buffered, sentLater: bufferSent, overflowed: bufferOverflowed, highWater };
}

function breakerOf(
  { reconnect }: ConnectPlan,
  counts: OutageCounts,
  breakers: readonly BreakerRecord[],
): ResultResilience["breaker"] {
  const plan = reconnect?.breaker ?? null;
  if (plan === null) return null;
  const sum = (read: (breaker: BreakerRecord) => number): number =>
    breakers.reduce((total, breaker) => total + read(breaker), 0);
  return {
    ...plan,
    opens: sum(({ opens }) => opens),
    halfOpens: sum(({ halfOpens }) => halfOpens),
    closes: sum(({ closes }) => closes),
    openMs: sum(({ openMs }) => openMs),
    held: counts.breakerHeld,
    rejected: counts.breakerRejected,
    notClosedAtEnd: breakers.filter(({ state }) => state !== "closed").length,
    changes: breakers
      .flatMap(({ worker, changes }) => changes.map(({ tMs, state }) => ({ tMs, worker, state })))
      .sort((a, b) => a.tMs - b.tMs),
  };
}

function sessionsOf({ reconnect }: ConnectPlan, counts: OutageCounts): ResultSessions | null {
  if (reconnect?.resume == null) return null;
  const { sessionsInterrupted, sessionsResumed, sessionsLost, sessionsUnknown, sessionsUnnamed } = counts;
  const { heldAnswered, heldLostResumed, heldLostWithSession } = counts;
  return {
    interrupted: sessionsInterrupted,
    resumed: sessionsResumed,
    resumedRatio: shareOf(sessionsResumed, sessionsInterrupted),
    lost: sessionsLost,
    unknown: sessionsUnknown,
    undecided: sessionsInterrupted - sessionsResumed - sessionsLost - sessionsUnknown,
    unnamed: sessionsUnnamed,
    inFlight: {
      messages: heldAnswered + heldLostResumed + heldLostWithSession,
      answeredLater: heldAnswered,
      lostThoughResumed: heldLostResumed,
      lostWithSession: heldLostWithSession,
    },
  };
}

function shareOf(part: number, whole: number): number | null {
  return whole === 0 ? null : part / whole;
}
