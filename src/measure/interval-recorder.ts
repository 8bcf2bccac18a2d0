import { HistogramWriter } from "./histogram-writer.ts";
import { cellOf, highestTrackableUs } from "./histogram.ts";
import {
  clearHistogram,
  countInHistogram,
  intervalCounter,
  intervalOpenSeconds,
  intervalRingLength,
  pastCounter,
  type IntervalCells,
  type WorkerCells,
} from "./worker-cells.ts";

/** What came too late for the ring: by interval number, then by histogram cell, how often. */
export type LateSamples = ReadonlyMap<number, ReadonlyMap<number, number>>;

/** What is told of seconds beside the ring: of the time since it was told last. */
export interface SecondsTold {
  readonly late: LateSamples;
  /** By interval number: messages lost, by intended instant. */
  readonly lost: ReadonlyMap<number, number>;
}

/**
 * One worker's seconds. Latency goes to the second of the message's intended instant, sent and delivered to the second
 * in which they happened. Seconds are counted from `startSegment`; the first of a segment has a number given there, so
 * that numbers never repeat within a run.
 */
export class IntervalRecorder {
  #late = new Map<number, Map<number, number>>();
  #lost = new Map<number, number>();
  readonly #slots: readonly IntervalCells[];
  readonly #past: Float64Array;
  readonly #latency: readonly HistogramWriter[];
  readonly #slip: readonly HistogramWriter[];
  #startMs = 0;
  #firstNumber = 0;
  #lastNumber = 0;
  #newest = -1;
  // The current second, held apart for the hot path.
  #currentFromMs = Infinity;
  #currentToMs = -Infinity;
  #currentLatency: HistogramWriter;
  #currentSlip: HistogramWriter;
  #currentCounts: Float64Array;

  constructor({ intervals: slots, past }: Pick<WorkerCells, "intervals" | "past">) {
    this.#slots = slots;
    this.#past = past;
    this.#latency = slots.map((slot) => new HistogramWriter(slot.latency));
    this.#slip = slots.map((slot) => new HistogramWriter(slot.slip));
    this.#currentLatency = this.#latency[0]!;
    this.#currentSlip = this.#slip[0]!;
    this.#currentCounts = new Float64Array(intervalCounter.length);
  }

  /** What there is to tell, and has not been taken yet. */
  get told(): SecondsTold {
    return { late: this.#late, lost: this.#lost };
  }

  get hasToTell(): boolean {
    return this.#late.size > 0 || this.#lost.size > 0;
  }

  /** The same, for whoever adds it up: it is forgotten here, so that it does not grow for as long as a run lasts. */
  takeTold(): SecondsTold {
    const told = this.told;
    this.#late = new Map();
    this.#lost = new Map();
    return told;
  }

  /** Begins a segment whose load runs `durationMs` from `startMs` of the run's clock. */
  startSegment(startMs: number, durationMs: number, firstNumber: number): void {
    this.#startMs = startMs;
    this.#firstNumber = firstNumber;
    this.#lastNumber = firstNumber + Math.max(0, Math.ceil(durationMs / 1000) - 1);
    this.#newest = firstNumber - 1;
    this.#openUpTo(firstNumber);
  }

  /** Moves on to the second of `nowMs`. Called before anything is recorded at that instant. */
  advance(nowMs: number): void {
    if (nowMs < this.#currentToMs) return;
    const number = Math.min(this.#lastNumber, this.#numberAt(nowMs));
    if (number > this.#newest) this.#openUpTo(number);
  }

  recordSent(slipUs: number): void {
    this.#currentCounts[intervalCounter.sent]! += 1;
    this.#currentSlip.record(slipUs);
  }

  /** Sent without a schedule: nothing to be late against. */
  countSent(messages: number): void {
    this.#currentCounts[intervalCounter.sent]! += messages;
  }

  /** `times` deliveries that happened in the current second, of messages intended at `intendedMs`. */
  recordDelivered(intendedMs: number, latencyUs: number, inWindow: boolean, times: number): void {
    if (inWindow) this.#currentCounts[intervalCounter.delivered]! += times;
    if (intendedMs >= this.#currentFromMs && intendedMs < this.#currentToMs) {
      this.#currentLatency.recordMany(latencyUs, times);
    } else {
      this.#recordElsewhere(intendedMs, latencyUs, times);
    }
  }

  /** Deliveries in the current second, of which no latency is known, or is recorded apart. */
  countDelivered(messages: number): void {
    this.#currentCounts[intervalCounter.delivered]! += messages;
  }

  /** A latency of a message sent at `sentMs`. */
  recordLatency(sentMs: number, latencyUs: number): void {
    this.recordDelivered(sentMs, latencyUs, false, 1);
  }

  /** `times` messages that were due, or missed, at `intendedMs`; NaN where that is not known any more: no second has them. */
  recordLost(intendedMs: number, times = 1): void {
    this.#past[pastCounter.lost]! += times;
    if (Number.isNaN(intendedMs)) return;
    const number = this.#clampedNumberAt(intendedMs);
    this.#lost.set(number, (this.#lost.get(number) ?? 0) + times);
  }

  #recordElsewhere(intendedMs: number, latencyUs: number, times: number): void {
    const number = this.#clampedNumberAt(intendedMs);
    const index = number % intervalRingLength;
    if (
      number > this.#newest - intervalOpenSeconds &&
      this.#slots[index]!.counts[intervalCounter.interval] === number
    ) {
      this.#latency[index]!.recordMany(latencyUs, times);
      return;
    }
    this.#past[pastCounter.latencies]! += times;
    const cells = this.#late.get(number) ?? new Map<number, number>();
    if (cells.size === 0) this.#late.set(number, cells);
    const cell = cellOf(Math.min(latencyUs, highestTrackableUs));
    cells.set(cell, (cells.get(cell) ?? 0) + times);
  }

  #openUpTo(number: number): void {
    for (let next = Math.max(this.#newest + 1, number - intervalRingLength + 1); next <= number; next += 1) {
      const slot = this.#slots[next % intervalRingLength]!;
      if (slot.counts[intervalCounter.interval]! >= 0) this.#leave(slot);
      slot.counts[intervalCounter.interval] = -1; // unreadable while it is emptied
      clearHistogram(slot.latency);
      clearHistogram(slot.slip);
      slot.counts[intervalCounter.sent] = 0;
      slot.counts[intervalCounter.delivered] = 0;
      slot.counts[intervalCounter.interval] = next;
    }
    this.#newest = number;
    const index = number % intervalRingLength;
    this.#currentLatency = this.#latency[index]!;
    this.#currentSlip = this.#slip[index]!;
    this.#currentCounts = this.#slots[index]!.counts;
    this.#currentFromMs = this.#startMs + (number - this.#firstNumber) * 1000;
    this.#currentToMs = number === this.#lastNumber ? Infinity : this.#currentFromMs + 1000;
  }

  /** A second leaves the ring. */
  #leave({ counts, latency }: IntervalCells): void {
    this.#past[pastCounter.sent]! += counts[intervalCounter.sent]!;
    this.#past[pastCounter.delivered]! += counts[intervalCounter.delivered]!;
    this.#past[pastCounter.latencies]! += countInHistogram(latency);
  }

  #numberAt(instantMs: number): number {
    return this.#firstNumber + Math.floor((instantMs - this.#startMs) / 1000);
  }

  #clampedNumberAt(instantMs: number): number {
    return Math.min(this.#lastNumber, Math.max(this.#firstNumber, this.#numberAt(instantMs)));
  }
}
