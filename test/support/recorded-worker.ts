import { MessageRecorder } from "../../src/engine/worker/message-recorder.ts";
import { DeliveryLedger } from "../../src/measure/delivery-ledger.ts";
import { IntervalRecorder } from "../../src/measure/interval-recorder.ts";
import { allocateWorkerCells, counter, intervalCounter, type HistogramCells } from "../../src/measure/worker-cells.ts";

export const messageBytes = 64;

/**
 * A recorder with its ledger and cells, and a clock of the test's own: phase 0 from 0 to 1000 ms, phase 1 to 2000 ms,
 * phase 2 (closed loop) to 3000 ms. Every call to the recorder's hot path is here and nowhere else in the tests.
 */
export class RecordedWorker {
  readonly cells = allocateWorkerCells(3);
  readonly intervals = new IntervalRecorder(this.cells);
  readonly ledger: DeliveryLedger;
  readonly recorder: MessageRecorder;
  openConnections = 5;
  #nowMs = 0;

  constructor(options: { readonly ringLength?: number; readonly isOneway?: boolean } = {}) {
    this.ledger = new DeliveryLedger(2, options.ringLength ?? 16, (kind, phase, intendedMs) =>
      this.recorder.recordLost(kind, phase, intendedMs),
    );
    this.recorder = new MessageRecorder(this.cells.phases, [false, false, true], this.ledger, this.intervals, {
      messageBytes,
      expectsAnswers: options.isOneway !== true,
      openConnections: () => this.openConnections,
    });
    this.intervals.startSegment(0, 3000, 0);
    this.recorder.startWindows(
      [0, 1, 2].map((phase) => ({ phase, startMs: phase * 1000, endMs: phase * 1000 + 1000 })),
    );
  }

  at(nowMs: number): this {
    this.#nowMs = nowMs;
    this.recorder.advance(nowMs);
    return this;
  }

  /** Sends a message now that was due `slipMs` ago; returns its sequence. */
  send(options: { connection?: number; slipMs?: number; phase?: number; wasBlocked?: boolean } = {}): number {
    const { connection = 0, slipMs = 0, phase = 0, wasBlocked = false } = options;
    const intendedMs = this.#nowMs - slipMs;
    return this.recorder.recordSent(connection, intendedMs, this.#nowMs, phase, wasBlocked);
  }

  /** Sends messages of the closed loop (phase 2) in one write; returns their sequences. */
  sendBurst(count: number, connection = 0): readonly number[] {
    const first = this.recorder.recordBurst(connection, count, this.#nowMs, 2);
    return Array.from({ length: count }, (_, index) => first + index);
  }

  /** One read that brings a sound copy of each of these messages; true where it freed a place in the window. */
  receive(sequences: readonly number[], connection = 0): readonly boolean[] {
    const freed = sequences.map((sequence) =>
      this.recorder.recordReceived(connection, sequence, this.#nowMs, messageBytes),
    );
    this.recorder.settleRun();
    return freed;
  }

  /** `which` is one of `counter`. */
  count(which: number, phase = 0): number {
    return this.cells.phases[phase]!.counts[which]!;
  }

  total(which: number): number {
    return this.cells.phases.reduce((sum, { counts }) => sum + counts[which]!, 0);
  }

  /** Over all seconds; `which` is one of `intervalCounter`. */
  inIntervals(which: (typeof intervalCounter)["sent" | "delivered"]): number {
    return this.cells.intervals.reduce((sum, { counts }) => sum + counts[which]!, 0);
  }

  /** Latencies over all seconds, those that came after their second had left the ring included. */
  latenciesInIntervals(): number {
    const late = [...this.intervals.told.late.values()].flatMap((cells) => [...cells.values()]);
    const inRing = this.cells.intervals.map(({ latency }) => samplesOf(latency));
    return [...late, ...inRing].reduce((sum, count) => sum + count, 0);
  }

  latenciesInPhases(): number {
    return this.cells.phases.reduce(
      (sum, phase, index) => sum + samplesOf(index === 2 ? phase.service : phase.latency),
      0,
    );
  }

  lostInIntervals(): number {
    return [...this.intervals.told.lost.values()].reduce((sum, count) => sum + count, 0);
  }

  get lost(): number {
    return this.total(counter.lostMissing) + this.total(counter.lostClosed) + this.total(counter.lostCorrupt);
  }
}

/** Values in a histogram. */
export function samplesOf(histogram: HistogramCells): number {
  return histogram.cells.reduce((sum, count) => sum + count, 0);
}
