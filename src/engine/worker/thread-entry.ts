import { monotonicMs } from "../../host/monotonic-clock.ts";
import { wakeOnTime } from "../../host/timer-slack.ts";
import { makeTransportOpener } from "../../transport/open-transport.ts";
import type { ThreadTask, WorkerLink, WorkerOutcome } from "../worker-messages.ts";
import { runShare } from "./run-share.ts";

/** What the pool loads in each thread. Errors end as data: a thrown one would arrive without its class and fields. */
export async function runTask({ port, ...task }: ThreadTask): Promise<WorkerOutcome> {
  const link: WorkerLink = {
    tell: (event) => port.postMessage(event),
    onCommand: (listener) => void port.on("message", listener),
    close: () => port.close(),
  };
  wakeOnTime();
  try {
    await runShare(task, { nowMs: monotonicMs, makeOpener: makeTransportOpener, link });
    return { kind: "finished" };
  } catch (error) {
    port.close();
    return { kind: "failed", reason: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}
