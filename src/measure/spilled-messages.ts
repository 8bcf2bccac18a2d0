/** Told once per entry that is removed. */
export type SpilledListener = (
  connection: number,
  flags: number,
  phase: number,
  intendedMs: number,
  sequence: number,
) => void;

/**
 * Messages that have left their ring unanswered: open addressing over typed arrays, 31 bytes an entry, found by
 * (connection, sequence). Grows by doubling up to `maxEntries`; shrinks never.
 */
export class SpilledMessages {
  intendedMs = new Float64Array(0);
  sentMs = new Float64Array(0);
  phase = new Uint16Array(0);
  flags = new Uint8Array(0);
  #connection = new Int32Array(0);
  #sequence = new Float64Array(0); // 0 marks a free place: sequences start at 1
  #size = 0;
  #mask = -1;
  readonly #maxEntries: number;

  constructor(maxEntries: number) {
    this.#maxEntries = maxEntries;
  }

  get size(): number {
    return this.#size;
  }

  /** False when full: the entry is not kept. */
  add(connection: number, sequence: number, intendedMs: number, sentMs: number, phase: number, flags: number): boolean {
    if (this.#size >= this.#maxEntries) return false;
    if ((this.#size + 1) * 2 > this.#sequence.length) this.#grow();
    let index = this.#home(connection, sequence);
    while (this.#sequence[index] !== 0) index = (index + 1) & this.#mask;
    this.#sequence[index] = sequence;
    this.#connection[index] = connection;
    this.intendedMs[index] = intendedMs;
    this.sentMs[index] = sentMs;
    this.phase[index] = phase;
    this.flags[index] = flags;
    this.#size += 1;
    return true;
  }

  /** Where the entry is, or -1. Valid until the next add or remove. */
  find(connection: number, sequence: number): number {
    if (this.#size === 0) return -1;
    let index = this.#home(connection, sequence);
    while (this.#sequence[index] !== 0) {
      if (this.#sequence[index] === sequence && this.#connection[index] === connection) return index;
      index = (index + 1) & this.#mask;
    }
    return -1;
  }

  /** Frees a place and closes the gap, so that no tombstones gather over a long run. */
  remove(index: number): void {
    let gap = index;
    let probe = (index + 1) & this.#mask;
    while (this.#sequence[probe] !== 0) {
      const home = this.#home(this.#connection[probe]!, this.#sequence[probe]!);
      // The entry may move back only when its home does not lie between the gap and its place.
      if (((probe - home) & this.#mask) >= ((probe - gap) & this.#mask)) {
        this.#move(probe, gap);
        gap = probe;
      }
      probe = (probe + 1) & this.#mask;
    }
    this.#sequence[gap] = 0;
    this.#size -= 1;
  }

  /** Entries of one connection up to this sequence. Looks at the whole table. */
  countUpTo(connection: number, upTo: number): number {
    return this.#size === 0 ? 0 : this.#sequencesOf(connection, upTo).length;
  }

  /** Removes every entry of one connection up to a sequence, telling each. Looks at the whole table. */
  removeAllOf(connection: number, upTo: number, told: SpilledListener): void {
    for (const sequence of this.#sequencesOf(connection, upTo)) {
      const index = this.find(connection, sequence);
      const [flags, phase, intendedMs] = [this.flags[index]!, this.phase[index]!, this.intendedMs[index]!];
      this.remove(index);
      told(connection, flags, phase, intendedMs, sequence);
    }
  }

  /** Removes everything, telling each. */
  removeAll(told: SpilledListener): void {
    for (let index = 0; index < this.#sequence.length; index += 1) {
      if (this.#sequence[index] === 0) continue;
      this.#sequence[index] = 0;
      const intendedMs = this.intendedMs[index]!;
      told(this.#connection[index]!, this.flags[index]!, this.phase[index]!, intendedMs, this.#sequence[index]!);
    }
    this.#size = 0;
  }

  #sequencesOf(connection: number, upTo: number): readonly number[] {
    const sequences: number[] = [];
    for (let index = 0; index < this.#sequence.length; index += 1) {
      const sequence = this.#sequence[index]!;
      if (sequence !== 0 && sequence <= upTo && this.#connection[index] === connection) sequences.push(sequence);
    }
    return sequences;
  }

  #home(connection: number, sequence: number): number {
    const low = (sequence % 4294967296) | 0;
    let hash = Math.imul(low, 0x9e3779b1) ^ Math.imul(connection, 0x85ebca6b);
    hash ^= hash >>> 15;
    return Math.imul(hash, 0x2c1b3c6d) & this.#mask;
  }

  #move(from: number, to: number): void {
    this.#sequence[to] = this.#sequence[from]!;
    this.#connection[to] = this.#connection[from]!;
    this.intendedMs[to] = this.intendedMs[from]!;
    this.sentMs[to] = this.sentMs[from]!;
    this.phase[to] = this.phase[from]!;
    this.flags[to] = this.flags[from]!;
  }

  #grow(): void {
    const [oldSequence, oldConnection] = [this.#sequence, this.#connection];
    const [oldIntended, oldSent, oldPhase, oldFlags] = [this.intendedMs, this.sentMs, this.phase, this.flags];
    const capacity = Math.max(1024, oldSequence.length * 2);
    this.#sequence = new Float64Array(capacity);
    this.#connection = new Int32Array(capacity);
    this.intendedMs = new Float64Array(capacity);
    this.sentMs = new Float64Array(capacity);
    this.phase = new Uint16Array(capacity);
    this.flags = new Uint8Array(capacity);
    this.#mask = capacity - 1;
    this.#size = 0;
    for (let index = 0; index < oldSequence.length; index += 1) {
      const sequence = oldSequence[index]!;
      if (sequence === 0) continue;
      const connection = oldConnection[index]!;
      this.add(connection, sequence, oldIntended[index]!, oldSent[index]!, oldPhase[index]!, oldFlags[index]!);
    }
  }
}
