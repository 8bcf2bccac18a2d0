/** What a spread log has room for. */
export interface SpreadSize {
  readonly publishers: number;
  readonly workers: number;
  /** Messages of one publisher that may be on their way at a time, a power of two. */
  readonly slots: number;
  /** Most receivers that one room has in one worker. */
  readonly receivers: number;
}

/** What is left of a message's receivers, in the low bits of its cell; which message the slot is for, in the high ones. */
const remainingBits = 20;
const remainingMask = (1 << remainingBits) - 1;
const mostSlots = 65_536;
const fewestSlots = 8;
const mostMemory = 64 * 1024 * 1024;

/**
 * How each message of a broadcast spreads: when its first, middle and last receiver had it, exactly, although they are on
 * several workers. Each worker writes down, in memory that all share, how long the message took to its own receivers, in
 * the order in which they had it; a cell that all count down tells who was the last, and that one puts the lists together.
 *
 * A slot serves the messages s, s + slots, s + 2 slots ... of a publisher. One that has not reached everybody when its
 * slot is needed again is given up.
 */
export class SpreadLog {
  readonly memory: SharedArrayBuffer;
  readonly size: SpreadSize;
  /** Of the message last summarised, microseconds. */
  firstUs = 0;
  medianUs = 0;
  /** When 99 % of its receivers had it. */
  nearlyAllUs = 0;
  lastUs = 0;
  readonly #worker: number;
  readonly #mask: number;
  readonly #cells: Int32Array;
  /** By worker: which message its list in a slot is of, the list's length, and the lists. */
  readonly #sequences: readonly Float64Array[];
  readonly #lengths: readonly Int32Array[];
  readonly #lists: readonly Uint32Array[];
  readonly #cursors: Int32Array;

  /** `worker` is whose lists are written here. Without `memory`, makes memory of its own. */
  constructor(size: SpreadSize, worker: number, memory?: SharedArrayBuffer) {
    if ((size.slots & (size.slots - 1)) !== 0) throw new Error("slots must be a power of two");
    this.memory = memory ?? new SharedArrayBuffer(memoryBytes(size));
    this.size = size;
    this.#worker = worker;
    this.#mask = size.slots - 1;
    const cells = size.publishers * size.slots;
    let offset = 0;
    const take = (bytes: number): number => {
      const at = offset;
      offset += bytes;
      return at;
    };
    const workers = Array.from({ length: size.workers });
    // Widest numbers first, so that all are aligned.
    this.#sequences = workers.map(() => new Float64Array(this.memory, take(8 * cells), cells));
    this.#cells = new Int32Array(this.memory, take(4 * cells), cells);
    this.#lengths = workers.map(() => new Int32Array(this.memory, take(4 * cells), cells));
    const listed = cells * size.receivers;
    this.#lists = workers.map(() => new Uint32Array(this.memory, take(4 * listed), listed));
    this.#cursors = new Int32Array(size.workers);
  }

