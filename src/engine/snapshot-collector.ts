import { Histogram, highestOfCell } from "../measure/histogram.ts";
import {
  control,
  counter,
  healthCell,
  histogramStat,
  intervalCounter,
  intervalRingLength,
  type HistogramCells,
  type WorkerCells,
} from "../measure/worker-cells.ts";
import type { PhasePlan, Plan } from "../plan/plan.ts";
import type {
  ByteCounts,
  Collected,
  CollectedInterval,
  CollectedPhase,
  ConnectionCounts,
  FailureCount,
  MessageCounts,
  RunEnd,
  WorkerHealth,
} from "./collected.ts";
import type { ResourceMonitor } from "./resource-monitor.ts";
import type { WorkerNotes } from "./worker-messages.ts";

/** How far a segment has come; instants on the monotonic clock. */
interface SegmentProgress {
  readonly firstPhase: number;
  readonly firstInterval: number;
  startMs: number | null;
  endedMs: number | null;
}

/** One second over all workers, once no worker writes to it any more. */
interface SealedInterval {
  readonly sent: number;
  readonly delivered: number;
  readonly latency: Histogram;
  readonly slip: Histogram;
}

/** A worker's ring is read when this many newer seconds exist; it is reused two seconds later. */
const sealAfterSeconds = intervalRingLength - 2;

/** Reads the shared memory of all workers and puts it together. Measures nothing itself. */
export class SnapshotCollector {
  readonly #plan: Plan;
  readonly #phasePlans: readonly PhasePlan[];
  readonly #cells: readonly WorkerCells[];
  readonly #runStartMs: number;
  readonly #startedAtEpochMs: number;
  readonly #resources: ResourceMonitor;
  readonly #notes: (WorkerNotes | null)[];
  readonly #lost = new Map<number, string>();
  readonly #segments: SegmentProgress[] = [];
  readonly #sealed = new Map<number, SealedInterval>();
  readonly #lagUs = new Map<number, number>();
  readonly #madeIntervals = new Map<number, CollectedInterval>();

  constructor(
    plan: Plan,
    cells: readonly WorkerCells[],
    resources: ResourceMonitor,
    runStartMs: number,
    startedAtEpochMs: number,
  ) {
    this.#plan = plan;
    this.#phasePlans = plan.segments.flatMap((segment) => segment.phases);
    this.#cells = cells;
    this.#resources = resources;
    this.#runStartMs = runStartMs;
    this.#startedAtEpochMs = startedAtEpochMs;
    this.#notes = cells.map(() => null);
  }

  keepNotes(worker: number, notes: WorkerNotes): void {
    this.#notes[worker] = notes;
  }

  keepLost(worker: number, reason: string): void {
    this.#lost.set(worker, reason);
  }

  /** Connecting for the next segment begins. Returns the number of its first interval. */
  segmentConnecting(): number {
    const index = this.#segments.length;
    const before = this.#plan.segments.slice(0, index);
    const firstPhase = before.reduce((sum, segment) => sum + segment.phases.length, 0);
    const firstInterval = before.reduce((sum, segment) => sum + secondsOf(segment.phases), 0);
    this.#segments.push({ firstPhase, firstInterval, startMs: null, endedMs: null });
    return firstInterval;
  }

  segmentStarted(atMs: number): void {
    this.#segments[this.#segments.length - 1]!.startMs = atMs;
  }

  segmentEnded(atMs: number): void {
    this.#segments[this.#segments.length - 1]!.endedMs = atMs;
  }

  get openConnections(): number {
    return this.#sumOverWorkers((cells) => cells.control[control.openConnections]!);
  }

  /** Over all phases, warm-up included. */
  total(which: number): number {
    return this.#sumOverWorkers((cells) => cells.phases.reduce((sum, phase) => sum + phase.counts[which]!, 0));
  }

