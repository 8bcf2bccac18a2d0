/** A phase as planned, as far as it tells whether its load is the same throughout. A `PhasePlan` will do. */
export interface PlannedLoad {
  readonly load: { readonly kind: string; readonly ratePerSecond?: number | undefined };
  readonly durationMs: number;
  /** At most so many messages; null for as many as the load gives. */
  readonly maxMessages: number | null;
}

/**
 * Whether a phase offers the same from its first second to its last: a constant rate, or as fast as answers come. Only of
 * such a load can be said that what came of it was steady. One that runs out of messages before its end is none.
 */
export function isEvenLoad({ load, durationMs, maxMessages }: PlannedLoad): boolean {
  if (load.kind === "max") return maxMessages === null;
  if (load.kind !== "constant" || load.ratePerSecond === undefined) return false;
  return maxMessages === null || maxMessages >= Math.floor((load.ratePerSecond * durationMs) / 1000);
}
