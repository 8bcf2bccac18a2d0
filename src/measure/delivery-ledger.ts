import { SpilledMessages, type SpilledListener } from "./spilled-messages.ts";

/** What `DeliveryLedger.take` answers when the message is not a pending one of the ring. */
export const ledgerAnswer = {
  /** A further copy of a message that is settled. */
  duplicate: -1,
  /** A sequence never sent on this connection. */
  unknown: -2,
  /** A first copy of a message that had left the ring; its stamps are in `spilledIntendedMs` and so on. */
  spilled: -3,
  /** A copy of a message that has been settled as lost, or perhaps was: too late to be told. */
  lost: -4,
} as const;

const smallestRing = 4;
const pending = 1;
const corruptSeen = 2;
/** Holds no place in its connection's window: sent on a schedule, or given up waiting for. */
const windowReleased = 4;
/** Settled as lost; kept as long as its slot is not needed, so that a straggler is not taken for a duplicate. */
const lost = 8;

/** What became of a message that will not be delivered any more. */
export type LossKind = "missing" | "closed" | "corrupt";

/** Told once per lost message: number `sequence` of `connection`. */
export type LossListener = (
  kind: LossKind,
  phase: number,
  intendedMs: number,
  connection: number,
  sequence: number,
) => void;

/** Who knows which unanswered messages hold a place in the window of their connection: for loops without a schedule. */
export interface WindowPlaces {
  /** A message unanswered for so long no longer holds a place. */
  readonly patienceMs: number;
  /** Places of messages that can be followed no longer; the sender takes them back and resets this to 0. */
  windowsFreedBySpill: number;
  /** How many messages of `connection`, sent before `beforeMs`, held a place that they hold no longer. */
  releaseOlder(connection: number, beforeMs: number): number;
  /** No message holds a place any more. */
  releaseAll(): void;
}

/**
 * Which messages of one worker are still unanswered, exactly, in memory bounded by the number outstanding.
 *
 * Each connection has a ring of `ringLength` slots; sequence s lives in slot s mod ringLength. A message still pending
 * when its slot is needed again moves to a hash table (SpilledMessages). So every sequence up to the highest sent is
 * either pending in one of the two, or settled; a copy of a settled one is a duplicate, however old. Nothing has to be
 * remembered about settled messages, which keeps memory flat over any number of them.
 *
 * Connections are the worker's own, 0 .. connections - 1; sequences start at 1 per connection.
 */
export class DeliveryLedger implements WindowPlaces {
  readonly patienceMs = 2000;
  readonly ringLength: number;
  /** By slot: instants in milliseconds of the run's clock. Valid for a slot `take` has just given. */
  readonly intendedMs: Float64Array;
  readonly sentMs: Float64Array;
  readonly phase: Uint16Array;
  spilledIntendedMs = 0;
  spilledSentMs = 0;
  spilledPhase = 0;
  /** Whether the message last taken held a place in its connection's window (closed loop). */
  takenHeldWindow = false;
  /** Window places of messages that left the ring while holding one; the sender takes them back and resets this to 0. */
  windowsFreedBySpill = 0;
  /** Messages settled as missing because too many were outstanding; a later copy of one counts as duplicate. */
  givenUp = 0;
  /** Outstanding over all connections. */
  outstanding = 0;
  readonly #state: Uint8Array;
  readonly #sequence: Float64Array;
  readonly #nextSequence: Float64Array;
  readonly #highestSeen: Float64Array;
  readonly #outstandingOf: Uint32Array;
  /** Highest sequence sent when messages were last settled as lost: below it, an unknown copy may be of a lost one. */
  readonly #lossesUpTo: Float64Array;
  readonly #mask: number;
  readonly #spilled: SpilledMessages;
  readonly #onLost: LossListener;

  constructor(connections: number, ringLength: number, onLost: LossListener, maxSpilled = 2_000_000) {
    if ((ringLength & (ringLength - 1)) !== 0) throw new Error("ring length must be a power of two");
    const slots = connections * ringLength;
    this.ringLength = ringLength;
    this.intendedMs = new Float64Array(slots);
    this.sentMs = new Float64Array(slots);
    this.phase = new Uint16Array(slots);
    this.#sequence = new Float64Array(slots);
    this.#state = new Uint8Array(slots);
    this.#nextSequence = new Float64Array(connections).fill(1);
    this.#highestSeen = new Float64Array(connections);
    this.#lossesUpTo = new Float64Array(connections);
    this.#outstandingOf = new Uint32Array(connections);
    this.#mask = ringLength - 1;
    this.#spilled = new SpilledMessages(maxSpilled);
    this.#onLost = onLost;
  }

  /** The sequence the next message of `connection` will have. */
  nextSequence(connection: number): number {
    return this.#nextSequence[connection]!;
  }

  /** Messages of `connection` that are still unanswered. */
  outstandingOf(connection: number): number {
    return this.#outstandingOf[connection]!;
  }

