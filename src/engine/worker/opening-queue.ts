/** Attempts one worker has under way at a time when no rate is given. */
const attemptsAtOnce = 64;
/**
 * Attempts begun in one turn of the event loop. More of them do not open faster, for on loopback each costs its 0.1 ms in
 * the kernel at once; but all that are begun in a turn wait for one another, and that wait would be told as the target's
 * time to connect.
 */
const attemptsPerTurn = 8;

export interface OpeningQueueParts {
  /** Attempts per second of this worker; null for as fast as they complete. */
  readonly ratePerSecond: number | null;
  /** How far the first attempt is shifted, in the time between two attempts, so that workers take turns. */
  readonly shift: number;
  readonly nowMs: () => number;
  /** Attempts begun that are neither ready nor given up. */
  readonly underWay: () => number;
  /** Begins an attempt for a connection, `lateMs` after its turn (0 without a rate); false when it needs none. */
  readonly open: (index: number, lateMs: number) => boolean;
}

/** Which connection is opened when: one after the other, at the asked rate or as fast as they become ready. */
export class OpeningQueue {
  readonly #parts: OpeningQueueParts;
  /** Connections 0 .. end - 1 are to be opened, `next` first. */
  #next = 0;
  #end = 0;
  #startMs = 0;
  /** Attempts since the start. */
  #begun = 0;
  #timer: NodeJS.Timeout | undefined;
  #immediate: NodeJS.Immediate | undefined;

  constructor(parts: OpeningQueueParts) {
    this.#parts = parts;
  }

  /** Begins anew with the first of `count` connections. */
  start(count: number): void {
    this.stop();
    this.#next = 0;
    this.#end = count;
    this.#begun = 0;
    this.#startMs = this.#parts.nowMs();
    this.#openDue();
  }

  /** Begins no further attempt, and leaves no timer behind. */
  stop(): void {
    this.#next = this.#end;
    this.#disarm();
  }

  /** Whether a connection had its turn; what is to be opened after that, others must open. */
  hasPassed(index: number): boolean {
    return index < this.#next;
  }

  /** An attempt has ended, one way or the other: there may be room for the next. */
  attemptEnded(): void {
    if (this.#next < this.#end && this.#timer === undefined) this.#immediate ??= setImmediate(this.#onTurn);
  }

  readonly #onTurn = (): void => {
    this.#disarm();
    this.#openDue();
  };

  #openDue(): void {
    const { ratePerSecond, underWay, open } = this.#parts;
    const enough = this.#begun + attemptsPerTurn;
    while (this.#next < this.#end) {
      const waitMs = this.#nextDueInMs();
      if (waitMs > 0) {
        this.#timer = setTimeout(this.#onTurn, Math.ceil(waitMs));
        return;
      }
      if (ratePerSecond === null && underWay() >= attemptsAtOnce) return;
      if (this.#begun === enough) {
        this.#immediate ??= setImmediate(this.#onTurn);
        return;
      }
      const index = this.#next;
      this.#next += 1;
      if (open(index, -waitMs)) this.#begun += 1;
    }
  }

  #disarm(): void {
    clearTimeout(this.#timer);
    clearImmediate(this.#immediate);
    this.#timer = undefined;
    this.#immediate = undefined;
  }

  /** Attempt k of this worker is due k / rate after the start. */
  #nextDueInMs(): number {
    const { ratePerSecond, shift, nowMs } = this.#parts;
    if (ratePerSecond === null) return 0;
    return this.#startMs + ((this.#begun + shift) / ratePerSecond) * 1000 - nowMs();
  }
}
