import {
  connectionCellsBytes,
  noConnectionCells,
  viewConnectionCells,
  type ConnectionCells,
  type ConnectionCellsSize,
} from "./connection-cells.ts";
import { histogramCells } from "./histogram.ts";

/**
 * What one worker has measured, in shared memory: the worker writes, the main thread reads at any time without asking.
 * A worker that dies leaves everything it had counted behind. Each cell has one writer, so plain adds suffice.
 */
export interface WorkerCells {
  readonly memory: SharedArrayBuffer;
  readonly control: Int32Array;
  readonly health: Float64Array;
  /** One per phase of the plan, over all segments. */
  readonly phases: readonly PhaseCells[];
  /** The same again for each class of messages, where they have any: by class, then by phase. */
  readonly classes: readonly (readonly PhaseCells[])[];
  /** Ring of the latest seconds; second k lives in slot k % length. */
  readonly intervals: readonly IntervalCells[];
  /** Sums of what was recorded by seconds and is not in the ring any more. Indexed by `pastCounter`. */
  readonly past: Float64Array;
  /** Null where connections have no figures of their own. */
  readonly connections: ConnectionCells | null;
}

export interface PhaseCells {
  /** Indexed by `counter`. */
  readonly counts: Float64Array;
  readonly latency: HistogramCells;
  readonly service: HistogramCells;
  readonly ownSlip: HistogramCells;
  readonly blockedSlip: HistogramCells;
  readonly connect: HistogramCells;
  /** Mode push: from one arrival on a stream to the next. */
  readonly interArrival: HistogramCells;
  /** From the end of a ready connection to its being ready again, in the phase in which it ended. */
  readonly recovery: HistogramCells;
  /** Mode queue: from handing a job in to its start, and from there to its completion. */
  readonly jobWait: HistogramCells;
  readonly jobRun: HistogramCells;
}

export interface IntervalCells {
  /** Indexed by `intervalCounter`. */
  readonly counts: Float64Array;
  readonly latency: HistogramCells;
  readonly slip: HistogramCells;
}

/** Indexes into WorkerCells.control. */
export const control = {
  /** Written by the main thread: one of `stopRequest`. */
  stop: 0,
  /** Written by the worker: connections open and ready now. */
  openConnections: 1,
  /** Written by the worker: the most it had open at a time. */
  mostConnections: 2,
} as const;

export const stopRequest = { none: 0, stopSending: 1 } as const;

/** Indexes into WorkerCells.health. Lag, utilization, CPU and waiting for it are -1 while unknown. */
export const healthCell = {
  lagP50Us: 0,
  lagP99Us: 1,
  lagMaxUs: 2,
  /** Largest lag in the latest full second. */
  lagLastSecondUs: 3,
  /** Mean since the load began, 0 .. 1; -1 while unknown. */
  utilization: 4,
  /** -1 when this Node cannot tell per thread. */
  cpuSeconds: 5,
  gcPauseTotalMs: 6,
  gcPauseMaxMs: 7,
  /** Messages whose fate was settled as lost early because too many were outstanding. */
  ledgerGivenUp: 8,
  /** Time of measured load and drain in which the loop stood still for more than 20 ms at a time; and the longest. */
  stalledMs: 9,
  longestStallMs: 10,
  /** The same while connecting. */
  connectStalledMs: 11,
  connectLongestStallMs: 12,
  /** Share of the load in which the thread could run and waited for a core; -1 where the system does not tell. */
  starvedRatio: 13,
  /** The drains: how long they were watched, and the part of `stalledMs` that fell into them. */
  drainMs: 14,
  drainStalledMs: 15,
  /** Collections of all garbage under load. */
  fullCollections: 16,
  length: 17,
} as const;

