import type { ConnectionTally } from "../../measure/connection-tally.ts";
import type { WorkerCells } from "../../measure/worker-cells.ts";
import { countArrivals } from "../../plan/arrivals.ts";
import type { PhasePlan, Plan } from "../../plan/plan.ts";
import type { Codec } from "../../wire/message-codec.ts";
import type { ShareTask } from "../worker-messages.ts";
import { jobKeysOf, makeCancelCodec } from "./job-codec.ts";
import { JobReceiver } from "./job-receiver.ts";
import type { MessageRecorder } from "./message-recorder.ts";

/** The two sides of a work queue in one worker, which are one; null in any other mode. Messages are entered there. */
export function makeJobReceiver(
  { plan, workerIndex }: ShareTask,
  { codec, recorder, tally, cells, capacity }: JobReceiverSurroundings,
): JobReceiver | null {
  if (plan.queue === null) return null;
  const keys = jobKeysOf(plan, plan.queue);
  const jobs = new JobReceiver({
    plan: plan.queue,
    keys,
    seed: plan.seed,
    workerIndex,
    phases: cells.phases,
    capacity,
    jobsPerConnection: Math.max(...plan.segments.map(jobsPerConnection)),
    codec,
    cancelCodec: makeCancelCodec(plan, plan.queue, keys),
    recorder,
    tally,
  });
  recorder.enterInto(jobs);
  return jobs;
}

export interface JobReceiverSurroundings {
  readonly codec: Codec;
  readonly recorder: MessageRecorder;
  readonly tally: ConnectionTally;
  readonly cells: WorkerCells;
  /** Connections of the worker. */
  readonly capacity: number;
}

/** How many jobs one connection hands in; Infinity where only drawing tells. */
function jobsPerConnection({ connections, phases }: Plan["segments"][number]): number {
  return Math.ceil(phases.reduce((sum, phase) => sum + jobsOf(phase), 0) / Math.max(1, connections));
}

function jobsOf({ load, durationMs, maxMessages }: PhasePlan): number {
  return countArrivals(load, durationMs, maxMessages) ?? Infinity;
}
