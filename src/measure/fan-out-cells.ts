import { histogramCells } from "./histogram.ts";
import { histogramStat, type HistogramCells } from "./worker-cells.ts";

/** What one worker of a broadcast has measured beside its WorkerCells, in shared memory of the same kind. */
export interface FanOutCells {
  readonly memory: SharedArrayBuffer;
  /** One per phase of the plan, over all segments. */
  readonly phases: readonly FanOutPhaseCells[];
}

/** Times are of messages that reached everybody, by the phase they were due in. */
export interface FanOutPhaseCells {
  /** Indexed by `fanOutCounter`. */
  readonly counts: Float64Array;
  /** From the intended instant to the first receiver, to half of them, to 99 % of them, to the last. */
  readonly first: HistogramCells;
  readonly median: HistogramCells;
  readonly nearlyAll: HistogramCells;
  readonly last: HistogramCells;
  /** From the first receiver to the last. */
  readonly spread: HistogramCells;
}

/** Indexes into FanOutPhaseCells.counts. */
export const fanOutCounter = {
  /** By the sender: receivers in the room when its messages were sent, summed. */
  presentAtSend: 0,
  /** Pairs of message and receiver that nobody can say should have met: sent near to a join or leave. */
  indeterminate: 1,
  /** Part of them that did. */
  indeterminateDelivered: 2,
  /** Copies that came to a connection which is not in the publisher's room, or to the publisher where that is excluded. */
  misrouted: 3,
  /** Messages whose spread was measured. */
  timed: 4,
  /** Messages that did not reach everybody, or not in time for their spread to be measured. */
  incomplete: 5,
  /** Messages sent near to a join or leave in their room, left out of the spread. */
  unsettled: 6,
  joins: 7,
  leaves: 8,
  length: 9,
} as const;

const histograms = 5;
const histogramBytes = histogramStat.length * 8 + histogramCells * 4;
const alignedBytes = (histogramBytes + 7) & ~7;
const phaseBytes = fanOutCounter.length * 8 + histograms * alignedBytes;

/** Shared memory for one worker of a plan with `phaseCount` phases. Pages never touched cost nothing. */
export function allocateFanOutCells(phaseCount: number): FanOutCells {
  const cells = viewFanOutCells(new SharedArrayBuffer(phaseCount * phaseBytes), phaseCount);
  for (const { first, median, nearlyAll, last, spread } of cells.phases) {
    for (const histogram of [first, median, nearlyAll, last, spread]) histogram.stats[histogramStat.min] = Infinity;
  }
  return cells;
}

/** The same memory seen from another thread. */
export function viewFanOutCells(memory: SharedArrayBuffer, phaseCount: number): FanOutCells {
  const phases = Array.from({ length: phaseCount }, (_, phase): FanOutPhaseCells => {
    const start = phase * phaseBytes;
    const histogram = (index: number): HistogramCells => {
      const at = start + fanOutCounter.length * 8 + index * alignedBytes;
      return {
        stats: new Float64Array(memory, at, histogramStat.length),
        cells: new Uint32Array(memory, at + histogramStat.length * 8, histogramCells),
      };
    };
    return {
      counts: new Float64Array(memory, start, fanOutCounter.length),
      first: histogram(0),
      median: histogram(1),
      nearlyAll: histogram(2),
      last: histogram(3),
      spread: histogram(4),
    };
  });
  return { memory, phases };
}
