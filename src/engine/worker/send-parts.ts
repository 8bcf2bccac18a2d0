import type { PacingPlan } from "../../plan/plan.ts";
import type { ConnectionSet } from "./connection-set.ts";
import type { MessageRecorder } from "./message-recorder.ts";

/** What everything that sends needs of its worker. */
export interface SendParts {
  readonly connections: ConnectionSet;
  readonly recorder: MessageRecorder;
  readonly pacing: PacingPlan;
  readonly seed: number;
  readonly workers: number;
  readonly workerIndex: number;
  readonly maxBufferedBytes: number;
  /** oneway: nothing comes back, so a closed loop keeps the socket's buffer full instead of a window. */
  readonly expectsAnswers: boolean;
  /** Messages kept for one connection that is away; null where they count as unsendable. */
  readonly bufferMessages: number | null;
  readonly nowMs: () => number;
}