  /** Latency over all phases so far. */
  latencySoFar(): Histogram {
    const all = Histogram.empty();
    for (const phase of this.#phasePlans.keys()) all.add(this.#latencyOf(phase));
    return all;
  }

  /** Once a second: takes what the workers are about to overwrite, and the second's lag. */
  tick(nowMs: number): void {
    const newest = this.#newestInterval(nowMs);
    if (newest === null) return;
    const lag = Math.max(0, ...this.#cells.map((cells) => cells.health[healthCell.lagLastSecondUs]!));
    this.#lagUs.set(newest - 1, lag);
    for (let number = newest - intervalRingLength; number <= newest - sealAfterSeconds; number += 1) {
      if (number >= 0) this.#seal(number);
    }
  }

  /** Before the next segment overwrites the ring. */
  sealAll(nowMs: number): void {
    const newest = this.#newestInterval(nowMs);
    if (newest === null) return;
    for (let number = Math.max(0, newest - intervalRingLength + 1); number <= newest; number += 1) {
      this.#seal(number);
    }
  }

  #seal(number: number): void {
    if (this.#sealed.has(number)) return;
    const read = this.#readInterval(number);
    read.latency.compact();
    read.slip.compact();
    this.#sealed.set(number, read);
  }

  collect(end: RunEnd, nowMs: number, target: Pick<Collected["target"], "description" | "mockBooks">): Collected {
    const phases = this.#phasePlans.flatMap((plan, index) => this.#collectPhase(plan, index, nowMs) ?? []);
    const intervals = this.#collectIntervals(end, nowMs);
    return {
      startedAtEpochMs: this.#startedAtEpochMs,
      durationMs: nowMs - this.#runStartMs,
      end,
      phases,
      intervals,
      failures: mergeFailures(this.#notes),
      generator: {
        workers: this.#cells.map((cells, index) => this.#workerHealth(cells, index)),
        cpuSeconds: this.#cpuSeconds(),
        lostWorkers: [...this.#lost].map(([index, reason]) => ({ index, reason })),
        memory: this.#resources.generatorMemory,
        throttledRatio: this.#resources.throttledRatio,
        stealRatio: this.#resources.stealRatio,
        ledgerGivenUp: this.#sumOverWorkers((cells) => cells.health[healthCell.ledgerGivenUp]!),
        missedIntervalSamples: end.kind === "running" ? 0 : missedSamples(phases, intervals),
      },
      target: { ...target, memory: this.#resources.targetMemory },
      firstForeignFrame: this.#notes.find((notes) => notes?.firstForeignFrame != null)?.firstForeignFrame ?? null,
      compressionAgreed: this.#notes.every((notes) => notes?.compressionAgreed ?? true),
    };
  }

  /** Of the measured load. Worker processes read their own, each over its share of it. */
  #cpuSeconds(): number {
    if (this.#plan.workersAs.kind === "threads") return this.#resources.cpuSeconds;
    const ofWorkers = this.#sumOverWorkers((cells) => Math.max(0, cells.health[healthCell.cpuSeconds]!));
    return this.#resources.cpuSeconds + ofWorkers;
  }

  #collectPhase(plan: PhasePlan, index: number, nowMs: number): CollectedPhase | null {
    const segmentIndex = this.#segments.findLastIndex((segment) => segment.firstPhase <= index);
    const progress = this.#segments[segmentIndex];
    const segment = this.#plan.segments[segmentIndex];
    if (progress === undefined || segment === undefined || index >= progress.firstPhase + segment.phases.length)
      return null;
    const upToMs = progress.endedMs ?? nowMs;
    const startMs = (progress.startMs ?? nowMs) + (progress.startMs === null ? 0 : plan.startMs);
    if (index > progress.firstPhase && (progress.startMs === null || startMs >= upToMs)) return null;
    const endMs = Math.max(startMs, Math.min(upToMs, startMs + plan.durationMs));
    const cells = this.#cells.map((worker) => worker.phases[index]!);
    const sum = (which: number): number => cells.reduce((total, phase) => total + phase.counts[which]!, 0);
    const ownSlipUs = merged(cells.map((phase) => phase.ownSlip));
    const slipUs = merged(cells.map((phase) => phase.blockedSlip));
    slipUs.add(ownSlipUs);
    return {
      plan,
      connections: segment.connections,
      startMs: startMs - this.#runStartMs,
      endMs: (progress.startMs === null ? startMs : endMs) - this.#runStartMs,
      messages: this.#messageCounts(index, sum),
      bytes: byteCounts(sum),
      latencyUs: this.#latencyOf(index),
      serviceUs: merged(cells.map((phase) => phase.service)),
      slipUs,
      ownSlipUs,
      writesInWindow: sum(counter.writesInWindow),
      connectionCounts: this.#connectionCounts(
        index,
        progress.endedMs === null && nowMs < startMs + plan.durationMs,
        sum,
      ),
      errors: mergeCounts(this.#notes.map((notes) => notes?.errorsByPhase[index])),
    };
  }

  #latencyOf(phase: number): Histogram {
    const isClosedLoop = this.#phasePlans[phase]!.load.kind === "max";
    // Without a schedule the two are the same, and the workers record only one of them.
    return merged(this.#cells.map(({ phases }) => (isClosedLoop ? phases[phase]!.service : phases[phase]!.latency)));
  }

  #messageCounts(phase: number, sum: (which: number) => number): MessageCounts {
    const sent = sum(counter.sent);
    const expected = this.#plan.mode === "echo" ? sent : 0;
    const orphaned = this.#orphanedBy(phase);
    const lostClosed = sum(counter.lostClosed) + orphaned;
    const delivered = sum(counter.delivered);
    const settled = delivered + sum(counter.lostMissing) + lostClosed + sum(counter.lostCorrupt);
    return {
      offered: sum(counter.offered),
      sent,
      skipped: sum(counter.skipped),
      skippedBlocked: sum(counter.skippedBlocked),
      unsendable: sum(counter.unsendable),
      unsentBlocked: sum(counter.unsentBlocked),
      unsentLate: Math.max(0, sum(counter.unsentLate) + this.#unaccountedBy(phase)),
      expected,
      delivered,
      lostMissing: sum(counter.lostMissing),
      lostClosed,
      lostCorrupt: sum(counter.lostCorrupt),
      refused: 0,
      pending: Math.max(0, expected - settled),
      duplicated: sum(counter.duplicated),
      reordered: sum(counter.reordered),
      corrupted: sum(counter.corrupted),
      late: sum(counter.late),
      unsolicited: sum(counter.unsolicited),
      clockErrors: sum(counter.clockErrors),
      windowTimeouts: sum(counter.windowTimeouts),
      deliveredInWindow: sum(counter.deliveredInWindow),
      sentInWindow: sum(counter.sentInWindow),
    };
  }

  /** In flight in a worker that died: their connections went with it. */
  #orphanedBy(phase: number): number {
    if (this.#plan.mode !== "echo") return 0;
    let orphaned = 0;
    for (const worker of this.#lost.keys()) {
      const counts = this.#cells[worker]!.phases[phase]!.counts;
      const settled =
        counts[counter.delivered]! +
        counts[counter.lostMissing]! +
        counts[counter.lostClosed]! +
        counts[counter.lostCorrupt]!;
      orphaned += Math.max(0, counts[counter.sent]! - settled);
    }
    return orphaned;
  }

  /** Taken from the schedule by a worker that died before it could say what became of them. */
  #unaccountedBy(phase: number): number {
    let unaccounted = 0;
    for (const worker of this.#lost.keys()) {
      const counts = this.#cells[worker]!.phases[phase]!.counts;
      const told =
        counts[counter.sent]! +
        counts[counter.skipped]! +
        counts[counter.unsendable]! +
        counts[counter.unsentBlocked]! +
        counts[counter.unsentLate]!;
      unaccounted += counts[counter.offered]! - told;
    }
    return unaccounted;
  }

  #connectionCounts(phase: number, isRunning: boolean, sum: (which: number) => number): ConnectionCounts {
    const lifetimes = this.#notes.flatMap((notes) => notes?.lifetimesByPhase[phase] ?? []);
    const count = lifetimes.reduce((total, lifetime) => total + lifetime.count, 0);
    return {
      attempted: sum(counter.attempted),
      opened: sum(counter.opened),
      failed: sum(counter.failed),
      closed: sum(counter.closed),
      reconnects: sum(counter.reconnects),
      // The workers write it when they leave the phase; until then what is open now is the truth.
      openAtEnd: isRunning ? this.openConnections : sum(counter.openAtEnd),
      connectUs: merged(this.#cells.map((cells) => cells.phases[phase]!.connect)),
      closedLifetimeMs:
        count === 0
          ? null
          : {
              count,
              min: Math.min(...lifetimes.map((lifetime) => lifetime.min)),
              mean: lifetimes.reduce((total, lifetime) => total + lifetime.sum, 0) / count,
              max: Math.max(...lifetimes.map((lifetime) => lifetime.max)),
            },
      closeCodes: mergeCounts(this.#notes.map((notes) => notes?.closeCodesByPhase[phase])),
    };
  }

  #collectIntervals(end: RunEnd, nowMs: number): readonly CollectedInterval[] {
    const intervals: CollectedInterval[] = [];
    for (const [segmentIndex, segment] of this.#segments.entries()) {
      if (segment.startMs === null) continue;
      const plannedMs = durationOf(this.#plan.segments[segmentIndex]!.phases);
      const upToMs = Math.min(segment.endedMs ?? nowMs, segment.startMs + plannedMs);
      const count = Math.ceil((upToMs - segment.startMs) / 1000);
      for (let index = 0; index < count; index += 1) {
        const fromMs = segment.startMs + index * 1000;
        const number = segment.firstInterval + index;
        intervals.push(this.#collectInterval(number, segmentIndex, fromMs, Math.min(1000, upToMs - fromMs), end));
      }
    }
    return intervals;
  }

  /** A live view asks each second for all seconds; those that are over and sealed are made once. */
  #collectInterval(number: number, segment: number, fromMs: number, lengthMs: number, end: RunEnd): CollectedInterval {
    const made = end.kind === "running" ? this.#madeIntervals.get(number) : undefined;
    if (made !== undefined) return made;
    const interval = this.#makeInterval(number, segment, fromMs, lengthMs, end);
    if (this.#sealed.has(number)) this.#madeIntervals.set(number, interval);
    return interval;
  }

  #makeInterval(number: number, segment: number, fromMs: number, lengthMs: number, end: RunEnd): CollectedInterval {
    const read = this.#sealed.get(number) ?? this.#readInterval(number);
    const latency = this.#withLateSamples(read.latency, number, end);
    const tMs = fromMs - this.#runStartMs;
    const sample = this.#resources.sampleWithin(tMs, tMs + 1000);
    return {
      tMs,
      lengthMs,
      segment,
      sent: read.sent,
      delivered: read.delivered,
      lost: this.#notes.reduce((sum, notes) => sum + (notes?.lost.get(number) ?? 0), 0),
      latencyUs: latency,
      slipUs: read.slip,
      generatorRssBytes: sample?.generatorBytes ?? null,
      targetRssBytes: sample?.targetBytes ?? null,
      lagUs: this.#lagUs.get(number) ?? 0,
    };
  }

  /** Samples that came when their second had left the ring; they are added at the end. */
  #withLateSamples(latency: Histogram, number: number, end: RunEnd): Histogram {
    if (end.kind === "running") return latency;
    const late = this.#notes.flatMap((notes) => notes?.late.get(number) ?? []);
    if (late.length === 0) return latency;
    const all = Histogram.empty();
    all.add(latency);
    for (const cells of late) for (const [cell, times] of cells) all.record(highestOfCell(cell), times);
    return all;
  }

  #readInterval(number: number): SealedInterval {
    const slots = this.#cells.flatMap((cells) => {
      const slot = cells.intervals[number % intervalRingLength]!;
      return slot.counts[intervalCounter.interval] === number ? [slot] : [];
    });
    return {
      sent: slots.reduce((sum, slot) => sum + slot.counts[intervalCounter.sent]!, 0),
      delivered: slots.reduce((sum, slot) => sum + slot.counts[intervalCounter.delivered]!, 0),
      latency: merged(slots.map((slot) => slot.latency)),
      slip: merged(slots.map((slot) => slot.slip)),
    };
  }

