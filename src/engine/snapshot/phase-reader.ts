import type { Histogram } from "../../measure/histogram.ts";
import { control, counter, type WorkerCells } from "../../measure/worker-cells.ts";
import type { PhasePlan, Plan } from "../../plan/plan.ts";
import type { CollectedPhase, ConnectionCounts, MessageCounts } from "../collected.ts";
import { mergeHistograms } from "./merge-histograms.ts";
import { mergeCounts, mergeLifetimes, type AllNotes } from "./merge-notes.ts";
import type { PhaseSoFar } from "./run-timeline.ts";

/** A sum of one counter over all workers; `which` is one of `counter`. */
type Sum = (which: number) => number;

/** By their indexes: workers that died. */
type Lost = ReadonlyMap<number, unknown>;

/** Adds up what the workers have counted in one phase. */
export class PhaseReader {
  readonly #phases: readonly PhasePlan[];
  readonly #cells: readonly WorkerCells[];
  /** The counter of what is expected; null in modes that expect nothing. */
  readonly #expectedIn: number | null;

  constructor(plan: Plan, cells: readonly WorkerCells[]) {
    this.#phases = plan.segments.flatMap((segment) => segment.phases);
    this.#cells = cells;
    this.#expectedIn = plan.mode === "echo" ? counter.sent : plan.mode === "push" ? counter.expected : null;
  }

  /** `lost` has the indexes of workers that died. `soFar` is on the monotonic clock, as `runStartMs` is. */
  read(phase: number, soFar: PhaseSoFar, runStartMs: number, notes: AllNotes, lost: Lost): CollectedPhase {
    // Copies, so that all sums are of the same counts though the workers go on.
    const counts = this.#cells.map((cells) => cells.phases[phase]!.counts.slice());
    const sum: Sum = (which) => counts.reduce((total, own) => total + own[which]!, 0);
    const cells = this.#cells.map((worker) => worker.phases[phase]!);
    const ownSlipUs = mergeHistograms(cells.map(({ ownSlip }) => ownSlip));
    const slipUs = mergeHistograms(cells.map(({ blockedSlip }) => blockedSlip));
    slipUs.add(ownSlipUs);
    return {
      plan: this.#phases[phase]!,
      connections: soFar.connections,
      startMs: soFar.startMs - runStartMs,
      endMs: soFar.endMs - runStartMs,
      messages: this.#messageCounts(
        sum,
        counts.filter((_, worker) => lost.has(worker)),
      ),
      bytes: {
        sent: sum(counter.bytesSent),
        received: sum(counter.bytesReceived),
        accepted: sum(counter.bytesAccepted),
      },
      latencyUs: this.latencyOf(phase),
      serviceUs: mergeHistograms(cells.map(({ service }) => service)),
      slipUs,
      ownSlipUs,
      interArrivalUs: mergeHistograms(cells.map(({ interArrival }) => interArrival)),
      writesInWindow: sum(counter.writesInWindow),
      connectionCounts: this.#connectionCounts(phase, soFar.isRunning, notes, sum),
      errors: mergeCounts(notes.map((own) => own?.errorsByPhase[phase])),
    };
  }

  /** Of all workers so far. */
  latencyOf(phase: number): Histogram {
    const isClosedLoop = this.#phases[phase]!.load.kind === "max";
    // Without a schedule the two are the same, and the workers record only one of them.
    return mergeHistograms(
      this.#cells.map(({ phases }) => (isClosedLoop ? phases[phase]!.service : phases[phase]!.latency)),
    );
  }

  /** Messages that workers had in flight when they died: their connections went with them. */
  orphanedIn(phase: number, lost: Lost): number {
    return this.#orphaned([...lost.keys()].map((worker) => this.#cells[worker]!.phases[phase]!.counts));
  }

  #orphaned(ofLost: readonly Float64Array[]): number {
    const expectedIn = this.#expectedIn;
    return expectedIn === null ? 0 : ofLost.reduce((sum, counts) => sum + outstandingOf(counts, expectedIn), 0);
  }

  /** Open and ready now, over all workers. */
  get openConnections(): number {
    return this.#cells.reduce((sum, cells) => sum + cells.control[control.openConnections]!, 0);
  }

  #messageCounts(sum: Sum, ofLost: readonly Float64Array[]): MessageCounts {
    const sent = sum(counter.sent);
    const expected = this.#expectedIn === null ? 0 : sum(this.#expectedIn);
    const lostClosed = sum(counter.lostClosed) + this.#orphaned(ofLost);
    const delivered = sum(counter.delivered);
    const settled = delivered + sum(counter.lostMissing) + lostClosed + sum(counter.lostCorrupt);
    const untold = ofLost.reduce((total, own) => total + untoldOf(own), 0);
    return {
      offered: sum(counter.offered),
      sent,
      skipped: sum(counter.skipped),
      skippedBlocked: sum(counter.skippedBlocked),
      unsendable: sum(counter.unsendable),
      unsentBlocked: sum(counter.unsentBlocked),
      unsentLate: Math.max(0, sum(counter.unsentLate) + untold),
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

  #connectionCounts(phase: number, isRunning: boolean, notes: AllNotes, sum: Sum): ConnectionCounts {
    return {
      attempted: sum(counter.attempted),
      attemptedLate: sum(counter.attemptedLate),
      opened: sum(counter.opened),
      failed: sum(counter.failed),
      closed: sum(counter.closed),
      reconnects: sum(counter.reconnects),
      // The workers write it when they leave the phase; until then what is open now is the truth.
      openAtEnd: isRunning ? this.openConnections : sum(counter.openAtEnd),
      connectUs: mergeHistograms(this.#cells.map((cells) => cells.phases[phase]!.connect)),
      closedLifetimeMs: mergeLifetimes(notes.map((own) => own?.lifetimesByPhase[phase])),
      closeCodes: mergeCounts(notes.map((own) => own?.closeCodesByPhase[phase])),
    };
  }
}

/** In flight, or missing. */
function outstandingOf(counts: Float64Array, expectedIn: number): number {
  const settled =
    counts[counter.delivered]! +
    counts[counter.lostMissing]! +
    counts[counter.lostClosed]! +
    counts[counter.lostCorrupt]!;
  return Math.max(0, counts[expectedIn]! - settled);
}

/** Taken from the schedule by a worker that died before it could say what became of them. */
function untoldOf(counts: Float64Array): number {
  const told =
    counts[counter.sent]! +
    counts[counter.skipped]! +
    counts[counter.unsendable]! +
    counts[counter.unsentBlocked]! +
    counts[counter.unsentLate]!;
  return counts[counter.offered]! - told;
}