  /** Enters a message as sent; returns its sequence. `holdsWindow`: it takes a place in its connection's window. */
  send(connection: number, intendedMs: number, sentMs: number, phase: number, holdsWindow: boolean): number {
    const sequence = this.#nextSequence[connection]!;
    this.#nextSequence[connection] = sequence + 1;
    const slot = connection * this.ringLength + (sequence & this.#mask);
    if ((this.#state[slot]! & pending) !== 0) this.#spill(connection, slot);
    this.#state[slot] = holdsWindow ? pending : pending | windowReleased;
    this.#sequence[slot] = sequence;
    this.intendedMs[slot] = intendedMs;
    this.sentMs[slot] = sentMs;
    this.phase[slot] = phase;
    this.#outstandingOf[connection]! += 1;
    this.outstanding += 1;
    return sequence;
  }

  /**
   * Enters `count` messages that leave now, in one write, and hold places in the connection's window; returns the
   * sequence of the first, the others follow it.
   */
  sendBurst(connection: number, count: number, sentMs: number, phase: number): number {
    const first = this.#nextSequence[connection]!;
    const state = this.#state;
    const ring = connection * this.ringLength;
    this.#outstandingOf[connection]! += count;
    this.outstanding += count;
    for (let sequence = first; sequence < first + count; sequence += 1) {
      const slot = ring + (sequence & this.#mask);
      if ((state[slot]! & pending) !== 0) this.#spill(connection, slot);
      state[slot] = pending;
      this.#sequence[slot] = sequence;
      this.intendedMs[slot] = sentMs;
      this.sentMs[slot] = sentMs;
      this.phase[slot] = phase;
    }
    this.#nextSequence[connection] = first + count;
    return first;
  }

  /** Gives the next sequences to messages nobody will answer; returns the first. */
  sendUnanswered(connection: number, count: number): number {
    const first = this.#nextSequence[connection]!;
    this.#nextSequence[connection] = first + count;
    return first;
  }

  /** Settles a valid copy: the slot (0 or more) whose stamps are the message's when it was the first, else a `ledgerAnswer`. */
  take(connection: number, sequence: number): number {
    const next = this.#nextSequence[connection]!;
    if (sequence >= next) return ledgerAnswer.unknown;
    const slot = connection * this.ringLength + (sequence & this.#mask);
    const state = this.#state[slot]!;
    if (this.#sequence[slot] === sequence) {
      if ((state & pending) === 0) return (state & lost) === 0 ? ledgerAnswer.duplicate : ledgerAnswer.lost;
      this.#state[slot] = 0;
      this.takenHeldWindow = (state & windowReleased) === 0;
      this.#settle(connection);
      return slot;
    }
    return this.#takeSpilled(connection, sequence);
  }

  /** True when this first copy came after one with a higher sequence on the same connection. Call once per first copy. */
  isReordered(connection: number, sequence: number): boolean {
    if (sequence < this.#highestSeen[connection]!) return true;
    this.#highestSeen[connection] = sequence;
    return false;
  }

  /** Notes that a broken copy of a message came. True when that message is still pending. */
  markCorrupt(connection: number, sequence: number): boolean {
    const slot = connection * this.ringLength + (sequence & this.#mask);
    if (this.#sequence[slot] === sequence) {
      if ((this.#state[slot]! & pending) === 0) return false;
      this.#state[slot]! |= corruptSeen;
      return true;
    }
    const index = this.#spilled.find(connection, sequence);
    if (index < 0) return false;
    this.#spilled.flags[index]! |= corruptSeen;
    return true;
  }

  /** The phase of a pending message, or -1. */
  phaseOf(connection: number, sequence: number): number {
    const slot = connection * this.ringLength + (sequence & this.#mask);
    if (this.#sequence[slot] === sequence) return (this.#state[slot]! & pending) === 0 ? -1 : this.phase[slot]!;
    const index = this.#spilled.find(connection, sequence);
    return index < 0 ? -1 : this.#spilled.phase[index]!;
  }

  /** Settles all pending messages of a connection as lost with it. */
  closeConnection(connection: number): void {
    this.#loseAll(connection, "closed", Infinity);
  }

  /** Pending messages of a connection up to this sequence. */
  pendingUpTo(connection: number, sequence: number): number {
    if (this.#outstandingOf[connection] === 0) return 0;
    let found = this.#spilled.countUpTo(connection, sequence);
    const first = connection * this.ringLength;
    for (let slot = first; slot < first + this.ringLength; slot += 1) {
      if ((this.#state[slot]! & pending) !== 0 && this.#sequence[slot]! <= sequence) found += 1;
    }
    return found;
  }

  /** Settles the pending messages of a connection up to this sequence as lost with it; gives how many there were. */
  loseUpTo(connection: number, sequence: number): number {
    const before = this.#outstandingOf[connection]!;
    this.#loseAll(connection, "closed", sequence);
    return before - this.#outstandingOf[connection]!;
  }

  /** Settles everything still pending as missing: the drain has ended. */
  finish(): void {
    for (let connection = 0; connection < this.#outstandingOf.length; connection += 1) {
      if (this.#outstandingOf[connection]! > 0) this.#loseRing(connection, "missing", Infinity);
    }
    this.#spilled.removeAll(this.#loseSpilled("missing"));
  }

  /**
   * Closed loop: how many messages of `connection` were sent before `beforeMs`, are still pending and had not been
   * released yet. They stay pending, but no longer hold a place in the window.
   */
  releaseOlder(connection: number, beforeMs: number): number {
    if (this.#outstandingOf[connection] === 0) return 0;
    let released = 0;
    const first = connection * this.ringLength;
    for (let slot = first; slot < first + this.ringLength; slot += 1) {
      if ((this.#state[slot]! & (pending | windowReleased)) === pending && this.sentMs[slot]! < beforeMs) {
        this.#state[slot]! |= windowReleased;
        released += 1;
      }
    }
    return released;
  }

  /** No pending message holds a place in a window any more. */
  releaseAll(): void {
    const state = this.#state;
    for (let slot = 0; slot < state.length; slot += 1)
      if ((state[slot]! & pending) !== 0) state[slot]! |= windowReleased;
    this.windowsFreedBySpill = 0;
  }

  #takeSpilled(connection: number, sequence: number): number {
    const index = this.#spilled.find(connection, sequence);
    if (index < 0) return sequence <= this.#lossesUpTo[connection]! ? ledgerAnswer.lost : ledgerAnswer.duplicate;
    this.spilledIntendedMs = this.#spilled.intendedMs[index]!;
    this.spilledSentMs = this.#spilled.sentMs[index]!;
    this.spilledPhase = this.#spilled.phase[index]!;
    this.takenHeldWindow = (this.#spilled.flags[index]! & windowReleased) === 0;
    this.#spilled.remove(index);
    this.#settle(connection);
    return ledgerAnswer.spilled;
  }

  #settle(connection: number): void {
    this.#outstandingOf[connection]! -= 1;
    this.outstanding -= 1;
  }

  #spill(connection: number, slot: number): void {
    if ((this.#state[slot]! & windowReleased) === 0) this.windowsFreedBySpill += 1;
    const flags = (this.#state[slot]! & ~pending) | windowReleased;
    const sequence = this.#sequence[slot]!;
    const intendedMs = this.intendedMs[slot]!;
    const phase = this.phase[slot]!;
    if (this.#spilled.add(connection, sequence, intendedMs, this.sentMs[slot]!, phase, flags)) return;
    this.givenUp += 1;
    this.#settle(connection);
    this.#onLost((flags & corruptSeen) !== 0 ? "corrupt" : "missing", phase, intendedMs, connection, sequence);
  }

  #loseAll(connection: number, kind: "closed" | "missing", upTo: number): void {
    if (this.#outstandingOf[connection] === 0) return;
    this.#loseRing(connection, kind, upTo);
    if (this.#outstandingOf[connection] === 0) return;
    this.#spilled.removeAllOf(connection, upTo, this.#loseSpilled(kind));
  }

  #loseRing(connection: number, kind: "closed" | "missing", upTo: number): void {
    const highest = Math.min(upTo, this.#nextSequence[connection]! - 1);
    if (highest > this.#lossesUpTo[connection]!) this.#lossesUpTo[connection] = highest;
    const first = connection * this.ringLength;
    for (let slot = first; slot < first + this.ringLength; slot += 1) {
      const state = this.#state[slot]!;
      if ((state & pending) === 0 || this.#sequence[slot]! > upTo) continue;
      this.#state[slot] = lost;
      this.#settle(connection);
      const how = (state & corruptSeen) !== 0 ? "corrupt" : kind;
      this.#onLost(how, this.phase[slot]!, this.intendedMs[slot]!, connection, this.#sequence[slot]!);
    }
  }

  #loseSpilled(kind: "closed" | "missing"): SpilledListener {
    return (connection, flags, phase, intendedMs, sequence) => {
      this.#settle(connection);
      this.#onLost((flags & corruptSeen) !== 0 ? "corrupt" : kind, phase, intendedMs, connection, sequence);
    };
  }
}

/**
 * Ring slots per connection for a load: twice what one connection sends in a second, so that answers within two
 * seconds never leave the ring; at least 4, for 27 bytes each are much where there are 50,000 connections; and at most 2^21
 * slots per worker over all its connections.
 */
export function ringLengthFor(connections: number, messagesPerSecondPerConnection: number, inFlight: number): number {
  const wanted = Math.max(messagesPerSecondPerConnection * 2, inFlight * 4);
  const affordable = Math.max(smallestRing, Math.floor(2 ** 21 / Math.max(1, connections)));
  const limit = Math.min(wanted, affordable, 65_536);
  let length = smallestRing;
  while (length < limit && length * 2 <= affordable) length *= 2;
  return length;
}
