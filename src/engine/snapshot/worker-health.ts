import { control, healthCell, type WorkerCells } from "../../measure/worker-cells.ts";
import type { WorkerHealth } from "../collected-generator.ts";

/** What a worker has told of itself so far. */
export function readWorkerHealth({ health, control: controls }: WorkerCells, index: number): WorkerHealth {
  const known = (cell: number): number | null => (health[cell]! < 0 ? null : health[cell]!);
  const lagMaxUs = known(healthCell.lagMaxUs);
  return {
    index,
    connections: controls[control.mostConnections]!,
    lagUs:
      lagMaxUs === null
        ? null
        : { p50: health[healthCell.lagP50Us]!, p99: health[healthCell.lagP99Us]!, max: lagMaxUs },
    utilization: known(healthCell.utilization),
    cpuSeconds: known(healthCell.cpuSeconds),
    stalls: {
      loadMs: health[healthCell.stalledMs]!,
      drainMs: health[healthCell.drainStalledMs]!,
      longestLoadMs: health[healthCell.longestStallMs]!,
      connectingMs: health[healthCell.connectStalledMs]!,
      longestConnectingMs: health[healthCell.connectLongestStallMs]!,
    },
    drainMs: health[healthCell.drainMs]!,
    starvedRatio: known(healthCell.starvedRatio),
    gcPauseTotalMs: health[healthCell.gcPauseTotalMs]!,
    gcPauseMaxMs: health[healthCell.gcPauseMaxMs]!,
    fullCollections: health[healthCell.fullCollections]!,
  };
}
