import type { CollectedStreams, ConnectionCounts, FailureCount, FaultyReceivers } from "../collected.ts";
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
    gaps: sum(({ gaps }) => gaps),
    longestGap: Math.max(...told.map(({ longestGap }) => longestGap)),
    restarts: sum(({ restarts }) => restarts),
    outside: sum(({ outside }) => outside),
    endsTold: sum(({ endsTold }) => endsTold),
    overtold: sum(({ overtold }) => overtold),
    faulty: worstStreams(told.flatMap(({ faulty }) => faulty)),
  };
}
