import { control, controlView } from "./worker-cells.ts";

/** What has changed in one worker's cells: stretches of bytes, all as they were at one instant of the worker. */
export interface CellsUpdate {
  /** Offset and length of each stretch, bytes, one after the other: offset, length, offset, length ... */
  readonly stretches: readonly number[];
  /** The bytes of all stretches, in that order. */
  readonly bytes: Uint8Array;
}

/** Cells are compared in blocks of this size. A histogram that grows touches a few of its 70. */
const blockBytes = 1024;
/** Most of the memory is never touched: so much at a time is passed over with one comparison. */
const stepBytes = 64 * blockBytes;

/** In the worker's process: finds what has changed since the last update. */
export class CellsSender {
  readonly #cells: Buffer;
  readonly #sent: Buffer;

  /** The other side must have cells as they are now: those of a new worker. */
  constructor(memory: SharedArrayBuffer) {
    this.#cells = Buffer.from(memory);
    // Filled by what differs from zero, so that pages never touched stay untouched here as well.
    this.#sent = Buffer.alloc(memory.byteLength);
    this.takeUpdate();
  }

  /** Null when nothing has changed. Costs a comparison of all cells: about 0.2 ms for a plan of a few phases. */
  takeUpdate(): CellsUpdate | null {
    const stretches: number[] = [];
    const end = this.#cells.length;
    for (let step = 0; step < end; step += stepBytes) {
      const stepEnd = Math.min(end, step + stepBytes);
      if (this.#isSent(step, stepEnd)) continue;
      for (let block = step; block < stepEnd; block += blockBytes) {
        const blockEnd = Math.min(end, block + blockBytes);
        if (!this.#isSent(block, blockEnd)) addStretch(stretches, block, blockEnd - block);
      }
    }
    return stretches.length === 0 ? null : { stretches, bytes: this.#take(stretches) };
  }

  #isSent(start: number, end: number): boolean {
    return this.#cells.compare(this.#sent, start, end, start, end) === 0;
  }

  #take(stretches: readonly number[]): Uint8Array {
    const parts: Buffer[] = [];
    for (let index = 0; index < stretches.length; index += 2) {
      const start = stretches[index]!;
      const end = start + stretches[index + 1]!;
      this.#cells.copy(this.#sent, start, start, end);
      parts.push(this.#sent.subarray(start, end));
    }
    return Buffer.concat(parts);
  }
}

/** Appends a stretch, to the last one where they meet. */
function addStretch(stretches: number[], start: number, length: number): void {
  const last = stretches.length - 2;
  const lastEnd = last < 0 ? -1 : stretches[last]! + stretches[last + 1]!;
  if (lastEnd === start) stretches[last + 1]! += length;
  else stretches.push(start, length);
}

/**
 * On the main side: makes `memory` what the worker's cells were when the update was taken, all at once for everything
 * on this thread. The stop request stays: it is written on this side.
 */
export function applyUpdate(memory: SharedArrayBuffer, { stretches, bytes }: CellsUpdate): void {
  const cells = new Uint8Array(memory);
  const controlCells = controlView(memory);
  const stop = controlCells[control.stop]!;
  let from = 0;
  for (let index = 0; index < stretches.length; index += 2) {
    const length = stretches[index + 1]!;
    cells.set(bytes.subarray(from, from + length), stretches[index]);
    from += length;
  }
  controlCells[control.stop] = stop;
}
