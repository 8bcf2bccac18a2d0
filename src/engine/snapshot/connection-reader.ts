import { coarseCells, coarsePercentile } from "../../measure/coarse-times.ts";
import { connectionColumn, type ConnectionCells } from "../../measure/connection-cells.ts";
import type { WorkerCells } from "../../measure/worker-cells.ts";
import { mostConnectionsOf, type Plan } from "../../plan/plan.ts";
import type { CollectedConnection } from "../collected-connections.ts";

/**
 * The figures of every connection as they are at `nowMs`, in the order of their numbers; null where connections have
 * none. Instants are on the monotonic clock, those given since `runStartMs`.
 */
export function readConnections(
  plan: Plan,
  workers: readonly WorkerCells[],
  nowMs: number,
  runStartMs: number,
): readonly CollectedConnection[] | null {
  if (plan.connectionFigures === null) return null;
  return Array.from({ length: mostConnectionsOf(plan) }, (_, connection) => {
    const { connections } = workers[connection % workers.length]!;
    return readConnection(connections!, connection, Math.floor(connection / workers.length), nowMs, runStartMs);
  });
}

function readConnection(
  { counts, times }: ConnectionCells,
  connection: number,
  local: number,
  nowMs: number,
  runStartMs: number,
): CollectedConnection {
  const of = (column: Exclude<keyof typeof connectionColumn, "length">): number =>
    counts[local * connectionColumn.length + connectionColumn[column]]!;
  const latencies = of("latencies");
  const percentile = (ratio: number): number | null => {
    const us = times === null ? NaN : coarsePercentile(times, local * coarseCells, latencies, ratio);
    // The middle of the last cell may lie beyond the largest that was in it.
    return Number.isNaN(us) ? null : Math.min(us, of("latencyMaxUs"));
  };
  const isReady = of("readySinceMs") > 0;
  return {
    connection,
    sent: of("sent"),
    delivered: of("delivered"),
    lost: of("lost"),
    refused: of("refused"),
    duplicated: of("duplicated"),
    reordered: of("reordered"),
    latencyUs: {
      count: latencies,
      mean: latencies > 0 ? of("latencySumUs") / latencies : null,
      p50: percentile(0.5),
      p99: percentile(0.99),
      max: latencies > 0 ? of("latencyMaxUs") : null,
    },
    opened: of("opened"),
    ended: of("ended"),
    readyMs: of("readyMs") + (isReady ? Math.max(0, nowMs - of("readySinceMs")) : 0),
    isReady,
    activeMs: of("activeMs") === 0 ? null : of("activeMs") - runStartMs,
  };
}