  #newestInterval(nowMs: number): number | null {
    const segment = this.#segments[this.#segments.length - 1];
    if (segment?.startMs == null) return null;
    const seconds = secondsOf(this.#plan.segments[this.#segments.length - 1]!.phases);
    const index = Math.floor((nowMs - segment.startMs) / 1000);
    return index < 0 ? null : segment.firstInterval + Math.min(index, seconds - 1);
  }

  #workerHealth(cells: WorkerCells, index: number): WorkerHealth {
    const { health } = cells;
    const lagUs = {
      p50: health[healthCell.lagP50Us]!,
      p99: health[healthCell.lagP99Us]!,
      max: health[healthCell.lagMaxUs]!,
    };
    const known = (value: number): number | null => (value < 0 ? null : value);
    return {
      index,
      connections: cells.control[control.mostConnections]!,
      lagUs: known(lagUs.max) === null ? null : lagUs,
      utilization: known(health[healthCell.utilization]!),
      cpuSeconds: known(health[healthCell.cpuSeconds]!),
      stalls: {
        loadMs: health[healthCell.stalledMs]!,
        longestLoadMs: health[healthCell.longestStallMs]!,
        connectingMs: health[healthCell.connectStalledMs]!,
        longestConnectingMs: health[healthCell.connectLongestStallMs]!,
      },
      starvedRatio: known(health[healthCell.starvedRatio]!),
      gcPauseTotalMs: health[healthCell.gcPauseTotalMs]!,
      gcPauseMaxMs: health[healthCell.gcPauseMaxMs]!,
    };
  }

  #sumOverWorkers(of: (cells: WorkerCells) => number): number {
    return this.#cells.reduce((sum, cells) => sum + of(cells), 0);
  }
}

