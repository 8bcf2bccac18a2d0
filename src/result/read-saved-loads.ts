import type { Load, PhasePlan } from "../plan/plan.ts";
import { savedMember } from "./read-saved-plan.ts";
import type { RunResult } from "./run-result.ts";

/** A phase as planned, as far as its schedule tells what was due when. */
export type SavedLoad = Pick<PhasePlan, "durationMs" | "maxMessages" | "load">;

/** The loads of all phases of the plan in a saved result, in its order; null when any of them cannot be read. */
export function savedLoads(result: Pick<RunResult, "config">): readonly SavedLoad[] | null {
  const phases = listOf(savedMember(result.config.plan, "segments")).flatMap((segment) =>
    listOf(savedMember(segment, "phases")),
  );
  const loads = phases.flatMap((phase): readonly SavedLoad[] => {
    const durationMs = figureOf(phase, "durationMs");
    const load = loadOf(savedMember(phase, "load"));
    return durationMs === null || load === null
      ? []
      : [{ durationMs, load, maxMessages: figureOf(phase, "maxMessages") }];
  });
  return loads.length > 0 && loads.length === phases.length ? loads : null;
}

function loadOf(saved: unknown): Load | null {
  const arrival = savedMember(saved, "arrival") === "poisson" ? "poisson" : "constant";
  switch (savedMember(saved, "kind")) {
    case "constant": {
      const ratePerSecond = figureOf(saved, "ratePerSecond");
      return ratePerSecond === null ? null : { kind: "constant", arrival, ratePerSecond };
    }
    case "ramp": {
      const [fromPerSecond, toPerSecond] = [figureOf(saved, "fromPerSecond"), figureOf(saved, "toPerSecond")];
      if (fromPerSecond === null || toPerSecond === null) return null;
      return { kind: "ramp", arrival, fromPerSecond, toPerSecond };
    }
    case "burst": {
      const [size, everyMs] = [figureOf(saved, "size"), figureOf(saved, "everyMs")];
      return size === null || everyMs === null || everyMs <= 0 ? null : { kind: "burst", size, everyMs };
    }
    case "max":
      return { kind: "max", inFlight: figureOf(saved, "inFlight") ?? 1 };
    case "idle":
      return { kind: "idle" };
    default:
      return null;
  }
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

function figureOf(value: unknown, key: string): number | null {
  const figure = savedMember(value, key);
  return typeof figure === "number" ? figure : null;
}
