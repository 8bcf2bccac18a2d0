import type { Plan } from "./plan.ts";

/** What messages of a run are told apart by, beside their phase. */
export interface MessageClass {
  /** Its place in the priorities of the plan; null when messages have none. */
  readonly priority: number | null;
  /** Whether the connection reads slowly; null when none does. */
  readonly isSlow: boolean | null;
  /** Its place in the sizes of the plan's mix; null where messages are not told apart by size. */
  readonly size: number | null;
}

/** What of a plan says which classes there are. */
export type ClassedPlan = Pick<Plan, "mode" | "message" | "stream">;

/**
 * The classes of a run; empty when its messages are all of one kind. Class reader x priorities + priority is at that place, a
 * size at its place in the mix.
 */
export function messageClasses(plan: ClassedPlan): readonly MessageClass[] {
  if (isCountedBySize(plan)) return plan.message.mix!.sizes.map((_, size) => ({ priority: null, isSlow: null, size }));
  const { stream } = plan;
  if (stream === null || (stream.priority === null && stream.slow === null)) return [];
  const priorities = stream.priority?.names.map((_, priority) => priority) ?? [null];
  const readers = stream.slow === null ? [null] : [false, true];
  return readers.flatMap((isSlow) => priorities.map((priority) => ({ priority, isSlow, size: null })));
}

/**
 * Whether messages are counted by their size: where they have several, and each is owed to one connection at most. What
 * receivers of a broadcast are owed is counted in pairs, by phase alone.
 */
export function isCountedBySize({ mode, message }: Pick<Plan, "mode" | "message">): boolean {
  return (mode === "echo" || mode === "oneway") && message.mix !== null && message.mix.sizes.length > 1;
}
