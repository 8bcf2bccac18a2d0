import type { LossKind } from "./delivery-ledger.ts";

/** What is known of a job, as bits: what the target has said of it, and what became of it. */
export const jobSaid = {
  accepted: 1,
  started: 2,
  completed: 4,
  refused: 8,
  cancelled: 16,
  tooLate: 32,
} as const;

export type JobSaid = (typeof jobSaid)[keyof typeof jobSaid];

/** Exactly one of these is the end of a job. */
const outcome = { completed: 64, refused: 128, cancelled: 256, lost: 512 } as const;
const outcomes = outcome.completed | outcome.refused | outcome.cancelled | outcome.lost;
const corruptSeen = 1024;
const handedIn = 2048;

/** What its follower has noted of a job. */
export const jobMark = {
  askedToCancel: 4096,
  /** It ran although it was cancelled or refused. */
  ranWrongly: 8192,
  /** It started or was completed out of order. */
  misordered: 16_384,
} as const;

/** It holds a place in the window of its connection: handed in without a schedule. */
const windowHeld = 32_768;

export type JobMark = (typeof jobMark)[keyof typeof jobMark];

/** Told once per lost job. */
export type JobLossListener = (kind: LossKind, phase: number, intendedMs: number, connection: number) => void;

/** What `JobLedger.hear` answers. */
export const heard = {
  /** Said for the first time. */
  first: 0,
  /** Said before. */
  again: 1,
  /** Of a job that was given up as lost before. */
  lost: 2,
  /** Of a job that was never handed in, or so long ago that nothing is known of it any more. */
  unknown: 3,
} as const;

export type Heard = (typeof heard)[keyof typeof heard];

/**
 * The jobs of one worker: what was said of each, and how it ended. Each connection has a ring of the latest jobs it handed
 * in; one that has not ended when its place is needed again is given up as lost, and what is said of jobs that have left the
 * ring can be told apart no more (`unknown`). Allocates nothing per job.
 *
 * Connections are the worker's own, from 0; sequences count from 1 on each.
 */
export class JobLedger {
  readonly ringLength: number;
  /** By slot, which `slotOf` tells: instants in milliseconds of the run's clock. */
  readonly intendedMs: Float64Array;
  readonly sentMs: Float64Array;
  readonly startedMs: Float64Array;
  readonly phase: Uint16Array;
  /** Jobs that have not ended. */
  outstanding = 0;
  /** Jobs that were given up because later ones needed their place. */
  givenUp = 0;
  /** Window places of jobs that were given up; the sender takes them back and resets this to 0. */
  windowsFreedBySpill = 0;
  readonly #state: Uint16Array;
  readonly #sequence: Float64Array;
  readonly #handedIn: Float64Array;
  readonly #onLost: JobLossListener;

  /** `ringLength`: a power of two. */
  constructor(connections: number, ringLength: number, onLost: JobLossListener) {
    const slots = connections * ringLength;
    this.ringLength = ringLength;
    this.intendedMs = new Float64Array(slots);
    this.sentMs = new Float64Array(slots);
    this.startedMs = new Float64Array(slots);
    this.phase = new Uint16Array(slots);
    this.#state = new Uint16Array(slots);
    this.#sequence = new Float64Array(slots);
    this.#handedIn = new Float64Array(connections);
    this.#onLost = onLost;
  }

