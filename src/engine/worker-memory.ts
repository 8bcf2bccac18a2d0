import { noConnectionCells, type ConnectionCellsSize } from "../measure/connection-cells.ts";
import { allocateWorkerCells, viewWorkerCells, type WorkerCells } from "../measure/worker-cells.ts";
import { messageClasses } from "../plan/message-classes.ts";
import type { Plan } from "../plan/plan.ts";
import { ownedConnections } from "../plan/split-plan.ts";

/** Cells for one worker of the plan, as large as it needs them. */
export function allocateCellsFor(plan: Plan, workerIndex: number): WorkerCells {
  return allocateWorkerCells(phasesOf(plan), messageClasses(plan).length, connectionsOf(plan, workerIndex));
}

/** The same memory seen from another thread. */
export function viewCellsFor(plan: Plan, workerIndex: number, memory: SharedArrayBuffer): WorkerCells {
  return viewWorkerCells(memory, phasesOf(plan), messageClasses(plan).length, connectionsOf(plan, workerIndex));
}

/** The most connections that a worker has in any segment. */
export function capacityOf({ segments, workers }: Plan, workerIndex: number): number {
  return Math.max(...segments.map(({ connections }) => ownedConnections(connections, workerIndex, workers)));
}

function phasesOf({ segments }: Plan): number {
  return segments.reduce((sum, { phases }) => sum + phases.length, 0);
}

function connectionsOf(plan: Plan, workerIndex: number): ConnectionCellsSize {
  if (plan.connectionFigures === null) return noConnectionCells;
  return { connections: capacityOf(plan, workerIndex), hasTimes: plan.connectionFigures.hasTimes };
}
