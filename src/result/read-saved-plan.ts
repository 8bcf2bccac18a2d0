import { describeMix } from "../plan/message-mix.ts";
import type { PlannedLoad } from "./even-load.ts";
import type { RunResult } from "./run-result.ts";

/** A phase as planned, as far as results that are to be merged must agree on it. */
export interface SavedPhasePlan {
  readonly segment: number;
  readonly name: string;
  readonly measured: boolean;
  readonly durationMs: number | null;
  readonly load: string | null;
  /** Null when the plan does not tell. */
  readonly plannedLoad: PlannedLoad | null;
}

/**
 * All phases of the plan in a saved result, also those the run did not reach. The saved plan is for people and may be of
 * another version: when it cannot be read, the phases that were run stand for it.
 */
export function phasesOfSavedPlan(result: Pick<RunResult, "config" | "phases">): readonly SavedPhasePlan[] {
  const planned = list(member(result.config.plan, "segments")).flatMap((segment, index) =>
    list(member(segment, "phases")).map((phase) => ({
      segment: index,
      name: text(member(phase, "name")) ?? "?",
      measured: member(phase, "measured") !== false,
      durationMs: number(member(phase, "durationMs")),
      load: text(member(member(phase, "load"), "kind")),
      plannedLoad: plannedLoadOf(phase),
    })),
  );
  if (planned.length > 0) return planned;
  return result.phases.map(({ segment, name, measured, loop }) => ({
    segment,
    name,
    measured,
    durationMs: null,
    load: loop,
    plannedLoad: null,
  }));
}

function plannedLoadOf(phase: unknown): PlannedLoad | null {
  const load = member(phase, "load");
  const kind = text(member(load, "kind"));
  const durationMs = number(member(phase, "durationMs"));
  if (kind === null || durationMs === null) return null;
  const ratePerSecond = number(member(load, "ratePerSecond")) ?? undefined;
  return { load: { kind, ratePerSecond }, durationMs, maxMessages: number(member(phase, "maxMessages")) };
}

/** Whether its messages were more than a bare payload. */
export function templateOfSavedPlan(result: Pick<RunResult, "config">): boolean {
  const message = member(result.config.plan, "message");
  return [member(message, "templatePrefix"), member(message, "templateSuffix")].some(
    (part) => text(part) !== null && part !== "",
  );
}

/** Whether streams were asked for, with a message on each connection. */
export function subscribesInSavedPlan(result: Pick<RunResult, "config">): boolean {
  return text(member(member(result.config.plan, "stream"), "subscribe")) !== null;
}

/** Where messages had several sizes or kinds of frames: which, and their shares, in words; null where all were alike. */
export function mixOfSavedPlan(result: Pick<RunResult, "config">): string | null {
  const mix = member(member(result.config.plan, "message"), "mix");
  const binaryRatio = number(member(mix, "binaryRatio"));
  const sizes = list(member(mix, "sizes")).flatMap((size) => {
    const [name, sizeBytes, share] = [
      text(member(size, "name")),
      number(member(size, "sizeBytes")),
      number(member(size, "share")),
    ];
    return name === null || sizeBytes === null || share === null ? [] : [{ name, sizeBytes, share }];
  });
  return binaryRatio === null || sizes.length === 0 ? null : describeMix({ sizes, binaryRatio });
}

/** What stands in the saved plan or settings at such a path (`message.sizeBytes`); undefined where there is nothing. */
export function savedMember(value: unknown, path: string): unknown {
  return path.split(".").reduce(member, value);
}

function member(value: unknown, key: string): unknown {
  return typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[key] : undefined;
}

function list(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? (value as readonly unknown[]) : [];
}

function text(value: unknown): string | null {
  return typeof value === "string" ? value : null;
}

function number(value: unknown): number | null {
  return typeof value === "number" ? value : null;
}
