import type { FailureCount } from "../collected.ts";
import type { FaultyReceivers } from "../collected-connections.ts";
import type { ConnectionCounts } from "../collected-phase.ts";
import type { CollectedQueue } from "../collected-queue.ts";
import type { CollectedResilience, Herd } from "../collected-resilience.ts";
import type { CollectedSlow, CollectedStreams } from "../collected-streams.ts";
import { addCounts, jobCounts, jobEnds, jobSayings, jobStartCounts, mostExamples } from "../job-counts.ts";
import { worstStreams } from "../worker/faulty-streams.ts";
import { worstReceivers } from "../worker/receiver-faults.ts";
import type { LifetimeSum, WorkerNotes } from "../worker-messages.ts";

/** What of a worker's notes stands until it tells again. */
export type StandingNotes = Omit<WorkerNotes, "lost" | "late">;

/** Notes of each worker; null for one that has not told any yet. */
export type AllNotes = readonly (StandingNotes | null)[];

/** Counts by name, added. */
export function mergeCounts(all: readonly (Readonly<Record<string, number>> | undefined)[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const counts of all) {
    for (const [key, count] of Object.entries(counts ?? {})) sum[key] = (sum[key] ?? 0) + count;
  }
  return sum;
}

/** Failures of all workers by their code, the most frequent first; the example is the first worker's. */
export function mergeFailures(all: AllNotes): readonly FailureCount[] {
  const byCode = new Map<string, FailureCount>();
  for (const failure of all.flatMap((notes) => notes?.failures ?? [])) {
    const known = byCode.get(failure.code);
    byCode.set(
      failure.code,
      known === undefined
        ? failure
        : {
            ...known,
            count: known.count + failure.count,
            firstMs: Math.min(known.firstMs, failure.firstMs),
            lastMs: Math.max(known.lastMs, failure.lastMs),
          },
    );
  }
  return [...byCode.values()].sort((a, b) => b.count - a.count);
}

/** The worst receivers of all workers. */
export function mergeFaultyReceivers(all: readonly FaultyReceivers[]): FaultyReceivers {
  return {
    count: all.reduce((sum, { count }) => sum + count, 0),
    worst: worstReceivers(all.flatMap(({ worst }) => worst)),
  };
}

/** Lifetimes of connections that ended in a phase, milliseconds; null when none did. */
export function mergeLifetimes(all: readonly (LifetimeSum | undefined)[]): ConnectionCounts["closedLifetimeMs"] {
  const ended = all.filter((lifetime) => lifetime !== undefined && lifetime.count > 0) as readonly LifetimeSum[];
  if (ended.length === 0) return null;
  const count = ended.reduce((sum, lifetime) => sum + lifetime.count, 0);
  return {
    count,
    min: Math.min(...ended.map((lifetime) => lifetime.min)),
    mean: ended.reduce((sum, lifetime) => sum + lifetime.sum, 0) / count,
    max: Math.max(...ended.map((lifetime) => lifetime.max)),
  };
}

/** Streams of all workers side by side; null while no worker has told of any. */
export function mergeStreams(all: AllNotes): CollectedStreams | null {
  const told = all.flatMap((notes) => notes?.streams ?? []);
  if (told.length === 0) return null;
  const sum = (read: (own: CollectedStreams) => number): number => told.reduce((total, own) => total + read(own), 0);
  return {
    streams: told.flatMap(({ streams }) => streams),
    seen: told.flatMap(({ seen }) => seen),
    windowMs: told.flatMap(({ windowMs }) => windowMs),
    longestSilenceMs: told.flatMap(({ longestSilenceMs }) => longestSilenceMs),
    slow: mergeSlow(told.flatMap(({ slow }) => slow ?? [])),
    gaps: sum(({ gaps }) => gaps),
    longestGap: Math.max(...told.map(({ longestGap }) => longestGap)),
    restarts: sum(({ restarts }) => restarts),
    repeated: sum(({ repeated }) => repeated),
    tooLarge: sum(({ tooLarge }) => tooLarge),
    outside: sum(({ outside }) => outside),
    endsTold: sum(({ endsTold }) => endsTold),
    overtold: sum(({ overtold }) => overtold),
    faulty: worstStreams(told.flatMap(({ faulty }) => faulty)),
  };
}

/** Losses of two workers so near to each other have one cause, milliseconds. */
const oneHerdMs = 1000;

/** Herds of all workers together, and their breakers side by side; null where no worker opens connections again. */
export function mergeResilience(all: AllNotes): CollectedResilience | null {
  const told = all.map((notes) => notes?.resilience ?? null);
  if (told.every((own) => own === null)) return null;
  return {
    herds: mergeHerds(told.flatMap((own) => own?.herds ?? [])),
    bufferHighWater: Math.max(...told.map((own) => own?.bufferHighWater ?? 0)),
    breakers: told.flatMap((own, worker) => (own?.breaker == null ? [] : [{ worker, ...own.breaker }])),
  };
}

/** Herds that began within a second of each other are one: it is over when the last connection of all of them is back. */
export function mergeHerds(all: readonly Herd[]): readonly Herd[] {
  const merged: Herd[] = [];
  for (const herd of [...all].sort((a, b) => a.startMs - b.startMs)) {
    const before = merged.at(-1);
    if (before === undefined || herd.startMs - before.startMs > oneHerdMs) {
      merged.push(herd);
      continue;
    }
    const endMs = ({ startMs, allBackMs }: Herd) => (allBackMs === null ? null : startMs + allBackMs);
    const ends = [endMs(before), endMs(herd)];
    merged[merged.length - 1] = {
      startMs: before.startMs,
      connections: before.connections + herd.connections,
      allBackMs: ends.includes(null) ? null : Math.max(...ends.map(Number)) - before.startMs,
    };
  }
  return merged;
}

/** Jobs of all workers together; null while no worker has told of any. The statistics are those that the first one asked for. */
export function mergeQueues(all: AllNotes): CollectedQueue | null {
  const told = all.flatMap((notes) => notes?.queue ?? []);
  const [first] = told;
  if (first === undefined) return null;
  const busiest = told.reduce((most, own) => (own.mostRunning > most.mostRunning ? own : most), first);
  return {
    ...addCounts(jobCounts, told),
    ...addCounts(jobStartCounts, told),
    said: addCounts(
      jobSayings,
      told.map(({ said }) => said),
    ),
    ended: addCounts(
      jobEnds,
      told.map(({ ended }) => ended),
    ),
    mostRunning: busiest.mostRunning,
    mostRunningKey: busiest.mostRunningKey,
    examples: told.flatMap(({ examples }) => examples).slice(0, mostExamples),
    statistics: told.find(({ statistics }) => statistics !== null)?.statistics ?? null,
  };
}

function mergeSlow(told: readonly CollectedSlow[]): CollectedSlow | null {
  if (told.length === 0) return null;
  return {
    isSlow: told.flatMap(({ isSlow }) => isSlow),
    seenBefore: told.flatMap(({ seenBefore }) => seenBefore),
    windowBeforeMs: told.flatMap(({ windowBeforeMs }) => windowBeforeMs),
    noticedAfterMs: told.flatMap(({ noticedAfterMs }) => noticedAfterMs),
  };
}
