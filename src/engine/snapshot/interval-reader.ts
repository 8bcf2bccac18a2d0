import type { Histogram } from "../../measure/histogram.ts";
import { histogramStat, intervalCounter, intervalRingLength, type WorkerCells } from "../../measure/worker-cells.ts";
import { mergeHistograms } from "./merge-histograms.ts";

/** What all workers together have recorded of one second. */
export interface IntervalReading {
  readonly sent: number;
  readonly delivered: number;
  readonly latency: Histogram;
  readonly slip: Histogram;
}

/** Adds up what the workers have in their rings, second by second. */
export class IntervalReader {
  readonly #cells: readonly WorkerCells[];
  readonly #live = new Map<number, { readonly fill: readonly number[]; readonly reading: IntervalReading }>();

  constructor(cells: readonly WorkerCells[]) {
    this.#cells = cells;
  }

  /** Nothing in it when no worker has begun that second, or all have overwritten it. */
  read(number: number): IntervalReading {
    const slots = this.#slotsOf(number);
    return {
      sent: slots.reduce((sum, { counts }) => sum + counts[intervalCounter.sent]!, 0),
      delivered: slots.reduce((sum, { counts }) => sum + counts[intervalCounter.delivered]!, 0),
      latency: mergeHistograms(slots.map((slot) => slot.latency)),
      slip: mergeHistograms(slots.map((slot) => slot.slip)),
    };
  }

  /**
   * The same while the run goes on, for whoever asks each second for all of them: a dozen are in the rings, and only those
   * to which something was added since are read again.
   */
  readLive(number: number): IntervalReading {
    const fill = this.#slotsOf(number).flatMap(({ counts, latency, slip }) => [
      counts[intervalCounter.sent]!,
      counts[intervalCounter.delivered]!,
      latency.stats[histogramStat.sum]!,
      slip.stats[histogramStat.sum]!,
    ]);
    const earlier = this.#live.get(number);
    if (earlier?.fill.every((value, index) => value === fill[index]) === true && earlier.fill.length === fill.length) {
      return earlier.reading;
    }
    const reading = this.read(number);
    this.#live.set(number, { fill, reading });
    this.#live.delete(number - intervalRingLength);
    return reading;
  }

  /** Of each worker that has begun this second and not yet another in its place. */
  #slotsOf(number: number): readonly WorkerCells["intervals"][number][] {
    return this.#cells.flatMap((cells) => {
      const slot = cells.intervals[number % intervalRingLength]!;
      return slot.counts[intervalCounter.interval] === number ? [slot] : [];
    });
  }
}
