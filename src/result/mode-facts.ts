import type { Mode } from "../plan/plan.ts";

/** Whether messages of this mode are expected to come back, to whomever: whether it knows of itself what was delivered. */
export function comesBack(mode: Mode): boolean {
  return mode === "echo" || mode === "broadcast";
}
