import { isPercentileResolved } from "../statistics/percentile.ts";

/**
 * The HDR histogram layout (HdrHistogram's, 3 significant digits): values below 2048 have a cell each, from there every
 * doubling of the value is divided into 1024 cells, so that a cell is never wider than 1/1024 of the values in it.
 */
const cellsPerDoubling = 1024;

/** The largest value with a cell of its own width: ten minutes. Larger values count in the last cell and as overflow. */
export const highestTrackableUs = 600_000_000;

/** Number of cells, 0 .. highestTrackableUs. */
export const histogramCells: number = cellOf(highestTrackableUs) + 1;

/** The cell of a whole number of microseconds, 0 .. highestTrackableUs. On the hot path: no branch, no allocation. */
export function cellOf(valueUs: number): number {
  // `| 2047` makes the shift 0 for everything below 2048 and changes nothing above.
  const shift = 21 - Math.clz32(valueUs | 2047);
  return (shift << 10) + (valueUs >>> shift);
}

/** The smallest value of a cell, microseconds. */
export function lowestOfCell(cell: number): number {
  const shift = shiftOf(cell);
  return (cell - shift * cellsPerDoubling) * 2 ** shift;
}

/** The largest value of a cell, microseconds. */
export function highestOfCell(cell: number): number {
  return lowestOfCell(cell) + 2 ** shiftOf(cell) - 1;
}

/** The middle of a cell as HdrHistogram takes it: what a value read back from a file counts as, microseconds. */
export function medianOfCell(cell: number): number {
  return lowestOfCell(cell) + Math.floor(2 ** shiftOf(cell) / 2);
}

function shiftOf(cell: number): number {
  return Math.max(0, (cell >>> 10) - 1);
}

/** The exact figures kept beside the cells. While empty `min` is Infinity and `max` is anything. */
export interface HistogramStats {
  readonly sum: number;
  readonly sumOfSquares: number;
  readonly min: number;
  readonly max: number;
  /** Values above highestTrackableUs; they are in the last cell too. */
  readonly overflow: number;
}

/** Above so many used cells the plain array is used: a sparse cell takes 10 bytes, and merging walks both lists. */
const sparseLimit = 4096;

/**
 * Latencies in whole microseconds. Counts, sum and extremes are exact (up to 2^53) beside the cells, and histograms of
 * workers, intervals and runs add up without loss.
 *
 * A run keeps two histograms a second for as long as it lasts, so there are three forms: packed (bytes, about two per
 * cell in use), sparse (sorted cell numbers with counts, ten bytes each, never changed in place and shared freely between
 * histograms) and dense (all cells, 161 KiB). `fromCells` and `add` stay sparse while few cells are in use; `record` makes
 * it dense; `compact` packs it. Every form can be read; changing one unpacks it.
 */
export class Histogram {
  #count = 0;
  #sum = 0;
  #sumOfSquares = 0;
  #min = Infinity;
  #max = 0;
  #overflow = 0;
  #dense: Float64Array | null = null;
  #sparseCells: Uint16Array = noCells;
  #sparseCounts: Float64Array = noCounts;
  #packed: Uint8Array | null = null;

  /** A histogram with nothing in it. */
  static empty(): Histogram {
    return new Histogram();
  }

  /** A copy of counts recorded elsewhere (a worker's shared memory, perhaps still being written) with their exact figures. */
  static fromCells(source: Uint32Array | Float64Array, stats: HistogramStats): Histogram {
    const made = new Histogram();
    // Everything below must see the same counts, whatever the writer does meanwhile.
    const cells = source.slice();
    const count = made.#take(cells);
    if (count === 0) return made;
    made.#addStats(count, stats);
    return made;
  }

  /** Number of values. */
  get count(): number {
    return this.#count;
  }

  /** Exact sum of all values, microseconds. */
  get sum(): number {
    return this.#sum;
  }

  /** Sum of the squares of all values; a double, so exact only up to 2^53 and good to about 15 digits above. */
  get sumOfSquares(): number {
    return this.#sumOfSquares;
  }

