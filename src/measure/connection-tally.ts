import { coarseCellOf, coarseCells } from "./coarse-times.ts";
import { connectionColumn, type ConnectionCells } from "./connection-cells.ts";

/** The columns that are simply counted. */
export type TalliedEvent = "lost" | "refused" | "duplicated" | "reordered";

/**
 * What happened on each connection of a worker, by its local number. There are two, one that counts and one that does nothing,
 * and a run has only one of them; what is called for every message is asked first whether it is the one that does nothing.
 */
export interface ConnectionTally {
  sent(connection: number, phase: number, times: number, atMs: number): void;
  /** First copies, less those that are taken back (negative `times`). */
  delivered(connection: number, phase: number, times: number, atMs: number): void;
  /** One time from the instant a message was due to its receipt, whole microseconds below 2^31; negative ones are no time. */
  took(connection: number, phase: number, latencyUs: number): void;
  count(connection: number, phase: number, event: TalliedEvent, times: number): void;
  ready(connection: number, atMs: number): void;
  /** It was ready and is not any more. `isOutage`: it was wanted. */
  ended(connection: number, atMs: number, isOutage: boolean): void;
}

/** For runs in which connections have no figures of their own. */
export const noTally: ConnectionTally = {
  sent: nothing,
  delivered: nothing,
  took: nothing,
  count: nothing,
  ready: nothing,
  ended: nothing,
};

function nothing(): void {
  return;
}

/** Counts into shared memory; allocates nothing. */
export class CellTally implements ConnectionTally {
  readonly #counts: Float64Array;
  readonly #times: Uint32Array | null;
  /** By phase: 1 where its load is measured. */
  readonly #measured: Uint8Array;

  /** `measured`: by phase of the plan. */
  constructor({ counts, times }: ConnectionCells, measured: readonly boolean[]) {
    this.#counts = counts;
    this.#times = times;
    this.#measured = Uint8Array.from(measured, (isMeasured) => (isMeasured ? 1 : 0));
  }

  sent(connection: number, phase: number, times: number, atMs: number): void {
    const row = connection * connectionColumn.length;
    this.#counts[row + connectionColumn.activeMs] = atMs;
    if (this.#measured[phase] === 1) this.#counts[row + connectionColumn.sent]! += times;
  }

  delivered(connection: number, phase: number, times: number, atMs: number): void {
    const row = connection * connectionColumn.length;
    this.#counts[row + connectionColumn.activeMs] = atMs;
    if (this.#measured[phase] === 1) this.#counts[row + connectionColumn.delivered]! += times;
  }

  took(connection: number, phase: number, latencyUs: number): void {
    if (this.#measured[phase] !== 1 || latencyUs < 0) return;
    const counts = this.#counts;
    const row = connection * connectionColumn.length;
    counts[row + connectionColumn.latencies]! += 1;
    counts[row + connectionColumn.latencySumUs]! += latencyUs;
    if (latencyUs > counts[row + connectionColumn.latencyMaxUs]!) {
      counts[row + connectionColumn.latencyMaxUs] = latencyUs;
    }
    if (this.#times !== null) this.#times[connection * coarseCells + coarseCellOf(latencyUs)]! += 1;
  }

  count(connection: number, phase: number, event: TalliedEvent, times: number): void {
    if (this.#measured[phase] !== 1) return;
    this.#counts[connection * connectionColumn.length + connectionColumn[event]]! += times;
  }

  ready(connection: number, atMs: number): void {
    const row = connection * connectionColumn.length;
    this.#counts[row + connectionColumn.opened]! += 1;
    this.#counts[row + connectionColumn.readySinceMs] = atMs;
    this.#counts[row + connectionColumn.activeMs] = atMs;
  }

  ended(connection: number, atMs: number, isOutage: boolean): void {
    const counts = this.#counts;
    const row = connection * connectionColumn.length;
    const sinceMs = counts[row + connectionColumn.readySinceMs]!;
    if (sinceMs === 0) return;
    counts[row + connectionColumn.readyMs]! += atMs - sinceMs;
    counts[row + connectionColumn.readySinceMs] = 0;
    counts[row + connectionColumn.activeMs] = atMs;
    if (isOutage) counts[row + connectionColumn.ended]! += 1;
  }
}
