import { coarseCells } from "./coarse-times.ts";

/** How many connections of a worker have figures of their own, and whether their times are kept beside sum and maximum. */
export interface ConnectionCellsSize {
  readonly connections: number;
  readonly hasTimes: boolean;
}

export const noConnectionCells: ConnectionCellsSize = { connections: 0, hasTimes: false };

/** Figures of each connection of one worker, part of its WorkerCells. */
export interface ConnectionCells {
  /** A row for each connection by its local number, `connectionColumn.length` long. */
  readonly counts: Float64Array;
  /** `coarseCells` for each connection; null where only count, sum and maximum are kept. */
  readonly times: Uint32Array | null;
}

/** Indexes into a row of ConnectionCells.counts. Messages and times are of the measured load, the others of the whole run. */
export const connectionColumn = {
  sent: 0,
  /** First copies; in mode broadcast of what others published. */
  delivered: 1,
  lost: 2,
  refused: 3,
  duplicated: 4,
  reordered: 5,
  latencies: 6,
  latencySumUs: 7,
  latencyMaxUs: 8,
  /** Times that it became ready, and that it ended although it was wanted or because the run disturbed it. */
  opened: 9,
  ended: 10,
  /** Of the times before, in which it was ready; milliseconds. */
  readyMs: 11,
  /** Since when it is ready, on the monotonic clock; 0 while it is not. */
  readySinceMs: 12,
  /** When anything was last sent or received on it, or it opened or ended; 0 for never. */
  activeMs: 13,
  length: 14,
} as const;

/** Bytes that the figures of so many connections take. */
export function connectionCellsBytes({ connections, hasTimes }: ConnectionCellsSize): number {
  return connections * (connectionColumn.length * 8 + (hasTimes ? coarseCells * 4 : 0));
}

/** The figures that lie in `memory` from `offset` (a multiple of 8) on; null for no connections. */
export function viewConnectionCells(
  memory: SharedArrayBuffer,
  offset: number,
  { connections, hasTimes }: ConnectionCellsSize,
): ConnectionCells | null {
  if (connections === 0) return null;
  const counts = new Float64Array(memory, offset, connections * connectionColumn.length);
  const timesOffset = offset + counts.byteLength;
  return { counts, times: hasTimes ? new Uint32Array(memory, timesOffset, connections * coarseCells) : null };
}
