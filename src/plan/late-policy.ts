import type { PacingPlan } from "./plan.ts";

/**
 * Whether a message that would leave `slipMs` after its instant is to be left out. Under `catch-up` never: every
 * overdue message is sent as soon as possible. Under `skip` when it is later than `maxSlipMs`.
 */
export function isTooLate(slipMs: number, policy: Pick<PacingPlan, "onLate" | "maxSlipMs">): boolean {
  return policy.onLate === "skip" && slipMs > policy.maxSlipMs;
}
