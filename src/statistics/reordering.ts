/** What RFC 4737 says about one stream of sequence numbers in the order of their arrival. */
export interface Reordering {
  /** First copies. */
  readonly received: number;
  readonly duplicates: number;
  readonly reordered: number;
  /** reordered / received; null when nothing was received. */
  readonly ratio: number | null;
  /** The reordered sequence numbers in the order of their arrival; the lists below follow it. */
  readonly packets: readonly number[];
  /** How many arrivals back the earliest larger number came (s.4.2). */
  readonly extents: readonly number[];
  /** How many arrivals just before are all larger (s.5). */
  readonly nReordering: readonly number[];
  /** Later than the earliest larger number by so much (s.4.3), in the unit of the times; null without times. */
  readonly lateTimes: readonly number[] | null;
  /** 1-based arrivals of those earliest larger numbers, each once (s.4.4) ... */
  readonly discontinuities: readonly number[];
  /** ... and the distances between them. */
  readonly gaps: readonly number[];
  readonly freeRuns: FreeRuns;
}

/** Runs of arrivals in order, each ended by a reordered one (RFC 4737 s.4.5). */
export interface FreeRuns {
  readonly runs: readonly number[];
  /** All arrivals. */
  readonly p: number;
  /** Reordered ones: the number of runs. */
  readonly x: number;
  /** Arrivals in order. */
  readonly a: number;
  /** Sum of the squares of the runs. */
  readonly q: number;
  /** Mean run weighted by its length; null without arrivals in order. */
  readonly qOverA: number | null;
  /** 1 for even runs, larger the more they differ: (q/a) / (a/x); null where that is undefined. */
  readonly variation: number | null;
}

/**
 * Analyses one stream: one publisher, one ordering unit, one receiver; never several pooled. Gaps in the numbers are
 * loss and further copies duplicates; neither is reordering. `times` are those of the arrivals, same order and length.
 */
export function analyseReordering(arrivals: readonly number[], times: readonly number[] | null = null): Reordering {
  const first = firstCopies(arrivals);
  const sequences = first.map((index) => arrivals[index]!);
  const packets: number[] = [];
  const extents: number[] = [];
  const nReordering: number[] = [];
  const lateTimes: number[] = [];
  const discontinuities = new Set<number>();
  const runs: number[] = [];
  let run = 0;
  let nextExpected = -Infinity;
  sequences.forEach((sequence, i) => {
    if (sequence >= nextExpected) {
      nextExpected = sequence + 1;
      run++;
      return;
    }
    const earliest = sequences.findIndex((other) => other > sequence);
    let n = 0;
    while (n < i && sequences[i - n - 1]! > sequence) n++;
    packets.push(sequence);
    extents.push(i - earliest);
    nReordering.push(n);
    discontinuities.add(earliest + 1);
    if (times !== null) lateTimes.push(times[first[i]!]! - times[first[earliest]!]!);
    runs.push(run);
    run = 0;
  });
  const starts = [...discontinuities];
  return {
    received: sequences.length,
    duplicates: arrivals.length - sequences.length,
    reordered: packets.length,
    ratio: sequences.length === 0 ? null : packets.length / sequences.length,
    packets,
    extents,
    nReordering,
    lateTimes: times === null ? null : lateTimes,
    discontinuities: starts,
    gaps: starts.slice(1).map((start, i) => start - starts[i]!),
    freeRuns: freeRunsOf(runs, sequences.length - packets.length),
  };
}

/** The free runs' figures (RFC 4737 s.4.6.4); `inOrder` counts those after the last reordered arrival too. */
export function freeRunsOf(runs: readonly number[], inOrder = runs.reduce((sum, run) => sum + run, 0)): FreeRuns {
  const q = runs.reduce((sum, run) => sum + run * run, 0);
  const x = runs.length;
  const qOverA = inOrder === 0 ? null : q / inOrder;
  const variation = qOverA === null || x === 0 ? null : qOverA / (inOrder / x);
  return { runs, p: inOrder + x, x, a: inOrder, q, qOverA, variation };
}

/** Positions of the arrivals that are no repetition of an earlier one. */
export function firstCopies(arrivals: readonly number[]): readonly number[] {
  const seen = new Set<number>();
  return arrivals.flatMap((sequence, index) => {
    if (seen.has(sequence)) return [];
    seen.add(sequence);
    return [index];
  });
}

/** How far one receiver's order is from another's (Kendall tau distance), over the messages both have. */
export function kendallDistance<Message>(
  reference: readonly Message[],
  received: readonly Message[],
): { readonly inversions: number; readonly maxPairs: number; readonly distance: number | null } {
  const places = new Map(reference.map((message, place) => [message, place]));
  const order = received.flatMap((message) => places.get(message) ?? []);
  const maxPairs = (order.length * (order.length - 1)) / 2;
  const inversions = countInversions(order);
  return { inversions, maxPairs, distance: maxPairs === 0 ? null : inversions / maxPairs };
}

/** Pairs in the wrong order, by halves: O(n log^2 n). */
function countInversions(values: readonly number[]): number {
  if (values.length < 2) return 0;
  const half = values.length >> 1;
  const left = values.slice(0, half);
  const right = values.slice(half);
  let inversions = countInversions(left) + countInversions(right);
  left.sort((a, b) => a - b);
  right.sort((a, b) => a - b);
  let smaller = 0;
  for (const value of left) {
    while (smaller < right.length && right[smaller]! < value) smaller++;
    inversions += smaller;
  }
  return inversions;
}
