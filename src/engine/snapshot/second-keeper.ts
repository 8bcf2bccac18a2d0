import { Histogram, highestOfCell } from "../../measure/histogram.ts";
import type { LateSamples } from "../../measure/interval-recorder.ts";
import { healthCell, intervalOpenSeconds, type WorkerCells } from "../../measure/worker-cells.ts";
import type { CollectedInterval } from "../collected-interval.ts";
import type { ResourceMonitor } from "../resource-monitor.ts";
import { IntervalReader } from "./interval-reader.ts";
import type { RunTimeline, SecondSoFar } from "./run-timeline.ts";
import { intervalOfSpan } from "./span.ts";
import { SpanList, type EndedSecond } from "./span-list.ts";

/**
 * One more than workers add to a second for: they may notice a little late that a new one has begun, and what a worker
 * process records is mirrored here a little later.
 */
const sealAfterSeconds = intervalOpenSeconds + 1;

/**
 * Takes the seconds of all workers out of their rings before they are overwritten, and keeps them, with what workers tell
 * of a second later. In bounded memory: of a long run the older seconds are joined (span-list.ts).
 */
export class SecondKeeper {
  readonly #cells: readonly WorkerCells[];
  readonly #timeline: RunTimeline;
  readonly #resources: Pick<ResourceMonitor, "sampleWithin">;
  readonly #runStartMs: number;
  readonly #reader: IntervalReader;
  readonly #ended: SpanList;
  /** Of seconds that workers may still write to, by number. */
  readonly #lagUs = new Map<number, number>();
  readonly #lost = new Map<number, number>();
  readonly #late = new Map<number, Histogram>();

  /** `runStartMs` is on the clock of the timeline. */
  constructor(
    cells: readonly WorkerCells[],
    timeline: RunTimeline,
    resources: Pick<ResourceMonitor, "sampleWithin">,
    runStartMs: number,
    ended = new SpanList(),
  ) {
    this.#cells = cells;
    this.#timeline = timeline;
    this.#resources = resources;
    this.#runStartMs = runStartMs;
    this.#reader = new IntervalReader(cells);
    this.#ended = ended;
  }

  /** Once a second: takes what the workers are about to overwrite, and the lag of the second before. */
  tick(nowMs: number): void {
    const newest = this.#timeline.newestInterval(nowMs);
    if (newest === null) return;
    const lag = Math.max(0, ...this.#cells.map(({ health }) => health[healthCell.lagLastSecondUs]!));
    if (newest - 1 >= this.#ended.next) this.#lagUs.set(newest - 1, lag);
    this.#sealUpTo(newest - sealAfterSeconds, nowMs);
  }

  /** Nothing more will be written to the seconds there are. */
  sealAll(nowMs: number): void {
    this.#sealUpTo(Infinity, nowMs);
  }

  /** What a worker has found lost since it told last, by the second it was due in. */
  addLost(lost: ReadonlyMap<number, number>): void {
    for (const [number, messages] of lost) {
      if (this.#ended.addLost(number, messages)) continue;
      this.#lost.set(number, (this.#lost.get(number) ?? 0) + messages);
    }
  }

  /** Latencies, told since last, of messages due in seconds that had left the worker's ring. */
  addLate(late: LateSamples): void {
    for (const [number, cells] of late) {
      const latencies = Histogram.empty();
      for (const [cell, times] of cells) latencies.record(highestOfCell(cell), times);
      if (this.#ended.addLatencies(number, latencies)) continue;
      latencies.add(this.#late.get(number) ?? Histogram.empty());
      this.#late.set(number, latencies);
    }
  }

  /** All seconds so far, in time order. */
  intervals(nowMs: number): readonly CollectedInterval[] {
    const running = this.#timeline.secondsFrom(this.#ended.next, nowMs).map((second) => this.#runningOf(second));
    return [...this.#ended.spans.map((span) => intervalOfSpan(span, this.#runStartMs)), ...running];
  }

  #sealUpTo(last: number, nowMs: number): void {
    for (const second of this.#timeline.secondsFrom(this.#ended.next, nowMs)) {
      if (second.number > last) return;
      this.#ended.push(this.#read(second, this.#reader.read(second.number)));
      this.#lagUs.delete(second.number);
      this.#lost.delete(second.number);
      this.#late.delete(second.number);
    }
  }

  #runningOf(second: SecondSoFar): CollectedInterval {
    return intervalOfSpan(
      { ...this.#read(second, this.#reader.readLive(second.number)), seconds: 1, deliveredExtremes: null },
      this.#runStartMs,
    );
  }

  #read(second: SecondSoFar, reading: ReturnType<IntervalReader["read"]>): EndedSecond {
    const { number, fromMs } = second;
    const late = this.#late.get(number);
    const tMs = fromMs - this.#runStartMs;
    const sample = this.#resources.sampleWithin(tMs, tMs + 1000);
    return {
      ...second,
      ...reading,
      latency: late === undefined ? reading.latency : sumOf(reading.latency, late),
      lost: this.#lost.get(number) ?? 0,
      lagUs: this.#lagUs.get(number) ?? 0,
      generatorRssBytes: sample?.generatorBytes ?? null,
      targetRssBytes: sample?.targetBytes ?? null,
    };
  }
}

function sumOf(a: Histogram, b: Histogram): Histogram {
  const sum = Histogram.empty();
  sum.add(a);
  sum.add(b);
  return sum;
}