/** Indexes into PhaseCells.counts. */
export const counter = {
  offered: 0,
  sent: 1,
  skipped: 2,
  unsendable: 3,
  unsentBlocked: 4,
  unsentLate: 5,
  delivered: 6,
  lostMissing: 7,
  lostClosed: 8,
  lostCorrupt: 9,
  duplicated: 10,
  reordered: 11,
  corrupted: 12,
  late: 13,
  unsolicited: 14,
  clockErrors: 15,
  windowTimeouts: 16,
  sentInWindow: 17,
  deliveredInWindow: 18,
  bytesSent: 19,
  bytesReceived: 20,
  bytesAccepted: 21,
  attempted: 22,
  opened: 23,
  failed: 24,
  closed: 25,
  reconnects: 26,
  openAtEnd: 27,
  /** Part of `skipped`: they had waited for the target to read. */
  skippedBlocked: 28,
  /** Writes to sockets; several messages may share one. */
  writesInWindow: 29,
  /** Part of `attempted`: begun noticeably after their turn of an asked rate. */
  attemptedLate: 30,
  /**
   * Mode push: sequences that the target's numbers have reached. Mode queue: jobs sent, less those that were taken back. In
   * other modes what is expected follows from `sent`.
   */
  expected: 31,
  /** Mode push: sequences that the target said it gave up. Mode queue: jobs that it did not take. */
  refused: 32,
  /** Ends of ready connections that were wanted, those that the run ended itself included; and those. */
  outages: 33,
  outagesOnPurpose: 34,
  /** Outages that were followed by a ready connection. */
  returned: 35,
  /** Attempts after an end or a failed attempt; those that became ready; connections given up after too many. */
  retries: 36,
  retriesSucceeded: 37,
  retriesGivenUp: 38,
  /** Messages due while their connection was away: kept, sent later, and too many to keep (part of `unsendable`). */
  buffered: 39,
  bufferSent: 40,
  bufferOverflowed: 41,
  /** Attempts that the breaker made wait, and those it failed at once. */
  breakerHeld: 42,
  breakerRejected: 43,
  /** Outages of connections whose session the target had named, and had not. */
  sessionsInterrupted: 44,
  sessionsUnnamed: 45,
  /** Sessions that the target said it had kept, and had not; and those of which it said nothing in time. */
  sessionsResumed: 46,
  sessionsLost: 47,
  sessionsUnknown: 48,
  /** In flight when a session was interrupted: answered later, lost although it was resumed, and lost as it was not. */
  heldAnswered: 49,
  heldLostResumed: 50,
  heldLostWithSession: 51,
  /** Part of `returned`: ended again within a second, and not by the run. */
  returnedBriefly: 52,
  length: 53,
} as const;

/** An attempt to connect is late when it is begun so long after its turn: more than a timer's own lateness. */
export const lateAttemptMs = 20;

/** Indexes into IntervalCells.counts. */
export const intervalCounter = { interval: 0, sent: 1, delivered: 2, length: 3 } as const;

/** Indexes into WorkerCells.past: so that a second that nobody read in time is missed, and known to be. */
export const pastCounter = {
  sent: 0,
  delivered: 1,
  /** In seconds that have left the ring, before they left it or after. */
  latencies: 2,
  /** All messages lost so far; the ring has none of them. */
  lost: 3,
  length: 4,
} as const;

/** Seconds a slot stays readable before the worker reuses it. */
export const intervalRingLength = 16;

/**
 * A worker adds to a second until so many newer ones have begun; what comes later is kept apart. Between this and the
 * length of the ring lies the time the main thread has to read it: that may be kept from running for a few seconds.
 */
export const intervalOpenSeconds = 10;

/** Indexes into HistogramCells.stats. */
export const histogramStat = { sum: 0, sumOfSquares: 1, min: 2, max: 3, overflow: 4, length: 5 } as const;

export interface HistogramCells {
  readonly cells: Uint32Array;
  /** Exact figures beside the cells; `min` is Infinity while empty. Indexed by `histogramStat`. */
  readonly stats: Float64Array;
}

const histogramBytes = histogramStat.length * 8 + histogramCells * 4;
const controlBytes = 64;
const phaseHistograms = 9;
const intervalHistograms = 2;

