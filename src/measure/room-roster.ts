/**
 * How many receivers are in each room now, in memory that all workers share: each worker enters those of its own
 * connections, and whoever publishes takes the number along as what its message is owed.
 */
export class RoomRoster {
  readonly memory: SharedArrayBuffer;
  readonly #present: Int32Array;
  /** Grows with every join and leave. */
  readonly #changes: Int32Array;
  /** Until when a send counts as near to a join or leave; whole milliseconds since `originMs`. */
  readonly #unsettledUntil: Int32Array;
  readonly #originMs: number;

  /** `originMs`: zero of the instants that are shared. Without `memory`, makes memory of its own. */
  constructor(rooms: number, originMs: number, memory?: SharedArrayBuffer) {
    this.memory = memory ?? new SharedArrayBuffer(12 * rooms);
    this.#originMs = originMs;
    this.#present = new Int32Array(this.memory, 0, rooms);
    this.#changes = new Int32Array(this.memory, 4 * rooms, rooms);
    this.#unsettledUntil = new Int32Array(this.memory, 8 * rooms, rooms);
  }

  /** A receiver is in the room from now on; until `settledMs` nobody can say whether it is reached. */
  join(room: number, settledMs: number): void {
    Atomics.add(this.#present, room, 1);
    this.#unsettle(room, settledMs);
    Atomics.add(this.#changes, room, 1);
  }

  /** The same for one that has left. What is published after this returns does not count on it. */
  leave(room: number, settledMs: number): void {
    Atomics.sub(this.#present, room, 1);
    this.#unsettle(room, settledMs);
    Atomics.add(this.#changes, room, 1);
  }

  presentIn(room: number): number {
    return Atomics.load(this.#present, room);
  }

  /** To be compared before `presentIn` and after its use: the same number means that nobody joined or left between. */
  changesOf(room: number): number {
    return Atomics.load(this.#changes, room);
  }

  /** Whether a send at `sentMs` is near to a join or leave. */
  isUnsettled(room: number, sentMs: number): boolean {
    return sentMs - this.#originMs < Atomics.load(this.#unsettledUntil, room);
  }

  #unsettle(room: number, settledMs: number): void {
    const untilMs = Math.ceil(settledMs - this.#originMs);
    let known = Atomics.load(this.#unsettledUntil, room);
    while (known < untilMs) {
      const found = Atomics.compareExchange(this.#unsettledUntil, room, known, untilMs);
      if (found === known) return;
      known = found;
    }
  }
}