  /** Exact smallest value, microseconds; null when empty. */
  get min(): number | null {
    return this.#count === 0 ? null : this.#min;
  }

  /** Exact largest value, microseconds, even beyond the range; null when empty. */
  get max(): number | null {
    return this.#count === 0 ? null : this.#max;
  }

  /** How many values were above highestTrackableUs. */
  get overflow(): number {
    return this.#overflow;
  }

  /** Exact mean, microseconds; null when empty. */
  get mean(): number | null {
    return this.#count === 0 ? null : this.#sum / this.#count;
  }

  /** Standard deviation of the values themselves (divided by n, as HdrHistogram does), microseconds; null when empty. */
  get stdev(): number | null {
    if (this.#count === 0) return null;
    const mean = this.#sum / this.#count;
    return Math.sqrt(Math.max(0, this.#sumOfSquares / this.#count - mean * mean));
  }

  /** Adds `times` copies of a value, rounded to whole microseconds. NaN and negative values are bugs of the caller. */
  record(valueUs: number, times = 1): void {
    if (!(valueUs >= 0)) throw new Error(`Histogram.record(${valueUs}): not a latency. This is a bug in floodgate.`);
    if (times === 0) return;
    const value = Math.round(valueUs);
    this.#unpack();
    const dense = (this.#dense ??= this.#toDense());
    dense[cellOf(Math.min(value, highestTrackableUs))]! += times;
    this.#addStats(times, {
      sum: value * times,
      sumOfSquares: value * value * times,
      min: value,
      max: value,
      overflow: value > highestTrackableUs ? times : 0,
    });
  }

  /** Adds all values of another histogram; exact, in any order and grouping. */
  add(other: Histogram): void {
    if (other.#count === 0) return;
    this.#unpack();
    const sparse = this.#dense === null ? other.#sparse() : null;
    if (sparse !== null) this.#addSparse(sparse);
    else {
      const dense = (this.#dense ??= this.#toDense());
      other.forEachCell((cell, cellCount) => {
        dense[cell]! += cellCount;
      });
    }
    this.#addStats(other.#count, {
      sum: other.#sum,
      sumOfSquares: other.#sumOfSquares,
      min: other.#min,
      max: other.#max,
      overflow: other.#overflow,
    });
  }

  /** Gives back memory: packs the counts into bytes, to be read slowly. Changes no figure. */
  compact(): void {
    if (this.#packed !== null || this.#count === 0) return;
    const bytes: number[] = [];
    let next = 0;
    this.forEachCell((cell, cellCount) => {
      pushVarint(bytes, cell - next);
      pushVarint(bytes, cellCount);
      next = cell + 1;
    });
    this.#packed = Uint8Array.from(bytes);
    this.#dense = null;
    this.#sparseCells = noCells;
    this.#sparseCounts = noCounts;
  }

  /** Bytes of the packed form; 0 while it is not packed. */
  get packedBytes(): number {
    return this.#packed?.length ?? 0;
  }

  /** Calls back for each cell in use, smallest values first. */
  forEachCell(callback: (cell: number, count: number) => void): void {
    if (this.#packed !== null) {
      readVarintPairs(this.#packed, callback);
      return;
    }
    const dense = this.#dense;
    if (dense === null) {
      const cells = this.#sparseCells;
      for (let i = 0; i < cells.length; i++) callback(cells[i]!, this.#sparseCounts[i]!);
      return;
    }
    for (let cell = 0; cell < dense.length; cell++) {
      const cellCount = dense[cell]!;
      if (cellCount !== 0) callback(cell, cellCount);
    }
  }

  /** The value at a percentile 0 .. 100 (nearest rank), microseconds, within the exact extremes; null when empty. */
  percentile(p: number): number | null {
    return this.#count === 0 ? null : this.#valueOfRank(rankOf(p, this.#count), p);
  }

  /**
   * The same over received and lost messages, a lost one being infinitely late (RFC 2681 s.4.1): Infinity when the rank
   * falls on a lost message; null when there were neither.
   */
  percentileOffered(p: number, lost: number): number | null {
    if (this.#count + lost === 0) return null;
    const rank = rankOf(p, this.#count + lost);
    return rank > this.#count ? Infinity : this.#valueOfRank(rank, p);
  }

  /** Whether so many values can tell this percentile: at least ten lie above it. */
  isResolved(p: number): boolean {
    return isPercentileResolved(this.#count, p);
  }

  /** The value of a rank 1 .. count, smallest first, microseconds, within the exact extremes. Throws for any other rank. */
  valueAtRank(rank: number): number {
    return this.#valueOfRank(rank, 100);
  }

  /** For each of the values, in rising order, how many samples are in cells above its own. */
  countsAbove(valuesUs: readonly number[]): readonly number[] {
    const limits = valuesUs.map((value) => cellOf(Math.min(value, highestTrackableUs)));
    // Counted between the limits first, each cell once.
    const between = limits.map(() => 0);
    let passed = 0;
    this.forEachCell((cell, cellCount) => {
      while (passed < limits.length && cell > limits[passed]!) passed++;
      if (passed > 0) between[passed - 1]! += cellCount;
    });
    for (let i = between.length - 2; i >= 0; i--) between[i]! += between[i + 1]!;
    return between;
  }

  #valueOfRank(rank: number, p: number): number {
    const cell = this.#cellOfRank(rank);
    // Values beyond the range cannot be told apart any more; the largest is never too good.
    if (this.#overflow > 0 && cell === histogramCells - 1) return this.#max;
    const value = p <= 0 ? lowestOfCell(cell) : highestOfCell(cell);
    return Math.min(Math.max(value, this.#min), this.#max);
  }

  #cellOfRank(rank: number): number {
    let seen = 0;
    if (this.#packed !== null) return this.#cellOfRankPacked(rank);
    const dense = this.#dense;
    const counts = dense ?? this.#sparseCounts;
    for (let i = 0; i < counts.length; i++) {
      seen += counts[i]!;
      if (seen >= rank) return dense === null ? this.#sparseCells[i]! : i;
    }
    throw new Error(`Histogram: rank ${rank} of ${this.#count} not found. This is a bug in floodgate.`);
  }

  /** Without unpacking: a run asks each of its seconds once, and keeps them all. */
  #cellOfRankPacked(rank: number): number {
    let seen = 0;
    let found = -1;
    readVarintPairs(this.#packed!, (cell, cellCount) => {
      if (found < 0 && (seen += cellCount) >= rank) found = cell;
    });
    return found;
  }

  #addStats(count: number, stats: HistogramStats): void {
    this.#count += count;
    this.#sum += stats.sum;
    this.#sumOfSquares += stats.sumOfSquares;
    this.#overflow += stats.overflow;
    if (stats.min < this.#min) this.#min = stats.min;
    if (stats.max > this.#max) this.#max = stats.max;
  }

  #unpack(): void {
    const packed = this.#packed;
    if (packed === null) return;
    this.#packed = null;
    const sparse = unpackSparse(packed);
    if (sparse !== null) {
      [this.#sparseCells, this.#sparseCounts] = [sparse.cells, sparse.counts];
      return;
    }
    const dense = new Float64Array(histogramCells);
    readVarintPairs(packed, (cell, cellCount) => {
      dense[cell] = cellCount;
    });
    this.#dense = dense;
  }

  /** As two sorted lists; null when it is dense, or too many cells are in use. */
  #sparse(): SparseCells | null {
    if (this.#dense !== null) return null;
    return this.#packed === null
      ? { cells: this.#sparseCells, counts: this.#sparseCounts }
      : unpackSparse(this.#packed);
  }

  #toDense(): Float64Array {
    const dense = new Float64Array(histogramCells);
    this.forEachCell((cell, cellCount) => {
      dense[cell] = cellCount;
    });
    this.#sparseCells = noCells;
    this.#sparseCounts = noCounts;
    return dense;
  }

  /** Holds these counts from now on, sparse if few cells are in use; returns their sum. Keeps the array when it is dense. */
  #take(counts: Uint32Array | Float64Array): number {
    let used = 0;
    let count = 0;
    for (let cell = 0; cell < counts.length; cell++) {
      const cellCount = counts[cell]!;
      if (cellCount === 0) continue;
      // Beyond its end the scratch ignores the writes.
      scratchCells[used] = cell;
      scratchCounts[used++] = cellCount;
      count += cellCount;
    }
    if (used > sparseLimit) this.#dense = counts instanceof Float64Array ? counts : new Float64Array(counts);
    else {
      this.#sparseCells = scratchCells.slice(0, used);
      this.#sparseCounts = scratchCounts.slice(0, used);
    }
    return count;
  }

  /** Merges two sorted lists into new ones; the old may be shared with other histograms. */
  #addSparse(other: SparseCells): void {
    if (this.#count === 0) {
      this.#sparseCells = other.cells;
      this.#sparseCounts = other.counts;
      return;
    }
    const [a, b] = [this.#sparseCells, other.cells];
    const cells = new Uint16Array(a.length + b.length);
    const counts = new Float64Array(a.length + b.length);
    let [i, j, used] = [0, 0, 0];
    while (i < a.length || j < b.length) {
      const cellA = i < a.length ? a[i]! : Infinity;
      const cellB = j < b.length ? b[j]! : Infinity;
      const cell = Math.min(cellA, cellB);
      cells[used] = cell;
      counts[used++] = (cellA === cell ? this.#sparseCounts[i++]! : 0) + (cellB === cell ? other.counts[j++]! : 0);
    }
    this.#sparseCells = cells.slice(0, used);
    this.#sparseCounts = counts.slice(0, used);
    if (used > sparseLimit) this.#dense = this.#toDense();
  }
}

/** Seven bits a byte, lowest first, the high bit set on all but the last; whole numbers up to 2^53. */
function pushVarint(bytes: number[], value: number): void {
  let rest = value;
  while (rest >= 128) {
    bytes.push((rest % 128) + 128);
    rest = Math.floor(rest / 128);
  }
  bytes.push(rest);
}

/** Cells in use with their counts, smallest first. */
interface SparseCells {
  readonly cells: Uint16Array;
  readonly counts: Float64Array;
}

/** Null when too many cells are in use. Without a dense array between: seconds of a long run are added up pair by pair. */
function unpackSparse(packed: Uint8Array): SparseCells | null {
  let used = 0;
  readVarintPairs(packed, (cell, cellCount) => {
    // Beyond its end the scratch ignores the writes.
    scratchCells[used] = cell;
    scratchCounts[used++] = cellCount;
  });
  if (used > sparseLimit) return null;
  return { cells: scratchCells.slice(0, used), counts: scratchCounts.slice(0, used) };
}

/** Pairs of (cells skipped, count). */
function readVarintPairs(packed: Uint8Array, callback: (cell: number, count: number) => void): void {
  let at = 0;
  const read = (): number => {
    let value = 0;
    for (let factor = 1; ; factor *= 128) {
      const byte = packed[at++]!;
      value += (byte % 128) * factor;
      if (byte < 128) return value;
    }
  };
  for (let cell = 0; at < packed.length; cell++) {
    cell += read();
    callback(cell, read());
  }
}

const noCells = new Uint16Array(0);
const noCounts = new Float64Array(0);

/** Where `#take` gathers the cells in use; a histogram is made many times a second. */
const scratchCells = new Uint16Array(sparseLimit);
const scratchCounts = new Float64Array(sparseLimit);

/** 1-based rank of a percentile among n values: p is taken one ulp down, as 0.55 * 100 is 55.00000000000001 in doubles. */
function rankOf(p: number, n: number): number {
  return Math.max(1, Math.ceil((nextDown(Math.min(Math.max(p, 0), 100)) * n) / 100));
}

/** The largest double below x, for x >= 0; 0 for 0. */
function nextDown(x: number): number {
  if (x === 0) return 0;
  doubleView.setFloat64(0, x);
  doubleView.setBigUint64(0, doubleView.getBigUint64(0) - 1n);
  return doubleView.getFloat64(0);
}

const doubleView = new DataView(new ArrayBuffer(8));
