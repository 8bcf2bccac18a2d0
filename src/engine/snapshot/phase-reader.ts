import type { Histogram } from "../../measure/histogram.ts";
import type { FanOutCells } from "../../measure/fan-out-cells.ts";
import { control, counter, type WorkerCells } from "../../measure/worker-cells.ts";
import type { PhasePlan, Plan } from "../../plan/plan.ts";
import type {
  CollectedPhase,
  ConnectionCounts,
  FanOutCounts,
  MessageCounts,
  OutageCounts,
} from "../collected-phase.ts";
import { readFanOut } from "./fan-out-reader.ts";
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
  /** The counter of what is expected; null in modes that expect nothing, or count it apart. */
  readonly #expectedIn: number | null;
  readonly #fanOut: readonly FanOutCells[] | null;

  /** `fanOut`: of each worker, in mode broadcast. */
  constructor(plan: Plan, cells: readonly WorkerCells[], fanOut: readonly FanOutCells[] | null = null) {
    this.#phases = plan.segments.flatMap((segment) => segment.phases);
    this.#cells = cells;
    this.#expectedIn = expectedCounterOf(plan.mode);
    this.#fanOut = fanOut;
  }

  /** `lost` has the indexes of workers that died. `soFar` is on the monotonic clock, as `runStartMs` is. */
  read(
    phase: number,
    soFar: PhaseSoFar & { readonly isOver?: boolean },
    runStartMs: number,
    notes: AllNotes,
    lost: Lost,
  ): CollectedPhase {
    // Copies, so that all sums are of the same counts though the workers go on.
    const counts = this.#cells.map((cells) => cells.phases[phase]!.counts.slice());
    const sum: Sum = (which) => counts.reduce((total, own) => total + own[which]!, 0);
    const cells = this.#cells.map((worker) => worker.phases[phase]!);
    const ownSlipUs = mergeHistograms(cells.map(({ ownSlip }) => ownSlip));
    const slipUs = mergeHistograms(cells.map(({ blockedSlip }) => blockedSlip));
    slipUs.add(ownSlipUs);
    const messages = this.#messageCounts(
      sum,
      counts.filter((_, worker) => lost.has(worker)),
    );
    const fanOut = this.#fanOut === null ? null : readFanOut(this.#fanOut, phase);
    return {
      plan: this.#phases[phase]!,
      connections: soFar.connections,
      startMs: soFar.startMs - runStartMs,
      endMs: soFar.endMs - runStartMs,
      messages:
        fanOut === null
          ? messages
          : fannedOut(messages, fanOut, { isOver: soFar.isOver === true, hasLost: lost.size > 0 }),
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
      recoveryUs: mergeHistograms(cells.map(({ recovery }) => recovery)),
      outageCounts: outageCounts(sum),
      jobWaitUs: mergeHistograms(cells.map(({ jobWait }) => jobWait)),
      jobRunUs: mergeHistograms(cells.map(({ jobRun }) => jobRun)),
      writesInWindow: sum(counter.writesInWindow),
      connectionCounts: this.#connectionCounts(phase, soFar.isRunning, notes, sum),
      fanOut,
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
    if (this.#fanOut !== null && lost.size > 0) return this.#unsettledIn(phase);
    return this.#orphaned([...lost.keys()].map((worker) => this.#cells[worker]!.phases[phase]!.counts));
  }

  #orphaned(ofLost: readonly Float64Array[]): number {
    const expectedIn = this.#expectedIn;
    return expectedIn === null ? 0 : ofLost.reduce((sum, counts) => sum + outstandingOf(counts, expectedIn), 0);
  }

  /** Broadcast: what receivers of workers that died were owed. */
  #unsettledIn(phase: number): number {
    const counts = this.#cells.map((cells) => cells.phases[phase]!.counts);
    const messages = this.#messageCounts((which) => counts.reduce((total, own) => total + own[which]!, 0), []);
    const whole = fannedOut(messages, readFanOut(this.#fanOut!, phase), { isOver: true, hasLost: true });
    return whole.lostClosed - messages.lostClosed;
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
    const refused = sum(counter.refused);
    const settled = delivered + sum(counter.lostMissing) + lostClosed + sum(counter.lostCorrupt) + refused;
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
      refused,
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

/**
 * The counts of a broadcast, where what is expected are pairs of message and receiver. Once all receivers have closed
 * their accounts (`isSettled`) those say it; before, the senders do. Where the run is over and a worker died with some
 * accounts open, what its receivers were owed went with their connections.
 */
function fannedOut(
  messages: MessageCounts,
  fanOut: FanOutCounts,
  { isOver, hasLost }: { readonly isOver: boolean; readonly hasLost: boolean },
): MessageCounts {
  const { delivered, lostMissing, lostClosed, lostCorrupt } = messages;
  const settled = delivered + lostMissing + lostClosed + lostCorrupt;
  const isSettled = isOver && !hasLost;
  const expected = isSettled ? settled : Math.max(settled, fanOut.presentAtSend - fanOut.indeterminate);
  const open = expected - settled;
  return {
    ...messages,
    expected,
    pending: isOver ? 0 : open,
    lostClosed: isOver ? lostClosed + open : lostClosed,
    late: Math.min(messages.late, delivered),
  };
}

function outageCounts(sum: Sum): OutageCounts {
  return {
    outages: sum(counter.outages),
    onPurpose: sum(counter.outagesOnPurpose),
    returned: sum(counter.returned),
    returnedBriefly: sum(counter.returnedBriefly),
    retries: sum(counter.retries),
    retriesSucceeded: sum(counter.retriesSucceeded),
    retriesGivenUp: sum(counter.retriesGivenUp),
    buffered: sum(counter.buffered),
    bufferSent: sum(counter.bufferSent),
    bufferOverflowed: sum(counter.bufferOverflowed),
    breakerHeld: sum(counter.breakerHeld),
    breakerRejected: sum(counter.breakerRejected),
    sessionsInterrupted: sum(counter.sessionsInterrupted),
    sessionsUnnamed: sum(counter.sessionsUnnamed),
    sessionsResumed: sum(counter.sessionsResumed),
    sessionsLost: sum(counter.sessionsLost),
    sessionsUnknown: sum(counter.sessionsUnknown),
    heldAnswered: sum(counter.heldAnswered),
    heldLostResumed: sum(counter.heldLostResumed),
    heldLostWithSession: sum(counter.heldLostWithSession),
  };
}

/** Null in modes that expect nothing, or count it apart. */
function expectedCounterOf(mode: Plan["mode"]): number | null {
  if (mode === "echo") return counter.sent;
  return mode === "push" || mode === "queue" ? counter.expected : null;
}

/** In flight, or missing. */
function outstandingOf(counts: Float64Array, expectedIn: number): number {
  const settled =
    counts[counter.delivered]! +
    counts[counter.lostMissing]! +
    counts[counter.lostClosed]! +
    counts[counter.lostCorrupt]! +
    counts[counter.refused]!;
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