  /**
   * Enters a message before it is published, owed to `receivers`; 0 to leave it out. True when the message whose slot it
   * takes had not reached everybody. Called by the one worker that owns the publisher.
   */
  open(publisher: number, sequence: number, receivers: number): boolean {
    const cell = (this.#generationOf(sequence) << remainingBits) | Math.min(receivers, remainingMask);
    const before = Atomics.exchange(this.#cells, this.#slotOf(publisher, sequence), cell);
    return (before & remainingMask) > 0;
  }

  /** Leaves a message out, whoever has had it. True when it had not reached everybody before. */
  dismiss(publisher: number, sequence: number): boolean {
    const slot = this.#slotOf(publisher, sequence);
    const generation = this.#generationOf(sequence);
    let cell = Atomics.load(this.#cells, slot);
    while (cell >>> remainingBits === generation && (cell & remainingMask) > 0) {
      const found = Atomics.compareExchange(this.#cells, slot, cell, generation << remainingBits);
      if (found === cell) return true;
      cell = found;
    }
    return false;
  }

  /** A receiver of this worker has the message, `latencyUs` after it was due. True when it was the last one. */
  note(publisher: number, sequence: number, latencyUs: number): boolean {
    const slot = this.#slotOf(publisher, sequence);
    const generation = this.#generationOf(sequence);
    let cell = Atomics.load(this.#cells, slot);
    if (cell >>> remainingBits !== generation || (cell & remainingMask) === 0) return false;
    this.#write(slot, sequence, latencyUs);
    // The list is written before the cell is counted down, so that the last one sees all lists.
    while (cell >>> remainingBits === generation && (cell & remainingMask) > 0) {
      const found = Atomics.compareExchange(this.#cells, slot, cell, cell - 1);
      if (found === cell) return (cell & remainingMask) === 1;
      cell = found;
    }
    return false;
  }

  /** Puts the lists of a message that has reached everybody together. False when its slot was taken meanwhile. */
  summarise(publisher: number, sequence: number): boolean {
    const slot = this.#slotOf(publisher, sequence);
    const { workers } = this.size;
    let total = 0;
    for (let worker = 0; worker < workers; worker += 1) total += this.#listed(worker, slot, sequence);
    if (total === 0) return false;
    const middle = Math.ceil(total / 2);
    const nearlyAll = Math.ceil((99 * total) / 100);
    this.#cursors.fill(0);
    for (let rank = 1; rank <= total; rank += 1) {
      const us = this.#takeNext(slot, sequence);
      if (rank === 1) this.firstUs = us;
      if (rank === middle) this.medianUs = us;
      if (rank === nearlyAll) this.nearlyAllUs = us;
      this.lastUs = us;
    }
    return Atomics.load(this.#cells, slot) >>> remainingBits === this.#generationOf(sequence);
  }

  /**
   * Tells the messages of `publisher`, which has sent `latest` of them, that have not reached everybody; none of them will
   * be waited for any more.
   */
  giveUp(publisher: number, latest: number, told: (sequence: number) => void): void {
    const { slots } = this.size;
    for (let sequence = latest; sequence > 0 && sequence > latest - slots; sequence -= 1) {
      if (this.dismiss(publisher, sequence)) told(sequence);
    }
  }

  #write(slot: number, sequence: number, latencyUs: number): void {
    const sequences = this.#sequences[this.#worker]!;
    const lengths = this.#lengths[this.#worker]!;
    if (sequences[slot] !== sequence) {
      sequences[slot] = sequence;
      lengths[slot] = 0;
    }
    const length = lengths[slot]!;
    if (length === this.size.receivers) return;
    this.#lists[this.#worker]![slot * this.size.receivers + length] = latencyUs;
    lengths[slot] = length + 1;
  }

  #listed(worker: number, slot: number, sequence: number): number {
    return this.#sequences[worker]![slot] === sequence ? this.#lengths[worker]![slot]! : 0;
  }

  /** The smallest of what the lists still hold; each of them rises. */
  #takeNext(slot: number, sequence: number): number {
    let from = -1;
    let least = Infinity;
    for (let worker = 0; worker < this.size.workers; worker += 1) {
      const cursor = this.#cursors[worker]!;
      if (cursor >= this.#listed(worker, slot, sequence)) continue;
      const us = this.#lists[worker]![slot * this.size.receivers + cursor]!;
      if (us < least) {
        least = us;
        from = worker;
      }
    }
    if (from >= 0) this.#cursors[from]! += 1;
    return least;
  }

  #slotOf(publisher: number, sequence: number): number {
    return publisher * this.size.slots + (sequence & this.#mask);
  }

  #generationOf(sequence: number): number {
    return Math.floor(sequence / this.size.slots) & ((1 << (32 - remainingBits)) - 1);
  }
}

/**
 * Slots of each publisher for so many messages of it, within 64 MB in all; 0 when that is too little to be of use: many
 * publishers in a room of many.
 */
export function spreadSlots(size: Omit<SpreadSize, "slots">, messagesPerPublisher: number): number {
  const affordable = Math.min(mostSlots, mostMemory / memoryBytes({ ...size, slots: 1 }));
  if (affordable < fewestSlots || size.receivers > remainingMask) return 0;
  let slots = fewestSlots;
  while (slots < messagesPerPublisher && slots * 2 <= affordable) slots *= 2;
  return slots;
}

function memoryBytes({ publishers, workers, slots, receivers }: SpreadSize): number {
  return publishers * slots * (4 + workers * (12 + 4 * receivers));
}
