import { monotonicMs } from "../../host/monotonic-clock.ts";
import { makeTransportOpener } from "../../transport/open-transport.ts";
import type { WorkerOutcome, WorkerTask } from "../worker-messages.ts";
import { runShare } from "./run-share.ts";

/** What the pool loads in each thread. Errors end as data: a thrown one would arrive without its class and fields. */
export async function runTask(task: WorkerTask): Promise<WorkerOutcome> {
  try {
    await runShare(task, { nowMs: monotonicMs, makeOpener: makeTransportOpener });
    return { kind: "finished" };
  } catch (error) {
    task.port.close();
    return { kind: "failed", reason: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
