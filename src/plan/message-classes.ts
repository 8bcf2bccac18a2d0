import type { StreamPlan } from "./plan.ts";

/** What messages of a run are told apart by, beside their phase. */
export interface MessageClass {
  /** Its place in the priorities of the plan; null when messages have none. */
  readonly priority: number | null;
  /** Whether the connection reads slowly; null when none does. */
  readonly isSlow: boolean | null;
}

/** The classes of a run; empty when its messages are all of one kind. Class reader x priorities + priority is at that place. */
export function messageClasses(stream: Pick<StreamPlan, "priority" | "slow"> | null): readonly MessageClass[] {
  if (stream === null || (stream.priority === null && stream.slow === null)) return [];
  const priorities = stream.priority?.names.map((_, priority) => priority) ?? [null];
  const readers = stream.slow === null ? [null] : [false, true];
  return readers.flatMap((isSlow) => priorities.map((priority) => ({ priority, isSlow })));
}