function merged(all: readonly HistogramCells[]): Histogram {
  const sum = Histogram.empty();
  for (const { cells, stats } of all) {
    if (stats[histogramStat.max] === 0 && stats[histogramStat.min] === Infinity) continue;
    sum.add(
      Histogram.fromCells(cells, {
        sum: stats[histogramStat.sum]!,
        sumOfSquares: stats[histogramStat.sumOfSquares]!,
        min: stats[histogramStat.min]!,
        max: stats[histogramStat.max]!,
        overflow: stats[histogramStat.overflow]!,
      }),
    );
  }
  return sum;
}

function byteCounts(sum: (which: number) => number): ByteCounts {
  return {
    sent: sum(counter.bytesSent),
    received: sum(counter.bytesReceived),
    accepted: sum(counter.bytesAccepted),
  };
}

function mergeCounts(all: readonly (Readonly<Record<string, number>> | undefined)[]): Record<string, number> {
  const sum: Record<string, number> = {};
  for (const counts of all) {
    for (const [key, count] of Object.entries(counts ?? {})) sum[key] = (sum[key] ?? 0) + count;
  }
  return sum;
}

function mergeFailures(all: readonly (WorkerNotes | null)[]): readonly FailureCount[] {
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

/** Latency samples of the phases that no interval has, because the main thread was kept from reading them in time. */
function missedSamples(phases: readonly CollectedPhase[], intervals: readonly CollectedInterval[]): number {
  const inPhases = phases.reduce((sum, phase) => sum + phase.latencyUs.count, 0);
  return inPhases - intervals.reduce((sum, interval) => sum + interval.latencyUs.count, 0);
}

function durationOf(phases: readonly PhasePlan[]): number {
  const last = phases[phases.length - 1]!;
  return last.startMs + last.durationMs;
}

function secondsOf(phases: readonly PhasePlan[]): number {
  return Math.max(1, Math.ceil(durationOf(phases) / 1000));
}
