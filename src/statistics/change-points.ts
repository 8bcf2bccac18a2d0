/** A stretch [from, to) of a series that is taken as one level. */
export interface Stretch {
  readonly from: number;
  readonly to: number;
  readonly mean: number;
  /** Standard deviation (divided by n) in it. */
  readonly stdev: number;
}

export interface ChangePointOptions {
  /** Shorter stretches are not told apart. @default 5 */
  readonly shortest?: number;
  /** Smallest standard deviation that is believed: values that happen to be equal would else be a level each. */
  readonly leastStdev: number;
  /** Times ln n: what each further stretch must gain. Less finds more, for whoever tests what was found. @default 15 */
  readonly penaltyFactor?: number;
}

/**
 * The stretches of different mean or spread that a series falls into: optimal partitioning with the Gaussian cost
 * n (ln(2 pi s^2) + 1) and a penalty of 15 ln n for each further stretch, as Barrett et al. 2017 (warmup_stats) have it.
 * O(n^2) in time: a thousand values take some milliseconds.
 */
export function changePoints(values: readonly number[], options: ChangePointOptions): readonly Stretch[] {
  const { shortest = 5, leastStdev, penaltyFactor = 15 } = options;
  const n = values.length;
  if (n === 0) return [];
  const sums = new PrefixSums(values);
  const penalty = penaltyFactor * Math.log(n);
  const cost = (from: number, to: number): number =>
    (to - from) * (Math.log(2 * Math.PI * Math.max(leastStdev ** 2, sums.variance(from, to))) + 1);
  const best = new Float64Array(n + 1).fill(Infinity);
  const cut = new Int32Array(n + 1);
  best[0] = -penalty;
  for (let to = Math.min(shortest, n); to <= n; to++) {
    for (let from = 0; from === 0 || from <= to - shortest; from++) {
      const total = best[from]! + cost(from, to) + penalty;
      if (total < best[to]!) [best[to], cut[to]] = [total, from];
    }
  }
  const stretches: Stretch[] = [];
  for (let to = n; to > 0; to = cut[to]!) {
    const from = cut[to]!;
    stretches.unshift({ from, to, mean: sums.mean(from, to), stdev: Math.sqrt(sums.variance(from, to)) });
  }
  return stretches;
}

/** Mean and variance of any stretch at once. */
class PrefixSums {
  readonly #sum: Float64Array;
  readonly #square: Float64Array;
  /** Taken off first: differences of large squares would lose their digits. */
  readonly #origin: number;

  constructor(values: readonly number[]) {
    this.#origin = values.reduce((sum, value) => sum + value, 0) / values.length;
    this.#sum = new Float64Array(values.length + 1);
    this.#square = new Float64Array(values.length + 1);
    values.forEach((value, i) => {
      const centred = value - this.#origin;
      this.#sum[i + 1] = this.#sum[i]! + centred;
      this.#square[i + 1] = this.#square[i]! + centred * centred;
    });
  }

  mean(from: number, to: number): number {
    return this.#origin + this.#centredMean(from, to);
  }

  variance(from: number, to: number): number {
    const square = (this.#square[to]! - this.#square[from]!) / (to - from);
    return Math.max(0, square - this.#centredMean(from, to) ** 2);
  }

  #centredMean(from: number, to: number): number {
    return (this.#sum[to]! - this.#sum[from]!) / (to - from);
  }
}