  /** Enters a job as handed in; returns its sequence. `holdsWindow`: it takes a place in its connection's window. */
  enter(connection: number, intendedMs: number, sentMs: number, phase: number, holdsWindow = false): number {
    const sequence = this.#handedIn[connection]! + 1;
    this.#handedIn[connection] = sequence;
    const slot = this.slotOf(connection, sequence);
    if (this.#isOpen(slot)) {
      this.givenUp += 1;
      if (this.#holdsWindow(slot)) this.windowsFreedBySpill += 1;
      this.#lose(slot, "missing");
    }
    this.#state[slot] = holdsWindow ? handedIn | windowHeld : handedIn;
    this.#sequence[slot] = sequence;
    this.intendedMs[slot] = intendedMs;
    this.sentMs[slot] = sentMs;
    this.startedMs[slot] = 0;
    this.phase[slot] = phase;
    this.outstanding += 1;
    return sequence;
  }

  /** Where a job is kept, while it is in the ring. */
  slotOf(connection: number, sequence: number): number {
    return connection * this.ringLength + (sequence & (this.ringLength - 1));
  }

  /** Notes what was said of a job. */
  hear(connection: number, sequence: number, said: JobSaid): Heard {
    const slot = this.slotOf(connection, sequence);
    if (this.#sequence[slot] !== sequence || sequence > this.#handedIn[connection]!) return heard.unknown;
    const state = this.#state[slot]!;
    if ((state & outcome.lost) !== 0) return heard.lost;
    this.#state[slot] = state | said;
    return (state & said) === 0 ? heard.first : heard.again;
  }

  /** Whether that was said of the job in `slot`. */
  wasSaid(slot: number, said: JobSaid): boolean {
    return (this.#state[slot]! & said) !== 0;
  }

  /** Ends the job in `slot`, unless it has ended before: true when this is its end. */
  end(slot: number, as: "completed" | "refused" | "cancelled"): boolean {
    if (!this.#isOpen(slot)) return false;
    this.#state[slot]! |= outcome[as];
    this.outstanding -= 1;
    return true;
  }

  /** True once for a job in `slot` that has ended and held a place in the window: it is free now. */
  takeWindow(slot: number): boolean {
    if (!this.#holdsWindow(slot) || this.#isOpen(slot)) return false;
    this.#state[slot]! &= ~windowHeld;
    return true;
  }

  /** How many jobs of `connection`, handed in before `beforeMs` and not ended, held a place that they hold no longer. */
  releaseOlder(connection: number, beforeMs: number): number {
    const first = connection * this.ringLength;
    let released = 0;
    for (let slot = first; slot < first + this.ringLength; slot += 1) {
      if (!this.#holdsWindow(slot) || !this.#isOpen(slot) || this.sentMs[slot]! >= beforeMs) continue;
      this.#state[slot]! &= ~windowHeld;
      released += 1;
    }
    return released;
  }

  /** No job holds a place any more. */
  releaseAll(): void {
    for (let slot = 0; slot < this.#state.length; slot += 1) this.#state[slot]! &= ~windowHeld;
    this.windowsFreedBySpill = 0;
  }

  /** Notes something of the job in `slot`; true for the first time. */
  mark(slot: number, as: JobMark): boolean {
    if (this.hasMark(slot, as)) return false;
    this.#state[slot]! |= as;
    return true;
  }

  hasMark(slot: number, mark: JobMark): boolean {
    return (this.#state[slot]! & mark) !== 0;
  }

  /** Something came of this job that could not be read: if it is lost, then as corrupt. */
  markCorrupt(connection: number, sequence: number): void {
    const slot = this.slotOf(connection, sequence);
    if (this.#sequence[slot] === sequence) this.#state[slot]! |= corruptSeen;
  }

  /** The connection has ended, and with it what its jobs would have been told. */
  closeConnection(connection: number): void {
    const first = connection * this.ringLength;
    for (let slot = first; slot < first + this.ringLength; slot += 1)
      if (this.#isOpen(slot)) this.#lose(slot, "closed");
  }

  /** What has not ended is lost. */
  finish(): void {
    if (this.outstanding === 0) return;
    for (let slot = 0; slot < this.#state.length; slot += 1) if (this.#isOpen(slot)) this.#lose(slot, "missing");
  }

  #holdsWindow(slot: number): boolean {
    return (this.#state[slot]! & windowHeld) !== 0;
  }

  #isOpen(slot: number): boolean {
    return (this.#state[slot]! & (handedIn | outcomes)) === handedIn;
  }

  #lose(slot: number, kind: LossKind): void {
    const state = this.#state[slot]!;
    this.#state[slot] = state | outcome.lost;
    this.outstanding -= 1;
    const how = (state & corruptSeen) !== 0 ? "corrupt" : kind;
    this.#onLost(how, this.phase[slot]!, this.intendedMs[slot]!, Math.floor(slot / this.ringLength));
  }
}

const leastRing = 4;
const mostRing = 65_536;
const mostSlots = 2 ** 20;

/**
 * Places for jobs on each connection: as many as one hands in where that is known and not many (`jobsPerConnection`), and
 * 2^20 in all at the most, 36 bytes each.
 */
export function jobRingFor(connections: number, jobsPerConnection: number): number {
  const affordable = Math.max(leastRing, Math.floor(mostSlots / Math.max(1, connections)));
  let length = leastRing;
  while (length < Math.min(jobsPerConnection, mostRing) && length * 2 <= affordable) length *= 2;
  return length;
}
