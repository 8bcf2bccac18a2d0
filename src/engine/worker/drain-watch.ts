export interface DrainWatchParts {
  readonly nowMs: () => number;
  /** All that came so far; a drain goes on while it grows. */
  readonly bytesReceived: () => number;
  /** Whether nothing is waited for. */
  readonly isSettled: () => boolean;
  /** The drain is over. */
  readonly ended: () => void;
}

/** How long a drain in which nothing is missing waits on for late duplicates. */
const quietMs = 250;
const drainLookMs = 25;
/** A timer that comes so late tells of a thread that stood still. */
const standstillMs = 20;
/**
 * Standstills lengthen a drain by as much again, but not without end: by 2 s at least, as one standstill alone may eat a
 * short drain, and by 10 s at most, as the main thread gives up a worker 15 s after the deadline that it set.
 */
const leastExtensionMs = 2_000;
const mostExtensionMs = 10_000;

/** Waits, after a load, for what is under way still. */
export class DrainWatch {
  readonly #parts: DrainWatchParts;
  #timer: NodeJS.Timeout | undefined;
  /** From here on no standstill lengthens the drain any more. */
  #latestMs = 0;
  #quietSinceMs = 0;
  #bytesSeen = -1;

  constructor(parts: DrainWatchParts) {
    this.#parts = parts;
  }

  /** Waits until the deadline at the longest, but for standstills of this thread. */
  start(deadlineMs: number): void {
    const nowMs = this.#parts.nowMs();
    const extensionMs = Math.min(mostExtensionMs, Math.max(leastExtensionMs, deadlineMs - nowMs));
    this.#latestMs = deadlineMs + extensionMs;
    this.#look(deadlineMs, nowMs);
  }

  /** Waits no more; no timer is left behind. */
  stop(): void {
    clearTimeout(this.#timer);
  }

  /** Over when nothing is outstanding and 250 ms brought nothing, or at the deadline. Due at `dueMs`. */
  #look(deadlineMs: number, dueMs: number): void {
    clearTimeout(this.#timer);
    const nowMs = this.#parts.nowMs();
    // What came while this thread stood still is not read yet, and no loss of the target's.
    const isLate = nowMs - dueMs > standstillMs && deadlineMs < this.#latestMs;
    const untilMs = isLate ? Math.max(deadlineMs, nowMs) + quietMs : deadlineMs;
    const bytesSeen = this.#parts.bytesReceived();
    if (bytesSeen !== this.#bytesSeen) {
      this.#bytesSeen = bytesSeen;
      this.#quietSinceMs = nowMs;
    }
    const isQuiet = nowMs - this.#quietSinceMs >= quietMs;
    if (nowMs >= untilMs || (isQuiet && this.#parts.isSettled())) {
      this.#parts.ended();
      return;
    }
    const waitMs = Math.min(drainLookMs, Math.max(1, untilMs - nowMs));
    this.#timer = setTimeout(() => this.#look(untilMs, nowMs + waitMs), waitMs);
  }
}
