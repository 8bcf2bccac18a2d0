import { firstCopies } from "./reordering.ts";

/** Reorder density and reorder buffer-occupancy density of one stream (RFC 5236, informational). */
export interface ReorderDensity {
  /** Per arrival: its receive index, which skips lost numbers; null for duplicates and for what came too late. */
  readonly receiveIndexes: readonly (number | null)[];
  /** Per arrival: receive index minus sequence number; negative for early, positive for late ones. */
  readonly displacements: readonly (number | null)[];
  /** Share of arrivals by displacement. */
  readonly density: Readonly<Record<number, number>>;
  /** Share of arrivals after which so many had to wait in a buffer that restores the order. */
  readonly bufferDensity: Readonly<Record<number, number>>;
  /** The largest of these: to restore order a receiver must be able to hold so many. */
  readonly maxBuffer: number;
  /** Arrivals counted. */
  readonly count: number;
}

/** Arrivals displaced by more than `threshold` (DT of the RFC) count as lost. Sequence numbers begin with the smallest seen. */
export function reorderDensity(arrivals: readonly number[], threshold: number): ReorderDensity {
  let kept = firstCopies(arrivals);
  let indexes = receiveIndexes(arrivals, kept);
  for (;;) {
    // One at a time: each number given up as lost shifts the receive indexes of the others.
    const tooFar = kept.findIndex((at, i) => Math.abs(indexes[i]! - arrivals[at]!) > threshold);
    if (tooFar < 0) break;
    kept = kept.toSpliced(tooFar, 1);
    indexes = receiveIndexes(arrivals, kept);
  }
  const byArrival = new Map(kept.map((at, i) => [at, indexes[i]!]));
  const perArrival = arrivals.map((_, at) => byArrival.get(at) ?? null);
  const displacements = arrivals.map((sequence, at) => {
    const index = perArrival[at];
    return index == null ? null : index - sequence;
  });
  const buffered = bufferOccupancies(kept.map((at) => arrivals[at]!));
  return {
    receiveIndexes: perArrival,
    displacements,
    density: shares(displacements.filter((displacement) => displacement !== null)),
    bufferDensity: shares(buffered),
    maxBuffer: buffered.reduce((most, waiting) => Math.max(most, waiting), 0),
    count: kept.length,
  };
}

/** The receive index of each kept arrival: the numbers that did arrive, in rising order. */
function receiveIndexes(arrivals: readonly number[], kept: readonly number[]): readonly number[] {
  return kept.map((at) => arrivals[at]!).sort((a, b) => a - b);
}

/** After each arrival: how many have come that must wait for a smaller number still to come. */
function bufferOccupancies(sequences: readonly number[]): readonly number[] {
  const inOrder = sequences.toSorted((a, b) => a - b);
  const waiting = new Set<number>();
  let next = 0;
  return sequences.map((sequence) => {
    waiting.add(sequence);
    while (next < inOrder.length && waiting.delete(inOrder[next]!)) next++;
    return waiting.size;
  });
}

function shares(values: readonly number[]): Readonly<Record<number, number>> {
  const counts: Record<number, number> = {};
  for (const value of values) counts[value] = (counts[value] ?? 0) + 1;
  for (const value of Object.keys(counts)) counts[Number(value)]! /= values.length;
  return counts;
}
