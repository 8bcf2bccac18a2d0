import type { ResultInterval, ResultPhase } from "../result/run-result.ts";

/**
 * The phase a second belongs to: of the phases of its segment the one in which its middle lies; what comes after the last
 * one's load counts to that. Undefined when no phase of that segment is in the result.
 */
export function phaseOfInterval(
  { segment, tMs, lengthMs }: Pick<ResultInterval, "segment" | "tMs" | "lengthMs">,
  phases: readonly ResultPhase[],
): ResultPhase | undefined {
  const candidates = phases.filter((phase) => phase.segment === segment);
  return candidates.find((phase) => tMs + lengthMs / 2 < phase.endMs) ?? candidates.at(-1);
}
