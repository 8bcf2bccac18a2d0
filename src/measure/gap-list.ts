const initialGaps = 8;

/** How a sequence came to be missing: skipped between two that came, or sent while the connection was away. */
export const gapKind = { skipped: 0, away: 1 } as const;

/**
 * The sequences of one stream that are missing below the highest seen, as runs in rising order: exact whatever their
 * number or distance, 31 bytes a run. A late copy takes its sequence out, which may split a run.
 */
export class GapList {
  /** Runs there are. */
  length = 0;
  from = new Float64Array(initialGaps);
  to = new Float64Array(initialGaps);
  openedMs = new Float64Array(initialGaps);
  /** Broken messages that came where the run was opened: so many of its sequences are known to have been sent. */
  corrupt = new Uint32Array(initialGaps);
  phase = new Uint16Array(initialGaps);
  kind = new Uint8Array(initialGaps);

  /** Adds a run above all others. */
  open(from: number, to: number, openedMs: number, phase: number, kind: number, corrupt: number): void {
    if (this.length === this.from.length) this.#grow();
    const index = this.length;
    this.from[index] = from;
    this.to[index] = to;
    this.openedMs[index] = openedMs;
    this.phase[index] = phase;
    this.kind[index] = kind;
    this.corrupt[index] = Math.min(corrupt, to - from + 1);
    this.length += 1;
  }

  /** The run that holds `sequence`; -1 when it is not missing. Valid until the next change. */
  find(sequence: number): number {
    let low = 0;
    let high = this.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      if (sequence < this.from[middle]!) high = middle - 1;
      else if (sequence > this.to[middle]!) low = middle + 1;
      else return middle;
    }
    return -1;
  }

  /** Takes `sequence` out of run `index`. */
  fill(index: number, sequence: number): void {
    const [from, to] = [this.from[index]!, this.to[index]!];
    if (from === to) this.remove(index);
    else if (sequence === from) this.from[index] = from + 1;
    else if (sequence === to) this.to[index] = to - 1;
    else this.#split(index, sequence);
    if (from !== to) this.corrupt[index] = Math.min(this.corrupt[index]!, this.to[index]! - this.from[index]! + 1);
  }

  /** Forgets run `index`. */
  remove(index: number): void {
    this.#move(index + 1, index);
    this.length -= 1;
  }

  /** Forgets everything. */
  clear(): void {
    this.length = 0;
  }

  #split(index: number, sequence: number): void {
    if (this.length === this.from.length) this.#grow();
    this.#move(index, index + 1);
    this.length += 1;
    this.to[index] = sequence - 1;
    this.from[index + 1] = sequence + 1;
    // Nobody can tell on which side the broken ones were: as many as fit are taken to be on the left.
    const left = Math.min(this.corrupt[index]!, sequence - this.from[index]!);
    const right = Math.min(this.corrupt[index]! - left, this.to[index + 1]! - sequence);
    this.corrupt[index] = left;
    this.corrupt[index + 1] = right;
  }

  /** Moves all runs from `source` on to `target`. */
  #move(source: number, target: number): void {
    for (const column of [this.from, this.to, this.openedMs, this.corrupt, this.phase, this.kind]) {
      column.copyWithin(target, source, this.length);
    }
  }

  #grow(): void {
    const larger = <T extends Float64Array | Uint32Array | Uint16Array | Uint8Array>(column: T, empty: T): T => {
      empty.set(column);
      return empty;
    };
    const length = this.from.length * 2;
    this.from = larger(this.from, new Float64Array(length));
    this.to = larger(this.to, new Float64Array(length));
    this.openedMs = larger(this.openedMs, new Float64Array(length));
    this.corrupt = larger(this.corrupt, new Uint32Array(length));
    this.phase = larger(this.phase, new Uint16Array(length));
    this.kind = larger(this.kind, new Uint8Array(length));
  }
}
