import { arrivalsBefore } from "../plan/arrivals.ts";
import type { Load } from "../plan/plan.ts";
import { savedLoads, type SavedLoad } from "./read-saved-loads.ts";
import type { ResultInterval, RunResult } from "./run-result.ts";

/**
 * What the schedule asked for in this second, messages per second, so that it can stand beside what was sent and delivered
 * in the same; null when a part of it was a closed loop. A second may begin in one phase and end in the next. `plans` are
 * all phases of the plan, in its order.
 */
export function offeredIn(
  second: ResultInterval,
  phases: RunResult["phases"],
  plans: readonly SavedLoad[],
): number | null {
  let offered = 0;
  for (const [index, { startMs, segment }] of phases.entries()) {
    const plan = plans[index];
    if (plan === undefined || segment !== second.segment) continue;
    const fromMs = Math.max(0, second.tMs - startMs);
    const toMs = Math.min(plan.durationMs, second.tMs + second.lengthMs - startMs);
    if (toMs <= fromMs) continue;
    const [before, after] = [dueBefore(plan, fromMs), dueBefore(plan, toMs)];
    if (before === null || after === null) return null;
    offered += after - before;
  }
  return second.lengthMs > 0 ? (offered * 1000) / second.lengthMs : null;
}

/**
 * The same for each interval of a saved result, read from the plan it holds; null where that is a closed loop, cannot be
 * read, or where the result was merged from several whose shares the plan of one does not tell. In mode push what the
 * streams promise; null where they promise nothing.
 */
export function offeredOverTime(result: RunResult): readonly (number | null)[] {
  if (result.config.mode === "push") return result.intervals.map((second) => promisedIn(second, result.phases));
  const plans = result.mergedFrom === undefined ? savedLoads(result) : null;
  return result.intervals.map((second) => (plans === null ? null : offeredIn(second, result.phases, plans)));
}

/** By the phase in which the second begins: all phases of a segment have the same streams. */
function promisedIn({ segment }: ResultInterval, phases: RunResult["phases"]): number | null {
  return phases.find((phase) => phase.segment === segment)?.rate.promisedPerSecond ?? null;
}

/** What differences of times in a result are good to. */
const roundingMs = 0.001;

function dueBefore({ load, durationMs, maxMessages }: SavedLoad, tMs: number): number | null {
  const due = load.kind === "burst" ? burstsBefore(load, durationMs, tMs) : arrivalsBefore(load, durationMs, tMs);
  return due === null || maxMessages === null ? due : Math.min(due, maxMessages);
}

/** Messages of all bursts before `tMs`: one at that very instant belongs to the second that begins with it. */
function burstsBefore(load: Extract<Load, { kind: "burst" }>, durationMs: number, tMs: number): number {
  const bursts = Math.max(0, Math.ceil((tMs - roundingMs) / load.everyMs));
  return Math.min(load.size * bursts, arrivalsBefore(load, durationMs, durationMs) ?? 0);
}
