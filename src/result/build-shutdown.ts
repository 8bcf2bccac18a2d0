import type { Collected } from "../engine/collected.ts";
import type { ResultShutdown } from "./run-result.ts";

/** How generator and mock ended; undefined while the run goes on. What was pending is told of all phases, warm-up included. */
export function buildShutdown({ shutdown, phases, target }: Collected): ResultShutdown | undefined {
  if (shutdown === null) return undefined;
  const { drainMs, ...closing } = shutdown;
  const pendingAnswered = phases.reduce((sum, { messages }) => sum + messages.late, 0);
  const pendingLost = phases.reduce((sum, { messages }) => sum + messages.lostMissing, 0);
  return { generator: { drainMs, pendingAnswered, pendingLost, ...closing }, target: target.shutdown ?? null };
}

/** Of several generators at one target: counts are added, times are the longest. Undefined as soon as one does not tell. */
export function addShutdowns(shutdowns: readonly (ResultShutdown | undefined)[]): ResultShutdown | undefined {
  const known = shutdowns.filter((shutdown) => shutdown !== undefined);
  if (known.length < shutdowns.length) return undefined;
  const generators = known.map(({ generator }) => generator);
  const sum = (key: keyof ResultShutdown["generator"]): number =>
    generators.reduce((total, generator) => total + generator[key], 0);
  const longest = (key: "drainMs" | "durationMs"): number => Math.max(...generators.map((generator) => generator[key]));
  return {
    generator: {
      drainMs: longest("drainMs"),
      pendingAnswered: sum("pendingAnswered"),
      pendingLost: sum("pendingLost"),
      connectionsClosed: sum("connectionsClosed"),
      workersEnded: sum("workersEnded"),
      durationMs: longest("durationMs"),
    },
    target: known.length === 1 ? known[0]!.target : null,
  };
}
