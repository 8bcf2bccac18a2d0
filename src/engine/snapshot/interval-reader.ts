import type { Histogram } from "../../measure/histogram.ts";
import {
  healthCell,
  histogramStat,
  intervalCounter,
  intervalOpenSeconds,
  intervalRingLength,
  type WorkerCells,
} from "../../measure/worker-cells.ts";
import { mergeHistograms } from "./merge-histograms.ts";

/** What all workers together have recorded of one second. */
export interface IntervalReading {
  readonly sent: number;
  readonly delivered: number;
  readonly latency: Histogram;
  readonly slip: Histogram;
}

/**
 * One more than workers add to a second for: they may notice a little late that a new one has begun, and what a worker
 * process records is mirrored here a little later.
 */
const sealAfterSeconds = intervalOpenSeconds + 1;

/** Takes the seconds of all workers out of their rings before they are overwritten, and keeps them. */
export class IntervalReader {
  readonly #cells: readonly WorkerCells[];
  /** Seconds no worker writes to any more, packed. */
  readonly #sealed = new Map<number, IntervalReading>();
  readonly #lagUs = new Map<number, number>();
  readonly #live = new Map<number, { readonly fill: readonly number[]; readonly reading: IntervalReading }>();

  constructor(cells: readonly WorkerCells[]) {
    this.#cells = cells;
  }

  /** Once a second, with the second that is running: takes what the workers are about to overwrite, and the lag. */
  tick(newest: number): void {
    const lag = Math.max(0, ...this.#cells.map(({ health }) => health[healthCell.lagLastSecondUs]!));
    this.#lagUs.set(newest - 1, lag);
    this.#sealAll(newest - intervalRingLength, newest - sealAfterSeconds);
  }

  /** Nothing more will be written to the seconds up to `newest`. */
  seal(newest: number): void {
    this.#sealAll(newest - intervalRingLength + 1, newest);
  }

  isSealed(number: number): boolean {
    return this.#sealed.has(number);
  }

  read(number: number): IntervalReading {
    return this.#sealed.get(number) ?? this.#readRings(number);
  }

  /**
   * The same while the run goes on, for whoever asks each second for all of them: a dozen are in the rings, and only those
   * to which something was added since are read again.
   */
  readLive(number: number): IntervalReading {
    const sealed = this.#sealed.get(number);
    if (sealed !== undefined) return sealed;
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
    const reading = this.#readRings(number);
    this.#live.set(number, { fill, reading });
    this.#live.delete(number - intervalRingLength);
    return reading;
  }

  /** Largest event-loop lag of any worker in that second, microseconds; 0 when none was told. */
  lagUsOf(number: number): number {
    return this.#lagUs.get(number) ?? 0;
  }

  #sealAll(first: number, last: number): void {
    for (let number = Math.max(0, first); number <= last; number += 1) {
      if (this.#sealed.has(number)) continue;
      const reading = this.#readRings(number);
      reading.latency.compact();
      reading.slip.compact();
      this.#sealed.set(number, reading);
    }
  }

  #readRings(number: number): IntervalReading {
    const slots = this.#slotsOf(number);
    return {
      sent: slots.reduce((sum, { counts }) => sum + counts[intervalCounter.sent]!, 0),
      delivered: slots.reduce((sum, { counts }) => sum + counts[intervalCounter.delivered]!, 0),
      latency: mergeHistograms(slots.map((slot) => slot.latency)),
      slip: mergeHistograms(slots.map((slot) => slot.slip)),
    };
  }

  /** Of each worker that has begun this second and not yet another in its place. */
  #slotsOf(number: number): readonly WorkerCells["intervals"][number][] {
    return this.#cells.flatMap((cells) => {
      const slot = cells.intervals[number % intervalRingLength]!;
      return slot.counts[intervalCounter.interval] === number ? [slot] : [];
    });
  }
}
