/** What a table of publications has room for. */
export interface PublicationSize {
  /** Publishers are numbered from 0. */
  readonly publishers: number;
  readonly phases: number;
  /** Messages kept of each publisher, a power of two. */
  readonly ringLength: number;
}

/** Memory for the stamps of all publishers together, and the fewest messages kept of each. */
const stampBytes = 18;
const mostStampMemory = 64 * 1024 * 1024;
const shortestRing = 64;

/**
 * When each message of a broadcast was due and sent, in memory that all workers share: a receiver may be on any of them,
 * and reads the stamps of what it got from whichever sent it. Instants are of one clock for all threads.
 *
 * Each publisher has a ring of stamps; sequence s, from 1, lies in slot s mod ringLength. One worker writes the ring of a
 * publisher: first the stamps, then, as an atomic store, the sequence; only then the message leaves. So whoever has
 * received s sees its stamps, until ringLength - 1 further messages of that publisher have been sent (`isKept`). In which
 * phase a message was due is known for ever: phases follow each other, so the first sequence of each tells.
 */
export class PublicationTable {
  readonly memory: SharedArrayBuffer;
  readonly size: PublicationSize;
  /** By slot. Valid when `isKept` says so after they were read. */
  readonly intendedMs: Float64Array;
  readonly sentMs: Float64Array;
  readonly phase: Uint16Array;
  readonly #mask: number;
  /** The highest sequence of each publisher, its low 32 bits. */
  readonly #published: Int32Array;
  /** By publisher and phase: the first sequence, 0 for none yet. */
  readonly #firstOfPhase: Float64Array;
  /** Of the publishers that this thread writes. */
  readonly #last: Float64Array;

  /** Views `memory`, of another thread perhaps; without it, makes memory of its own. */
  constructor(size: PublicationSize, memory?: SharedArrayBuffer) {
    const { publishers, phases, ringLength } = size;
    if ((ringLength & (ringLength - 1)) !== 0) throw new Error("ring length must be a power of two");
    const slots = publishers * ringLength;
    const firsts = publishers * phases;
    this.memory = memory ?? new SharedArrayBuffer(8 * (2 * slots + firsts) + 4 * publishers + 2 * slots);
    this.size = size;
    this.#mask = ringLength - 1;
    this.intendedMs = new Float64Array(this.memory, 0, slots);
    this.sentMs = new Float64Array(this.memory, 8 * slots, slots);
    this.#firstOfPhase = new Float64Array(this.memory, 16 * slots, firsts);
    this.#published = new Int32Array(this.memory, 8 * (2 * slots + firsts), publishers);
    this.phase = new Uint16Array(this.memory, 8 * (2 * slots + firsts) + 4 * publishers, slots);
    this.#last = new Float64Array(publishers);
  }

  /** Enters the next message of `publisher`; returns its sequence. Called by the one worker that owns the publisher. */
  publish(publisher: number, intendedMs: number, sentMs: number, phase: number): number {
    const sequence = this.#last[publisher]! + 1;
    this.#last[publisher] = sequence;
    const slot = this.slotOf(publisher, sequence);
    this.intendedMs[slot] = intendedMs;
    this.sentMs[slot] = sentMs;
    this.phase[slot] = phase;
    const first = publisher * this.size.phases + phase;
    if (this.#firstOfPhase[first] === 0) this.#firstOfPhase[first] = sequence;
    Atomics.store(this.#published, publisher, sequence | 0);
    return sequence;
  }

  slotOf(publisher: number, sequence: number): number {
    return publisher * this.size.ringLength + (sequence & this.#mask);
  }

  /**
   * How many messages `publisher` has sent after `sequence`; negative when it has not sent that one. Right as long as the
   * two are less than 2^31 apart.
   */
  sentAfter(publisher: number, sequence: number): number {
    return (Atomics.load(this.#published, publisher) - (sequence | 0)) | 0;
  }

  hasSent(publisher: number, sequence: number): boolean {
    return this.sentAfter(publisher, sequence) >= 0;
  }

  /** The highest sequence that `publisher` has sent, being less than 2^31 from `near`. */
  publishedNear(publisher: number, near: number): number {
    return near + this.sentAfter(publisher, near);
  }

  /** Whether the stamps of a message that was sent are still those of its slot. */
  isKept(publisher: number, sequence: number): boolean {
    return this.sentAfter(publisher, sequence) <= this.size.ringLength - 2;
  }

  /** When a message was sent; NaN when that is not kept any more. */
  sentMsOf(publisher: number, sequence: number): number {
    return this.#stampOf(this.sentMs, publisher, sequence);
  }

  /** When a message was due; NaN when that is not kept any more. */
  intendedMsOf(publisher: number, sequence: number): number {
    return this.#stampOf(this.intendedMs, publisher, sequence);
  }

  /** The phase a message was due in, however long ago. */
  phaseOf(publisher: number, sequence: number): number {
    const { phases } = this.size;
    const first = publisher * phases;
    for (let phase = phases - 1; phase > 0; phase -= 1) {
      const began = this.#firstOfPhase[first + phase]!;
      if (began > 0 && began <= sequence) return phase;
    }
    return 0;
  }

  #stampOf(stamps: Float64Array, publisher: number, sequence: number): number {
    const stamp = stamps[this.slotOf(publisher, sequence)]!;
    return this.isKept(publisher, sequence) ? stamp : NaN;
  }
}

/**
 * Slots of each publisher's ring: all of its messages where they are few, else as many as 64 MB in all allow, which at
 * any rate a machine can receive is more than any drain waits for; 64 at least.
 */
export function publicationRingLength(publishers: number, messagesPerPublisher: number): number {
  const affordable = Math.max(shortestRing, mostStampMemory / stampBytes / publishers);
  let length = shortestRing;
  while (length < messagesPerPublisher + 2 && length * 2 <= affordable) length *= 2;
  return length;
}
