import type { Mode } from "../plan/plan.ts";

/** Whether something is expected to come back for each message, to whomever: whether the mode knows of itself what was delivered. */
export function comesBack(mode: Mode): boolean {
  return mode === "echo" || mode === "broadcast" || mode === "queue";
}
