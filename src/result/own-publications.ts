import type { RunResult } from "./run-result.ts";

/**
 * Mode broadcast: whether the target treats publishers otherwise than the run was told, so that the faults are of the setting: each
 * publisher missed (or heard) just what it published itself, and nobody else had a fault. Null where that is not so.
 */
export function ownPublications({
  config,
  totals,
  faultyReceivers,
}: Pick<RunResult, "config" | "totals" | "faultyReceivers">): string | null {
  const { broadcast } = config;
  const { sent, lost } = totals.messages;
  if (broadcast === undefined || faultyReceivers === undefined || sent === 0) return null;
  const publishers = broadcast.rooms * broadcast.publishersPerRoom;
  // They are the first connections.
  const areAll = faultyReceivers.worst.every(({ connection }) => connection < publishers);
  if (faultyReceivers.count !== publishers || !areAll) return null;
  if (!broadcast.excludesPublisher && lost === sent) {
    return "each publisher missed just what it published itself, and nobody missed anything else: where that is what the target promises, say --excludes-publisher";
  }
  if (broadcast.excludesPublisher && lost === 0 && totals.fanOut?.misrouted === sent) {
    return "each publisher heard what it published itself, and nothing else went astray: where that is what the target promises, leave out --excludes-publisher";
  }
  return null;
}
