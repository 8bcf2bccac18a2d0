import type { Plan } from "./plan.ts";

/** One worker's part of a plan: the connections it owns in each segment. */
export interface PlanShare {
  readonly worker: number;
  readonly workers: number;
  /** How many connections it owns, segment by segment; 0 where there are fewer connections than workers. */
  readonly connections: readonly number[];
}

/** Worker w owns the global connections g with g mod W == w. The counts add up to the plan's. */
export function sharesOf(plan: Pick<Plan, "workers" | "segments">): readonly PlanShare[] {
  const { workers, segments } = plan;
  return Array.from({ length: workers }, (_, worker) => ({
    worker,
    workers,
    connections: segments.map((segment) => ownedConnections(segment.connections, worker, workers)),
  }));
}

/** How many of the global connections 0 .. `connections` - 1 worker `worker` of `workers` owns. */
export function ownedConnections(connections: number, worker: number, workers: number): number {
  return Math.floor((connections - worker + workers - 1) / workers);
}