/** Shared memory for one worker of a plan with so many phases and classes of messages. Pages never touched cost nothing. */
export function allocateWorkerCells(
  phaseCount: number,
  classCount = 0,
  connections: ConnectionCellsSize = noConnectionCells,
): WorkerCells {
  const perPhase = counter.length * 8 + phaseHistograms * align8(histogramBytes);
  const perInterval = intervalCounter.length * 8 + intervalHistograms * align8(histogramBytes);
  const single = controlBytes + healthCell.length * 8 + pastCounter.length * 8;
  const shared = single + phaseCount * (1 + classCount) * perPhase + intervalRingLength * perInterval;
  const bytes = align8(shared) + connectionCellsBytes(connections);
  const cells = viewWorkerCells(new SharedArrayBuffer(bytes), phaseCount, classCount, connections);
  for (const phase of [cells.phases, ...cells.classes].flat()) {
    const { latency, service, ownSlip, blockedSlip, connect, interArrival, recovery, jobWait, jobRun } = phase;
    for (const histogram of [
      latency,
      service,
      ownSlip,
      blockedSlip,
      connect,
      interArrival,
      recovery,
      jobWait,
      jobRun,
    ]) {
      histogram.stats[histogramStat.min] = Infinity;
    }
  }
  for (const interval of cells.intervals) interval.counts[intervalCounter.interval] = -1;
  const unknownYet = [
    healthCell.lagP50Us,
    healthCell.lagP99Us,
    healthCell.lagMaxUs,
    healthCell.utilization,
    healthCell.cpuSeconds,
    healthCell.starvedRatio,
  ];
  for (const cell of unknownYet) cells.health[cell] = -1;
  return cells;
}

/** The same memory seen from another thread. */
export function viewWorkerCells(
  memory: SharedArrayBuffer,
  phaseCount: number,
  classCount = 0,
  connections: ConnectionCellsSize = noConnectionCells,
): WorkerCells {
  let offset = 0;
  const take = (bytes: number): number => {
    const at = offset;
    offset = align8(offset + bytes);
    return at;
  };
  const floats = (length: number): Float64Array => new Float64Array(memory, take(length * 8), length);
  const histogram = (): HistogramCells => ({
    stats: floats(histogramStat.length),
    cells: new Uint32Array(memory, take(histogramCells * 4), histogramCells),
  });
  const controlCells = controlView(memory);
  take(controlBytes);
  const health = floats(healthCell.length);
  const past = floats(pastCounter.length);
  const phaseCells = (): readonly PhaseCells[] =>
    Array.from({ length: phaseCount }, () => ({
      counts: floats(counter.length),
      latency: histogram(),
      service: histogram(),
      ownSlip: histogram(),
      blockedSlip: histogram(),
      connect: histogram(),
      interArrival: histogram(),
      recovery: histogram(),
      jobWait: histogram(),
      jobRun: histogram(),
    }));
  const phases = phaseCells();
  const intervals = Array.from({ length: intervalRingLength }, () => ({
    counts: floats(intervalCounter.length),
    latency: histogram(),
    slip: histogram(),
  }));
  const classes = Array.from({ length: classCount }, phaseCells);
  const ofConnections = viewConnectionCells(memory, offset, connections);
  return { memory, control: controlCells, health, phases, classes, intervals, past, connections: ofConnections };
}

/** The control cells of that memory. */
export function controlView(memory: SharedArrayBuffer): Int32Array {
  return new Int32Array(memory, 0, controlBytes / 4);
}

function align8(bytes: number): number {
  return (bytes + 7) & ~7;
}

/** Makes a histogram empty again; only its writer may call this. */
export function clearHistogram(histogram: HistogramCells): void {
  histogram.cells.fill(0);
  histogram.stats.fill(0);
  histogram.stats[histogramStat.min] = Infinity;
}

/** Values in a histogram: reads all its cells, about 15 us. */
export function countInHistogram({ cells }: HistogramCells): number {
  let count = 0;
  for (const inCell of cells) count += inCell;
  return count;
}
